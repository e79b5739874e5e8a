import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, type TestContext, test } from 'vitest';
import { parse } from 'yaml';
import { faults as allFaults } from '../../emulator/faults/index.js';
import { ListeningProxy } from './listening-proxy.js';
import { cli, filesBelow, folders, startEmulator, temporaryFolder, verdictOf, writeTarget } from './suite.js';

/** Each puts secrets where reports quote from, and has tests fail. */
const leakyFaults = [
  'security/password-in-error',
  'security/key-in-answer',
  'support/secret-shown-by-get',
  'support/totp-secret-in-email-mode',
  'totp/secret-in-hex',
  'totp/name-lost',
  'login/password-alone',
  'http/secrets-may-be-stored',
];

/** What they have fail, and the log-ins that are refused with an error. */
const leaking = [
  ...allFaults.filter((fault) => leakyFaults.includes(fault.id)).flatMap(({ fails }) => fails),
  'sessions/refuses-wrong-password',
  'access-tokens/refuses-wrong-password',
  'email-otp/wrong-password-mails-nothing',
  'totp-login/refuses-wrong-*',
];

const runs = [
  {
    of: 'a target that conforms, with debug output asked for',
    faults: [],
    code: 0,
    args: [],
    env: { DEBUG: '*', NODE_DEBUG: 'http,tls,undici' },
  },
  {
    of: 'a target that shows secrets in its answers',
    faults: leakyFaults,
    code: 1,
    args: ['--grep', leaking.join(',')],
    env: {},
  },
];

describe.concurrent('nothing that a run writes or prints holds a secret', () => {
  test.for(runs)('of $of', async ({ faults, code, args, env }, { expect, onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const { proxy, targetFile, secrets } = await listenedTo(folder, faults, onTestFinished);

    const ended = await cli(['run', '-t', targetFile, ...args, ...folders(folder)], { env }, onTestFinished);

    expect(ended.code, ended.stdout.slice(-3000)).toBe(code);
    const { outcomes } = verdictOf(folder, 'emulator');
    const failed = outcomes.filter(({ outcome }) => outcome === 'fail');
    expect(failed.length).toBeGreaterThanOrEqual(faults.length === 0 ? 0 : 5);
    if ('DEBUG' in env) {
      // A redactor that hears of a value late is no guard: libraries print nothing at all.
      expect(ended.stderr).toMatch(/^warning: DEBUG and NODE_DEBUG: ignored/);
      expect(ended.stderr).not.toMatch(/^(?:HTTP|TLS|UNDICI|NET) \d+|pw:|smtp/m);
    }
    expect(proxy.secrets.size).toBeGreaterThan(faults.length === 0 ? 50 : 20);
    const files = filesBelow(join(folder, 'out'));
    expect([...files.keys()]).toContain(join('emulator', 'verdict.json'));
    expect([...files.keys()].some((name) => name.includes('allure-results'))).toBe(true);
    expect(ended.stdout).toContain(`no secret in ${files.size} artefacts`);
    expect(files.get(join('emulator', 'summary.txt'))).toContain(`no secret in ${files.size} artefacts`);
    const everything = new Map([...files, ['stdout', ended.stdout], ['stderr', ended.stderr]]);
    // A random body may have one letter over and over as its password, and as any other member of it.
    const told = [...proxy.secrets].filter((secret) => new Set(secret).size > 1);
    expect(leaks(everything, [...secrets, ...told])).toEqual([]);
  });
  // A run of all requirements, beside those of other files: on a busy machine it may take minutes.
}, 900_000);

test('a run that finds a secret in what lies with its reports fails, and names the file alone', async ({
  expect,
  onTestFinished,
}) => {
  const folder = temporaryFolder(onTestFinished);
  const { targetFile } = await startEmulator(folder, [], onTestFinished);
  const content: unknown = parse(readFileSync(targetFile, 'utf8'));
  const [secret = ''] = secretsOf(Object(content).accounts);
  const out = join(folder, 'out', 'emulator');
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'old.log'), `login with ${encodeURIComponent(secret)}`);
  writeFileSync(join(out, 'old.json.gz'), gzipSync(JSON.stringify({ basic: btoa(`admin:${secret}`) })));
  writeFileSync(join(out, 'clean.log'), 'login with [password]');

  const few = ['--grep', 'mfa-config/get-*'];
  const ended = await cli(['run', '-t', targetFile, ...few, ...folders(folder)], {}, onTestFinished);

  expect(ended.code, ended.stderr).toBe(2);
  expect(ended.stdout).toMatch(/A secret \(password\) is in .*old\.log\./);
  expect(ended.stdout).toMatch(/A secret \(password\) is in .*old\.json\.gz\/content\./);
  expect(ended.stdout).not.toMatch(/clean\.log|no secret in/);
  expect(ended.stdout + ended.stderr).not.toContain(secret);
  expect(verdictOf(folder, 'emulator').gate).toBe('conforms');
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
  // What stands for a made-up code in a script is a small number.
  const byPosition =
    /(?:otpCode|totpCode|mfaCode)\\*["']?\s*[:=]\s*\\*["']?(?!000)\d{6,8}|otpauth:\/\/[^\s"'\\]*secret=\w+/;
  return [...files].flatMap(([name, text]) => {
    const seen = [...spellings].filter((secret) => text.includes(secret));
    const placed = byPosition.exec(text)?.[0];
    return [...seen, ...(placed === undefined ? [] : [placed])].map((what) => {
      const at = text.indexOf(what);
      return `${name}: ${text.slice(Math.max(0, at - 80), at + what.length + 20)}`;
    });
  });
}
