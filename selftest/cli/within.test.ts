import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { limitedBy } from '../../fixtures/suite-parts.js';
import { steadyNow } from '../../src/base/steady-now.js';
import { loadOrder } from '../../src/contract/order/order.js';
import { requirementById } from '../../src/contract/requirements/catalogue.js';
import { readEvents } from '../../src/verdict/events/log.js';
import { performed } from './in-process.js';
import { temporaryFolder, verdictOf } from './suite.js';

const part = 'mfa-config/*-answers-*,totp-key/refuses-*,sessions/*missing-body';
const flags = ['--grep', part, '--no-allure', '--quiet'];

describe('run --within', () => {
  test.each(['60', '0s', '1d', 's', '-5s', '1.5m'])('refuses %s in one line', async (time) => {
    const { code, stderr } = await performed('run', `--within=${time}`);

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: option '--within <time>' argument .* is invalid\. Expected a time with its unit, such as 60s/,
    );
  });

  test('runs what fits in the order of detection and reports its share of faults', async () => {
    const out = temporaryFolder();

    const { code, stdout } = await performed('run', '--within', '1h', ...flags, '--out', out);

    expect(code).toBe(0);
    expect(stdout).toMatch(/checked, within 1 h; they find \d+ % of the known faults$/m);
    const log = readEvents(join(out, 'emulator', 'events.jsonl'));
    const tried = log.flatMap((event) => (event.type === 'test ended' ? [event.requirement] : []));
    const order = loadOrder().rows.map(({ id }) => id);
    expect(tried.length).toBeGreaterThan(3);
    expect(tried).toEqual(order.filter((id) => tried.includes(id)));
    expect(tried).not.toEqual([...tried].sort());
  });

  test('runs nothing that does not fit, and changes nothing', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'out');

    const { code } = await performed('run', '--within', '1s', ...flags, '--out', out);

    expect(code).toBe(3);
    const { outcomes, restored, cause } = verdictOf(folder, 'emulator');
    const reasons = new Set(outcomes.map(({ outcome, reason }) => `${outcome}: ${reason}`));
    expect([...reasons]).toEqual(['not run: did not fit into 1 s (--within)']);
    expect([restored, cause]).toEqual([true, expect.not.stringContaining('cut short')]);
    const log = readFileSync(join(out, 'emulator', 'events.jsonl'), 'utf8');
    expect(log.includes('"operation":"Update')).toBe(false);
  });

  test('--plan lists what would fit', async () => {
    const { code, stdout } = await performed('run', '--plan', '--within', '60s', '--out', temporaryFolder());

    const heading = /Within 60 s:\n {2}(\d+) requirements by the pace of a remote target, which find (\d+) %/;
    const [, count, percent] = heading.exec(stdout) ?? [];
    const [, list = ''] = / of the known faults:\n((?: {2}\S+\n)+)/.exec(stdout) ?? [];
    expect(code).toBe(0);
    expect(list.trim().split(/\s+/)).toHaveLength(Number(count));
    expect(Number(percent)).toBeGreaterThan(20);
    expect(Number(percent)).toBeLessThan(60);
  });
});

test('a test fits only if time is left to restore the state after it', () => {
  const log = join(temporaryFolder(), 'events.jsonl');
  const waits = { quietMs: 10_000, stepMs: 20_000 };
  const leaving = (ms: number) => limitedBy({ endsAt: steadyNow() + ms, reason: 'no time' }, log, waits);

  // Restoring takes 20 requests and a mail at the pace of a remote target. The reports and one request come on top.
  expect(leaving(9_200 + 2_000)('mfa-config/get-answers-200', 1_000)).toBeUndefined();
  expect(leaving(9_000 + 2_000)('mfa-config/get-answers-200', 1_000)).toBe('no time');
  expect(leaving(9_200)('mfa-config/get-answers-200', 1_000)).toBe('no time');
});

test('the order ends with tests that leave accounts locked', () => {
  const locks = loadOrder().rows.map(({ id }) => requirementById(id).needs.includes('lockOut'));

  expect(locks.indexOf(true)).toBeGreaterThan(locks.length / 2);
  expect(locks.slice(locks.indexOf(true))).not.toContain(false);
});
