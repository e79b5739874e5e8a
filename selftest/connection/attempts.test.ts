import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NotAllowedError } from '../../src/base/errors.js';
import { Secret } from '../../src/base/secret.js';
import { readTarget } from '../../src/input/target-file/read.js';
import { Attempts } from '../../src/target/connection/attempts.js';
import type { Answered, Call } from '../../src/target/connection/call.js';
import type { Credential } from '../../src/wire/http/credential.js';
import { targetAt, temporaryFolder, writeTarget } from '../cli/suite.js';
import { rows } from '../tool/rows.js';
import { answerOf, callOf } from './calls.js';

const session = (id: string): Credential => ({ scheme: 'SessionIdHeader', id: new Secret(id) });

function setUp(lockOut = false, folder = temporaryFolder()) {
  const file = writeTarget(
    folder,
    targetAt('http://127.0.0.1:1/v2', {
      accounts: { admin: { username: 'admin', password: 'right' } },
      allow: { stateChanges: true, lockOut },
    }),
  );
  const made = () => new Attempts(readTarget(file, {}), join(folder, 'attempts.json'));
  const attempts = made();
  const send = (call: Partial<Call>, status: number, body: unknown = {}): Promise<Answered> =>
    attempts.link(callOf(call), () => Promise.resolve(answerOf(status, body)));
  return { attempts, send, again: made };
}

test.each([401, 403])(
  'codes of the support user refused by %d count with a session taken over',
  async (status) => {
    const { attempts, send } = setUp();
    attempts.takenOver('of-another-process', 'admin');
    const credential = session('of-another-process');
    const verify = () => send({ ...tries['verify'], credential }, status);

    for (let n = 0; n < 3; n += 1) await verify();

    await expect(verify()).rejects.toThrow(NotAllowedError);
  },
);

const login = (password: string, username = 'admin'): Partial<Call> => ({
  operation: 'CreateSession',
  json: { username, password },
});
const surely: Partial<Call> = { ...login('right'), options: { expects: 'accepted' } };

const tries: Readonly<Record<string, Partial<Call>>> = {
  login: login('wrong', 'Admin'),
  right: login('right', 'Admin'),
  surely,
  token: { ...login('wrong', 'Admin'), operation: 'CreateAccessToken' },
  mail: { ...login('wrong', 'Admin'), operation: 'CreateEmailOtp' },
  nobody: { operation: 'CreateSession', json: { username: 'nobody', password: 'wrong' } },
  verify: { operation: 'VerifySupportUserTotp', json: { totpCode: '123456' } },
  patch: { operation: 'UpdateSupportMFAConfig', json: { enabled: false, mfaCode: '123456' } },
};

test.each(rows`
  end before they lock it | login 401 token 401 mail 401 | login | might lock admin.*lockOut
  end there for right ones that may be wrong | login 401 token 401 mail 401 | right | might lock admin
  on others are not limited | login 401 token 401 mail 401 | nobody
  leave one right attempt | login 401 login 401 login 401 | surely
  leave one only | login 401 login 401 login 401 surely 401 | surely | admin, after 4 consecutive failed
  count again after a right one | login 401 login 401 right 201 login 401 | login
  count where a wrong password is answered by a success | mail 204 mail 204 mail 204 | mail | might lock
  count by success: false | verify 200 verify 200 verify 200 | patch | might lock supportUser
`)('failed attempts on an account %s: %s, %s', async (_, before = '', last = '', refusal = '') => {
  const { send } = setUp();
  for (const [, name = '', status] of before.matchAll(/(\w+) (\d+)/g))
    await send(tries[name] ?? {}, Number(status));

  const sent = send(tries[last] ?? {}, 401);

  if (refusal === '') expect((await sent).status).toBe(401);
  else await expect(sent).rejects.toThrow(new RegExp(refusal));
});

test('failed attempts have no limit if accounts may be locked', async () => {
  const { send } = setUp(true);

  for (let n = 0; n < 9; n += 1) expect((await send(login('wrong'), 401)).status).toBe(401);
});

test('an accepted first factor does not allow one more wrong code', async () => {
  const { send } = setUp();
  for (let n = 0; n < 3; n += 1) await send(login('wrong'), 401);
  await send(surely, 201, { sessionId: 'begun' });
  const code = () =>
    send({ operation: 'VerifyUserOtp', json: { otp: '123456' }, credential: session('begun') }, 401);

  await expect(code()).rejects.toThrow(NotAllowedError);
});

test('a right password without a mailed code is no attempt, unless it may be wrong', async () => {
  const { attempts, send } = setUp();
  const ask = (password: string, status: number) =>
    send({ operation: 'CreateEmailOtp', json: { username: 'admin', password, domain: 'LOCAL' } }, status);

  for (const status of [400, 403, 409, 422]) await ask('right', status);
  expect(attempts.isNearLimit('admin')).toBe(false);

  await ask('right', 401);
  await ask('wrong', 400);
  expect(attempts.isNearLimit('admin')).toBe(true);
});

test.each([
  ['is no attempt', 'Maximum number of sessions reached.', false],
  ['counts if it tells of attempts', 'Too many failed attempts in this session.', true],
  ['counts if it tells of a lock', 'Session limit: the account is locked.', true],
])('a refusal for too many sessions %s', async (_what, message, counts) => {
  const { attempts, send } = setUp();

  for (let n = 0; n < 2; n += 1) await send(login('right'), 409, { message });

  expect(attempts.isNearLimit('admin')).toBe(counts);
});

test('the next run knows an accepted password in spite of later failures', async () => {
  const { attempts, send, again } = setUp();
  await send(login('right'), 401);
  expect(attempts.wasLetIn('admin')).toBe(false);
  expect(again().wasLetIn('admin')).toBe(false);

  await send(login('right'), 201, { sessionId: 'one' });
  await send(login('right'), 401);

  expect(again().wasLetIn('admin')).toBe(true);
});

test('a refused right login after accepted ones ends risky attempts on the account', async () => {
  const { attempts, send } = setUp();
  const session = { sessionId: 'one' };
  for (const password of ['wrong', 'wrong', 'right', 'wrong'])
    await send(login(password), password === 'right' ? 201 : 401, session);
  attempts.rightWasRefused('admin');
  // One or two slips do not lock an account.
  expect(attempts.mayBeLocked('admin')).toBe(false);
  await send(surely, 401);
  attempts.rightWasRefused('admin');
  expect(attempts.mayBeLocked('admin')).toBe(true);

  await send(surely, 201, session);

  expect(attempts.mayBeLocked('admin')).toBe(false);
  await expect(send(login('wrong'), 401)).rejects.toThrow(/4 failed attempts in this run: a right login of /);
});

test('an account locked on purpose keeps one right login in a run that must not lock it', async () => {
  const folder = temporaryFolder();
  const { send: guess } = setUp(true, folder);
  await guess(login('right'), 201);
  for (let n = 0; n < 10; n += 1) await guess(login(`wrong ${n}`), 401);

  const { send } = setUp(false, folder);

  await expect(send(login('wrong'), 401)).rejects.toThrow(NotAllowedError);
  await send(surely, 201);
});
