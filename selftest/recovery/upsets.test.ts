import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type ExpectStatic, type TestContext, test } from 'vitest';
import { parse } from 'yaml';
import {
  cli,
  type Ended,
  folders,
  type StartOptions,
  startEmulator,
  temporaryFolder,
  verdictOf,
  writeTarget,
} from '../cli/suite.js';
import { startRelay } from '../mail/relay.js';
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
  UpsetProxy,
} from './upset-proxy.js';

type OnEnd = TestContext['onTestFinished'];

const another = 'a-password-set-meanwhile';

/** From the upset on, the admin has another password. */
function otherPassword({ username, password }: { username: string; password: string }): Meddler {
  return (request) => {
    if (!isLogin(request)) return undefined;
    const json = Object(JSON.parse(request.body || '{}'));
    if (json.username !== username) return undefined;
    if (json.password === another) return { ...request, body: JSON.stringify({ ...json, password }) };
    return { status: 401, body: { errorCode: 'KInvalidCredentials', message: 'Invalid credentials.' } };
  };
}

interface Upset {
  readonly moment: Moment;
  /** Environment of the target's process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A target behind a proxy that upsets it in the middle of a run. */
async function upsetTarget(onEnd: OnEnd, { moment, env }: Upset) {
  const folder = temporaryFolder(onEnd);
  const emulator = await startEmulator(folder, [], onEnd, env);
  const proxy = await UpsetProxy.before(emulator.baseUrl, moment, onEnd);
  const content = Object(parse(readFileSync(emulator.targetFile, 'utf8')));
  const found = await stateOf(emulator);
  const state = join(folder, 'state');
  return {
    folder,
    proxy,
    content,
    write: (change: object = {}) =>
      writeTarget(folder, { ...content, name: 'lab', baseUrl: proxy.baseUrl, ...change }),
    run: (file: string, grep: string, options: StartOptions = {}) =>
      cli(['run', '-t', file, '--grep', grep, '--no-allure', ...folders(folder)], options, onEnd),
    restore: (file: string) => cli(['restore', '-t', file, '--state-dir', state], {}, onEnd),
    isAsFound: async () => JSON.stringify(await stateOf(emulator)) === JSON.stringify(found),
    journals: () => journalsIn(state),
  };
}

/** Conditions that hold after every upset. */
function expectOrder(expect: ExpectStatic, { stdout, stderr, code }: Ended, wanted: number): void {
  expect(code, stdout + stderr).toBe(wanted);
  expect(stderr).not.toMatch(/^ +at |defect of the suite/m);
  expect(stdout).toContain('no secret in');
}

describe.concurrent('in the middle of a run', () => {
  test.for([2, -2])(
    "the runner's clock is set by %i hours: nothing is to be seen of it",
    async (hours, { expect, onTestFinished }) => {
      const clock = jumpingClock(temporaryFolder(onTestFinished));
      const target = await upsetTarget(onTestFinished, { moment: { of: isLoginWithCode, nth: 1 } });
      target.proxy.upset = () => clock.set(hours * 3_600_000);

      const ended = await target.run(target.write(), 'totp-login/keys-are-*,totp-login/accepts-*', {
        env: clock.env,
      });

      expect(target.proxy.isUpset).toBe(true);
      expectOrder(expect, ended, 0);
      const { gate, restored, durationMs } = verdictOf(target.folder);
      expect({ gate, restored }).toEqual({ gate: 'conforms', restored: true });
      expect(durationMs).toBeLessThanOrEqual(ended.durationMs);
      expect(durationMs).toBeGreaterThan(1_000);
      expect(await target.isAsFound()).toBe(true);
    },
  );

  test.for([
    { hours: 3, which: 'which can be moved', change: {} },
    // In a lane, a failed test runs again and passes.
    { hours: -3, which: 'which can not be moved', change: { clock: undefined, run: { lanes: 1 } } },
  ])(
    "the target's clock, $which, is set by $hours hours: what that fell into is inconclusive",
    async ({ hours, change }, { expect, onTestFinished }) => {
      const clock = jumpingClock(temporaryFolder(onTestFinished));
      const target = await upsetTarget(onTestFinished, {
        moment: { of: isLoginWithTotp, nth: 1 },
        env: clock.env,
      });
      target.proxy.upset = () => clock.set(hours * 3_600_000);

      const ended = await target.run(target.write(change), 'totp-login/keys-are-*,totp-login/accepts-*');

      expect(target.proxy.isUpset).toBe(true);
      expectOrder(expect, ended, 3);
      const { outcomes, restored } = verdictOf(target.folder);
      expect(restored).toBe(true);
      expect(outcomes.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
      expect(outcomes.map(({ reason }) => reason).join()).toContain("The target's clock was set");
      expect(await target.isAsFound()).toBe(true);
    },
  );

  test('the mailbox is lost: exit 4 with a journal, by which restore restores once it is back', async ({
    expect,
    onTestFinished,
  }) => {
    const target = await upsetTarget(onTestFinished, { moment: { of: isWrite, nth: 2 } });
    const codes = join(target.folder, 'codes');
    mkdirSync(codes);
    const port = Number(String(target.content.mail.listen).split(':').at(-1));
    const relay = await startRelay(async (to, text) => {
      writeFileSync(join(codes, to), /\b\d{6}\b/.exec(text)?.[0] ?? '');
    }, port);
    onTestFinished(() => relay.close());
    const program = join(target.folder, 'newest-code.sh');
    const isThere = (is: boolean) =>
      writeFileSync(program, is ? `cat '${codes}'/"$1" 2>/dev/null || true` : 'exit 1');
    isThere(true);
    target.proxy.upset = () => isThere(false);
    const mail = { kind: 'command', run: ['sh', program, '{to}'], timeoutMs: 3_000, quietMs: 300 };

    const file = target.write({ mail });
    const ended = await target.run(file, 'support-email/get-shows-*,support-email/address-*');
    expectOrder(expect, ended, 4);
    expect(ended.stdout).toContain('The program of mail.run');
    expect(await target.isAsFound()).toBe(false);
    expect((await target.restore(file)).code).toBe(4);
    isThere(true);
    const restored = await target.restore(file);
    expect(restored.code, restored.stderr).toBe(0);
    expect(await target.isAsFound()).toBe(true);
    expect(target.journals()).toEqual([]);
  });

  test("the admin's password is changed, and the API key holds: what is refused since is inconclusive", async ({
    expect,
    onTestFinished,
  }) => {
    const target = await upsetTarget(onTestFinished, { moment: { of: isWrite, nth: 2 } });
    const { admin } = target.content.accounts;
    target.proxy.meddle = otherPassword(admin);
    const file = target.write({ accounts: { admin }, allow: { disposable: true } });

    const ended = await target.run(
      file,
      'totp-login/accepts-*,sessions/create-answers-201,access-tokens/create-*',
    );

    expect(target.proxy.isUpset).toBe(true);
    expectOrder(expect, ended, 3);
    const { outcomes, restored } = verdictOf(target.folder);
    expect(restored).toBe(true);
    expect(outcomes.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
    expect(outcomes.map(({ reason }) => reason).join()).toContain(
      'accounts.admin logged in with its password before the tests, and no longer does',
    );
    expect(await target.isAsFound()).toBe(true);
  });

  test("the admin's password is changed, where there is no API key: exit 4, and restore takes the new one", async ({
    expect,
    onTestFinished,
  }) => {
    let isOn = false;
    const isAfterSwitchOn = (request: Passing) => {
      if (!isWrite(request)) return false;
      const wasOn = isOn;
      isOn ||= /"enabled":\s*true/.test(request.body);
      return wasOn;
    };
    const target = await upsetTarget(onTestFinished, { moment: { of: isAfterSwitchOn, nth: 1 } });
    const { admin, ...others } = target.content.accounts;
    const { apiKey, ...byPassword } = admin;
    target.proxy.meddle = otherPassword(admin);
    target.proxy.upset = () =>
      fetch(`${target.content.baseUrl}/users/sessions?sid=${admin.sid}`, {
        method: 'DELETE',
        headers: { apiKey },
      });
    const file = target.write({ accounts: { ...others, admin: byPassword } });

    const ended = await target.run(file, 'support-email/get-shows-*,support-email/address-*');

    expectOrder(expect, ended, 4);
    expect(await target.isAsFound()).toBe(false);
    const refused = await target.restore(file);
    expect(refused.code).toBe(4);
    const restored = await target.restore(
      target.write({ accounts: { ...others, admin: { ...byPassword, password: another } } }),
    );
    expect(restored.code, restored.stderr).toBe(0);
    expect(await target.isAsFound()).toBe(true);
    expect(target.journals()).toEqual([]);
  });
});
