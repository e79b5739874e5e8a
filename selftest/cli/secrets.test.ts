import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'vitest';
import { parse } from 'yaml';
import { ListeningProxy } from './listening-proxy.js';
import { cli, filesBelow, folders, startEmulator, temporaryFolder, verdictOf, writeTarget } from './suite.js';

/** Each puts secrets where reports quote from, and has tests fail. */
const leakyFaults = [
  'security/password-in-error',
  'security/key-in-answer',
  'support/secret-shown-by-get',
  'support/totp-secret-in-email-mode',
  'totp/secret-in-lower-case',
  'totp/name-lost',
  'login/password-alone',
  'http/secrets-may-be-stored',
];

const runs = [
  { of: 'a target that conforms', faults: [], code: 0 },
  { of: 'a target that shows secrets in its answers', faults: leakyFaults, code: 1 },
];

describe.concurrent('nothing that a run writes or prints holds a secret', () => {
  test.for(runs)('of $of', async ({ faults, code }, { expect, onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const { proxy, targetFile, secrets } = await listenedTo(folder, faults, onTestFinished);

    const ended = await cli(['run', '-t', targetFile, ...folders(folder)], {}, onTestFinished);

    expect(ended.code, ended.stderr).toBe(code);
    const { outcomes } = verdictOf(folder, 'emulator');
    const failed = outcomes.filter(({ outcome }) => outcome === 'fail');
    expect(failed.length).toBeGreaterThanOrEqual(faults.length === 0 ? 0 : 5);
    expect(proxy.secrets.size).toBeGreaterThan(50);
    const files = filesBelow(join(folder, 'out'));
    expect([...files.keys()]).toContain(join('emulator', 'verdict.json'));
    expect([...files.keys()].some((name) => name.includes('allure-results'))).toBe(true);
    const everything = new Map([...files, ['stdout', ended.stdout], ['stderr', ended.stderr]]);
    expect(leaks(everything, [...secrets, ...proxy.secrets])).toEqual([]);
  });
});

interface ListenedTo {
  readonly proxy: ListeningProxy;
  readonly targetFile: string;
  /** All passwords and keys of the target file. */
  readonly secrets: readonly string[];
}

async function listenedTo(
  folder: string,
  faults: readonly string[],
  onEnd: TestContext['onTestFinished'],
): Promise<ListenedTo> {
  const emulator = await startEmulator(
    folder,
    faults.flatMap((id) => ['--fault', id]),
    onEnd,
  );
  const proxy = await ListeningProxy.before(emulator.baseUrl, onEnd);
  const content: unknown = parse(readFileSync(emulator.targetFile, 'utf8'));
  if (typeof content !== 'object' || content === null || !('accounts' in content))
    throw new Error('The emulator wrote no target file.');
  const targetFile = writeTarget(folder, { ...content, baseUrl: proxy.baseUrl });
  return { proxy, targetFile, secrets: secretsOf(content.accounts) };
}

function secretsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'string' ? (/password|apiKey/.test(name) ? [inner] : []) : secretsOf(inner),
  );
}

/** Where a secret, or a code at the place of one, stands in the open: the file's name and what is seen of it. */
function leaks(files: ReadonlyMap<string, string>, secrets: readonly string[]): string[] {
  const spellings = new Set(
    secrets.flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('hex'),
    ]),
  );
  const byPosition =
    /(?:otpCode|totpCode|mfaCode)\\*["']?\s*[:=]\s*\\*["']?\d{6,8}|otpauth:\/\/[^\s"'\\]*secret=\w+/;
  return [...files].flatMap(([name, text]) => {
    const seen = [...spellings].filter((secret) => text.includes(secret));
    const placed = byPosition.exec(text)?.[0];
    return [...seen, ...(placed === undefined ? [] : [placed])].map((what) => {
      const at = text.indexOf(what);
      return `${name}: ${text.slice(Math.max(0, at - 80), at + what.length + 20)}`;
    });
  });
}
