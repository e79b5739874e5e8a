import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningEmulator, startEmulator } from '../../emulator/emulator.js';
import type { RunEvent } from '../../src/base/model/event.js';
import { externalLoads } from '../../src/reports/allure/page.js';
import { readEvents } from '../../src/verdict/events/log.js';
import { verdictIn } from '../detection/matrix.js';
import { performed } from './in-process.js';
import { secretsOf } from './leaks.js';
import { type Ended, filesBelow, temporaryFolder, writeTarget } from './suite.js';

const grep = ['--grep', 'mfa-config/get-*'];
const count = 4;
const shards = [1, 2];
const nameOf = (n: number) => `lab-${String(n).padStart(2, '0')}`;
const faulty = 2;
const older = 3;
const targets = count - 1;

const folder = temporaryFolder(afterAll);
const labs = join(folder, 'labs');
const emulators: RunningEmulator[] = [];

function run(out: string, ...flags: readonly string[]): Promise<Ended> {
  const where = ['--out', join(folder, out), '--state-dir', join(folder, 'state')];
  return performed('run', ...where, ...grep, ...flags);
}

const ofShard = (n: number) =>
  Array.from({ length: count }, (_, at) => at + 1)
    .filter((at) => ((at % targets || targets) - n) % shards.length === 0)
    .map(nameOf);

let whole: Ended;
let merged: Ended;

beforeAll(async () => {
  mkdirSync(labs);
  for (let n = 1; n <= targets; n += 1) {
    const emulator = await startEmulator({
      ...(n === faulty ? { faults: ['status/get-mfa-config-203'] } : {}),
      ...(n === older ? { release: '6.8.1' } : {}),
    });
    emulators.push(emulator);
  }
  for (let n = 1; n <= count; n += 1) {
    const name = nameOf(n);
    const release = n === older ? { release: 'auto' } : {};
    const content = { ...emulators[(n - 1) % targets]?.targetFile(), name, ...release };
    writeTarget(labs, content, `${name}.yaml`);
  }
  whole = await run('whole', '-t', labs, '--no-allure', '--jobs', '2');
  for (const n of shards) {
    // Allure's results need Playwright's processes, so only the shard with the faulty target writes them.
    const allure = ofShard(n).includes(nameOf(faulty)) ? [] : ['--no-allure'];
    await run(`shard-${n}`, '-t', labs, '--shard', `${n}/${shards.length}`, '--quiet', ...allure);
  }
  const from = shards.map((n) => join(folder, `shard-${n}`));
  merged = await performed('report', '--from', ...from, '--out', join(folder, 'merged'), '--allure');
}, 600_000);

afterAll(async () => {
  await Promise.all(emulators.map((emulator) => emulator.close()));
});

const eventsOf = (n: number) => readEvents(join(folder, 'whole', nameOf(n), 'events.jsonl'));

function matrixIn(out: string): { readonly exitCode: number; readonly targets: readonly object[] } {
  const text = readFileSync(join(folder, out, 'matrix.json'), 'utf8');
  return JSON.parse(text, (key, value: unknown) =>
    key === 'startedAt' || key === 'durationMs' ? null : value,
  );
}

describe('four target files', () => {
  test('are judged in one run, with a matrix', () => {
    expect(whole.code).toBe(1);
    expect(whole.stdout).toContain(
      `does not conform: 0 of ${count} targets conform, no breach found on ${count - 1}, but not all MUST requirements checked, 1 does not conform`,
    );
    expect(whole.stdout).toContain(`mfa-config/get-answers-200: ${nameOf(faulty)}`);
    expect(matrixIn('whole').targets).toHaveLength(count);
  });

  test('are judged by their releases, which are detected if files say auto', () => {
    const { release, facts, gate } = verdictIn(join(folder, 'whole'), nameOf(older)) ?? {};

    expect(whole.stderr).toContain(`${nameOf(older)}: release 6.8.1 was detected: `);
    expect({ release, facts: facts?.['detectedReleases'] }).toEqual({ release: '6.8.1', facts: ['6.8.1'] });
    expect(gate).toBe('conforms');
  });

  test('are each restored at their end, while others are still tested', () => {
    const logs = Array.from({ length: targets }, (_, at) => eventsOf(at + 1));
    const timesOf = (type: RunEvent['type']) =>
      logs.flatMap((events) => events.filter((event) => event.type === type).map(({ at }) => at)).sort();

    expect(timesOf('restored')).toHaveLength(targets);
    expect(timesOf('restored')[0]).toSatisfy((first: string) => first < (timesOf('test ended').at(-1) ?? ''));
  });

  test('on two machines give the same matrix, except for the number of shards', () => {
    const planned = { shards: shards.length, targets: count };
    expect(merged.code).toBe(1);
    expect(matrixIn('merged')).toEqual({ ...matrixIn('whole'), planned });
  });

  test('are each on one machine', () => {
    const labsIn = (n: number) => readdirSync(join(folder, `shard-${n}`)).filter((name) => /^lab/.test(name));

    expect(shards.map(labsIn)).toEqual(shards.map(ofShard));
  });

  test('are inconclusive without a shard, which is named', async () => {
    const from = join(folder, 'shard-1');

    const { code, stdout } = await performed('report', '--from', from, '--out', join(folder, 'less'));

    expect(code).toBe(3);
    expect(stdout).toMatch(/^inconclusive: /);
    expect(stdout).toContain(`Shard 2 of ${shards.length} is missing (${ofShard(2).join(', ')}).`);
  });
});

describe('report', () => {
  test('without --from is rebuilt from the verdicts of its folder', async () => {
    const before = matrixIn('merged');
    for (const file of ['matrix.json', `${nameOf(faulty)}/junit.xml`]) rmSync(join(folder, 'merged', file));

    const { code, stdout, stderr } = await performed('report', '--out', join(folder, 'merged'), '--json');

    expect(stderr).toBe('');
    expect(code).toBe(1);
    expect(matrixIn('merged')).toEqual(before);
    expect(stdout).toBe(readFileSync(join(folder, 'merged', 'matrix.json'), 'utf8'));
    expect(readFileSync(join(folder, 'merged', nameOf(faulty), 'junit.xml'), 'utf8')).toContain('<failure');
  });

  test('--allure makes one page of all targets that loads nothing, and begins a history', () => {
    const page = readFileSync(join(folder, 'merged', 'allure-report', 'index.html'), 'utf8');
    const history = readFileSync(join(folder, 'merged', 'allure-history.jsonl'), 'utf8');

    expect(merged.stdout).toContain('allure-report/index.html');
    expect(externalLoads(page)).toEqual([]);
    expect(page).toContain("default-src 'none'");
    expect(history).toMatch(/^.+\n$/);
  });

  test('--allure has the result of each requirement in each verdict', () => {
    const results = [...filesBelow(join(folder, 'merged', nameOf(faulty), 'allure-results'))]
      .filter(([name]) => name.endsWith('-result.json'))
      .map(([, text]): unknown => JSON.parse(text));
    const label = (name: string, value: string) => expect.objectContaining({ name, value });

    expect(results).toHaveLength(2);
    expect(results).toContainEqual(
      expect.objectContaining({
        status: 'failed',
        statusDetails: { message: expect.stringMatching(/^contract failure: .*203/s) },
        labels: expect.arrayContaining([
          label('epic', 'Cluster MFA configuration'),
          label('feature', 'GetMFAConfig'),
          label('severity', 'critical'),
          label('category', 'contract failure'),
        ]),
      }),
    );
    const url = 'https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1';
    expect(results).toContainEqual(
      expect.objectContaining({ status: 'passed', links: [{ name: 'RFC 9110 9.2.1', url, type: 'link' }] }),
    );
  });

  test('and its parts hold no secret', () => {
    const secrets = emulators.flatMap((emulator) => secretsOf(emulator.targetFile()));
    const written = [...filesBelow(join(folder, 'merged'))];

    expect(secrets.length).toBeGreaterThan(2 * targets);
    for (const [name, text] of written) {
      // The page holds its data in pieces of Base64, so the test decodes and searches them as well.
      const found = secrets.filter(
        (secret) => text.includes(secret) || decoded(text).some((part) => part.includes(secret)),
      );
      expect(found, name).toEqual([]);
    }
  });
});

test('two target files of one target run one after the other', () => {
  const [first = [], last = []] = [1, count].map((n) =>
    eventsOf(n).flatMap(({ type, at }) => (type === 'test began' || type === 'test ended' ? [at] : [])),
  );

  expect([first.length, last.length]).toEqual([4, 4]);
  expect([...first, ...last]).toEqual([...first, ...last].sort());
});

test('a shard without a target reports that and leaves its plan', async () => {
  const out = join(folder, 'idle');

  const args = ['-t', join(labs, 'lab-01.yaml'), '--shard', '2/3', '--out', out];
  const { code, stdout, stderr } = await performed('run', ...args, '--state-dir', join(folder, 'state'));

  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toBe('Shard 2 of 3 has no target: there is 1 target in all. Nothing to do.\n');
  expect(readdirSync(out)).toEqual(['planned-2-of-3.json']);
});

function decoded(text: string): string[] {
  return [...text.matchAll(/[A-Za-z0-9+/]{40,}={0,2}/g)].map(([part]) =>
    Buffer.from(part, 'base64').toString('utf8'),
  );
}
