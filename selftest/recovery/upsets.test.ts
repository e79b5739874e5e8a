import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type ExpectStatic, test } from 'vitest';
import { parse } from 'yaml';
import { readEvents } from '../../src/verdict/events/log.js';
import { emulator } from '../cli/emulated.js';
import { performed } from '../cli/in-process.js';
import {
  cli,
  type Ended,
  folders,
  startEmulator,
  temporaryFolder,
  verdictOf,
  writeTarget,
} from '../cli/suite.js';
import { startRelay } from '../mail/relay.js';
import type { OnEnd } from '../tool/processes.js';
import { jumpingClock } from './jumping-clock.js';
import { journalsIn, stateOf } from './observe.js';
import {
  isLogin,
  isLoginWithCode,
  isLoginWithTotp,
  isWrite,
  type Meddler,
  type Moment,
  type Passing,
  upsetProxy,
} from './upset-proxy.js';

type Env = Readonly<Record<string, string>>;

const another = 'a-password-set-meanwhile';

function otherPassword({ username, password }: { username: string; password: string }): Meddler {
  return (request) => {
    if (!isLogin(request)) return undefined;
    const json = Object(JSON.parse(request.body || '{}'));
    if (json.username !== username) return undefined;
    if (json.password === another) return { ...request, body: JSON.stringify({ ...json, password }) };
    return { status: 401, body: { errorCode: 'KInvalidCredentials', message: 'Invalid credentials.' } };
  };
}

function place(onEnd: OnEnd) {
  const folder = temporaryFolder(onEnd);
  const state = join(folder, 'state');
  return {
    folder,
    run: (grep: string, files: readonly string[], flags: readonly string[] = [], env?: Env) => {
      const targets = files.flatMap((file) => ['-t', file]);
      const few = ['--grep', grep, '--jobs', '3'];
      const args = ['run', ...targets, ...few, ...flags, ...folders(folder)];
      return env === undefined ? performed(...args) : cli(args, { env }, onEnd);
    },
    restore: (file: string) => performed('restore', '-t', file, '--state-dir', state),
    journals: () => journalsIn(state),
  };
}

/** A target behind a proxy. @param env for a process of its own; without it, the emulator runs in this process */
async function upsetTarget(onEnd: OnEnd, folder: string, name: string, moment: Moment, env?: Env) {
  const own = join(folder, name);
  mkdirSync(own);
  const target = await (env === undefined ? emulator(own, onEnd) : startEmulator(own, onEnd, env));
  const proxy = await upsetProxy(target.baseUrl, moment, onEnd);
  const content = Object(parse(readFileSync(target.targetFile, 'utf8')));
  const found = await stateOf(target);
  return {
    name,
    proxy,
    content,
    write: (change: object = {}) =>
      writeTarget(folder, { ...content, name, baseUrl: proxy.baseUrl, ...change }, `${name}.yaml`),
    isAsFound: async () => JSON.stringify(await stateOf(target)) === JSON.stringify(found),
  };
}

/** What every run must fulfil, whatever happens. */
function expectOrder(expect: ExpectStatic, { stdout, stderr, code }: Ended, wanted: number): void {
  expect(code, stdout + stderr).toBe(wanted);
  expect(stderr).not.toMatch(/^ +at |defect of the suite/m);
  expect(stdout).toContain('no secret in');
}

const hour = 3_600_000;
const withCodes = 'totp-login/keys-are-*,totp-login/accepts-*';

describe.concurrent('in the middle of a run', () => {
  test("the runner's clock is set: the run does not change", async ({ expect, onTestFinished }) => {
    const { folder, run } = place(onTestFinished);
    const clock = jumpingClock(temporaryFolder(onTestFinished));
    const target = await upsetTarget(onTestFinished, folder, 'lab', { of: isLoginWithCode, nth: 1 });
    const jumps = [2, -2];
    target.proxy.meddle = (request) => {
      const hours = isLoginWithCode(request) ? jumps.shift() : undefined;
      if (hours !== undefined) clock.set(hours * hour);
      return undefined;
    };

    const ended = await run(withCodes, [target.write()], [], clock.env);

    expect(jumps).toEqual([]);
    expectOrder(expect, ended, 0);
    const { gate, restored, durationMs } = verdictOf(folder);
    expect({ gate, restored }).toEqual({ gate: 'conforms', restored: true });
    expect(durationMs).toBeLessThanOrEqual(ended.durationMs);
    expect(durationMs).toBeGreaterThan(1_000);
    expect(await target.isAsFound()).toBe(true);
  });

  test('a clock is set or a password changed: this leaves tests open', async ({ expect, onTestFinished }) => {
    const { folder, run } = place(onTestFinished);
    const clocked = async (name: string, hours: number) => {
      const clock = jumpingClock(temporaryFolder(onTestFinished));
      const moment = { of: isLoginWithTotp, nth: 1 };
      const target = await upsetTarget(onTestFinished, folder, name, moment, clock.env);
      target.proxy.upset = () => clock.set(hours * hour);
      return target;
    };
    const movable = await clocked('movable', 3);
    const immovable = await clocked('immovable', -3);
    const password = await upsetTarget(onTestFinished, folder, 'password', { of: isWrite, nth: 2 });
    const { admin } = password.content.accounts;
    password.proxy.meddle = otherPassword(admin);
    const files = [
      movable.write(),
      immovable.write({ clock: undefined }),
      password.write({ accounts: { admin }, allow: { disposable: true } }),
    ];

    // In lanes, a failed test would run again and pass.
    const logins = `${withCodes},sessions/create-answers-201,access-tokens/create-*`;
    const ended = await run(logins, files, ['--lanes', '1']);

    expectOrder(expect, ended, 3);
    const seen = [
      [movable, "The target's clock was set"],
      [immovable, "The target's clock was set"],
      [password, 'accounts.admin logged in with its password before the tests, and no longer does'],
    ] as const;
    for (const [target, reason] of seen) {
      const { gate, outcomes, restored, lanes } = verdictOf(folder, target.name);
      const failed = outcomes.filter(({ outcome }) => outcome === 'fail');
      expect(failed, target.name).toEqual([]);
      expect([target.proxy.isUpset, gate, restored], target.name).toEqual([true, 'inconclusive', true]);
      expect(outcomes.map(({ reason: told }) => told).join(), target.name).toContain(reason);
      expect(await target.isAsFound(), target.name).toBe(true);
      // With --lanes 1 all tests run alone.
      const events = readEvents(join(folder, 'out', target.name, 'events.jsonl'));
      const began = events.filter((event) => event.type === 'test began');
      expect({ lanes, inLanes: began.filter(({ lane }) => lane !== undefined) }).toEqual({ inLanes: [] });
      expect(began.length).toBeGreaterThan(2);
    }
  });

  test('mailbox or password is lost: exit 4 with a journal', async ({ expect, onTestFinished }) => {
    const { folder, run, restore, journals } = place(onTestFinished);
    const mailless = await upsetTarget(onTestFinished, folder, 'mailless', { of: isWrite, nth: 2 });
    const { mailbox, isThere } = await programMailbox(mailless.content.mail.listen, folder, onTestFinished);
    mailless.proxy.upset = () => isThere(false);
    const mail = mailless.write({ mail: mailbox });

    const keyless = await upsetTarget(onTestFinished, folder, 'keyless', { of: afterSwitchOn(), nth: 1 });
    const { admin, ...others } = keyless.content.accounts;
    const { apiKey, ...byPassword } = admin;
    keyless.proxy.meddle = otherPassword(admin);
    const sessions = `${keyless.content.baseUrl}/users/sessions?sid=${admin.sid}`;
    keyless.proxy.upset = () => fetch(sessions, { method: 'DELETE', headers: { apiKey } });
    const keys = keyless.write({ accounts: { ...others, admin: byPassword } });

    const ended = await run('support-email/get-shows-*,support-email/address-*', [mail, keys]);

    expectOrder(expect, ended, 4);
    const told = readFileSync(join(folder, 'out', 'mailless', 'summary.txt'), 'utf8');
    expect(told).toContain('The program of mail.run');
    for (const target of [mailless, keyless]) expect(await target.isAsFound(), target.name).toBe(false);
    expect([(await restore(mail)).code, (await restore(keys)).code]).toEqual([4, 4]);
    isThere(true);
    keyless.write({ accounts: { ...others, admin: { ...byPassword, password: another } } });
    for (const file of [mail, keys]) {
      const restored = await restore(file);
      expect(restored.code, restored.stderr).toBe(0);
    }
    for (const target of [mailless, keyless]) expect(await target.isAsFound(), target.name).toBe(true);
    expect(journals()).toEqual([]);
  });
});

/** Matches the writes after the first one that switches MFA on. */
function afterSwitchOn(): (request: Passing) => boolean {
  let isOn = false;
  return (request) => {
    if (!isWrite(request)) return false;
    const wasOn = isOn;
    isOn ||= /"enabled":\s*true/.test(request.body);
    return wasOn;
  };
}

/** A mailbox of kind `command`. `isThere(false)` makes its program fail. */
async function programMailbox(listen: unknown, folder: string, onEnd: OnEnd) {
  const codes = join(folder, 'codes');
  mkdirSync(codes);
  const port = Number(String(listen).split(':').at(-1));
  const relay = await startRelay(async (to, text) => {
    writeFileSync(join(codes, to), /\b\d{6}\b/.exec(text)?.[0] ?? '');
  }, port);
  onEnd(() => relay.close());
  const program = join(folder, 'newest-code.sh');
  const isThere = (is: boolean) =>
    writeFileSync(program, is ? `cat '${codes}'/"$1" 2>/dev/null || true` : 'exit 1');
  isThere(true);
  const mailbox = { kind: 'command', run: ['sh', program, '{to}'], timeoutMs: 3_000, quietMs: 300 };
  return { mailbox, isThere };
}
