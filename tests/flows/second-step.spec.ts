import type {
  Enrolment,
  Fixtures,
  Form,
  MailUser,
  Open,
  PendingSession,
  User,
} from '../../fixtures/index.js';
import { arrange, bypass, demand, expect, test } from '../../fixtures/index.js';

type Given = Pick<Fixtures, 'api' | 'users' | 'codes'>;

const instead = (name: string, code: object): Form => ({ name, login: () => ({ inSteps: { ...code } }) });

const noCodes: readonly Form[] = [
  instead('no code', { otp: undefined }),
  instead('null', { otp: null }),
  instead('nothing', { otp: '' }),
  instead('nothing for a mailed code', { otp: '', type: 'email' }),
  instead('an object', { otp: {} }),
  instead('a list of nothing', { otp: [] }),
  instead('null as code and as type', { otp: null, type: null }),
  instead('a guess of the type null', { otp: '314159', type: null }),
  instead('a guess of an empty type', { otp: '314159', type: '' }),
  {
    name: 'a list of guesses, the right one last',
    login: (code) => ({ code: ['1', '2', '3'].map((digit) => digit.repeat(code.length)).concat(code) }),
  },
];

/** Returns a source of codes for the second step. Each code belongs to a new key. */
function inSteps(
  { api, users, codes }: Given,
  { user, authenticator: first }: Pick<Enrolment, 'user' | 'authenticator'>,
) {
  let authenticator = first;
  const fresh = async () => {
    ({ authenticator } = await users.codes.enrol(user));
    return codes.unused(authenticator);
  };
  const old = () => ({ code: codes.distant(authenticator, -20) ?? codes.distant(authenticator, -40) ?? '' });
  const nearForms: readonly Form[] = [
    { name: 'the first digits of a code', login: (code) => ({ code: code.slice(0, 2) }) },
    { name: 'a code of twenty steps ago', login: old },
  ];
  return { api, users, user, type: 'totp', inSteps: {}, fresh, nearForms } as const;
}

type Type = 'totp' | 'email' | 'salesforce';
const verify = (api: Given['api'], as: PendingSession, otp: string, type: Type = 'totp') =>
  api.call('VerifyUserOtp', { as, json: { otp, type } });

async function staysPending(users: Given['users'], user: User, step: PendingSession, way: Open) {
  expect((await users.logins.isFull(user, step)) ? [way] : []).toBeShut();
}

async function mailedToAnother(users: Given['users'], victim: User): Promise<string[]> {
  await users.switchedOn(victim);
  const other = [0, 1].map((n) => users.withMail(n)).find(({ role }) => role !== victim.role);
  if (other === undefined) throw arrange.failure('No other user gets mails.');
  const mailed = await arrange.ifItCan(users.codes.mailed(other));
  return [mailed, await arrange.ifItCan(users.codes.ofCaller(other))].filter((code) => code !== undefined);
}

/** A conforming target may accept only codes of /send-email-otp here. So if it refuses another, this tries one. */
async function finishedByMail({ users, api }: Pick<Fixtures, 'users' | 'api'>, user: MailUser) {
  const session = await arrange(users.logins.begun(user));
  const { code } = await arrange(users.mailed());
  const answer = await verify(api, session, code, 'email');
  if (answer.status < 400) return { answer, session, code };
  const other = await arrange(users.logins.begun(user));
  const callers = await arrange.ifItCan(users.codes.ofCaller(user, other));
  if (callers === undefined) return { answer, session, code };
  return { answer: await verify(api, other, callers, 'email'), session: other, code: callers };
}

test('second-step/answers-200', async ({ users }) => {
  const enrolment = await arrange(users.enrolled());

  const { answer } = await users.logins.finished(enrolment);

  expect(answer).toSucceed();
});

test('second-step/right-code-finishes-the-login', async ({ users }) => {
  const enrolment = await arrange(users.enrolled());

  const { answer, pending } = await users.logins.finished(enrolment);

  expect(answer).toBeAccepted();
  demand(await users.logins.becomesFull(enrolment.user, pending), { kind: 'opens' }, answer);
});

test('second-step/mailed-code-finishes-the-login', async ({ users, api }) => {
  const user = await arrange(users.mailable());
  const finished = await finishedByMail({ users, api }, user);

  expect(finished.answer).toBeAccepted();
  demand(await users.logins.becomesFull(user, finished.session), { kind: 'opens' }, finished.answer);
});

test('second-step/refuses-wrong-code', async ({ users, codes, api }) => {
  const { user, authenticator } = await arrange(users.enrolled());
  const first = await arrange(users.logins.begun(user));

  for (const type of ['totp', 'email', 'salesforce'] as const) {
    const wrong = codes.almost(authenticator, 'first');
    const answer = await verify(api, first, wrong, type);
    // A target that can't reach Salesforce may answer with a 5xx, which is no breach.
    if (type !== 'salesforce') expect(answer).toBeRefused();
    await staysPending(users, user, first, { name: 'a wrong code', answer });
  }
  await arrange(users.logins.finished({ user, authenticator }, async () => first));
  const source = inSteps({ api, users, codes }, { user, authenticator });
  expect(await bypass.tryForms(source, source.nearForms)).toBeShut();
});

test('second-step/refuses-used-code', async ({ users, api }) => {
  const enrolment = await arrange(users.enrolled());
  const { user } = enrolment;
  const { answer, code } = await arrange(users.logins.finished(enrolment));
  if (answer.status >= 300) throw arrange.failure(`The target answered ${answer.status} to a right code.`);
  const second = await arrange(users.logins.begun(user));

  const again = await verify(api, second, code);

  await staysPending(users, user, second, { name: 'a used code', answer: again });

  // If POST /users/sessions also accepts a code with the password, the second step must refuse a code used there.
  const login = await arrange.ifItCan(users.logins.byNewTotp(user));
  if (login?.session === undefined) return;
  const third = await arrange(users.logins.begun(user));
  const last = await verify(api, third, login.code);
  await staysPending(users, user, third, { name: 'a code used at a login', answer: last });
});

test('second-step/refuses-used-mailed-code', async ({ users, api }) => {
  const user = await arrange(users.mailable());
  const { answer, code } = await finishedByMail({ users, api }, user);
  if (answer.status >= 300) throw arrange.failure('POST /users/verify-otp refuses a mailed code.');
  const second = await arrange(users.logins.begun(user));

  const again = await verify(api, second, code, 'email');

  await staysPending(users, user, second, { name: 'a used mailed code', answer: again });
});

test('second-step/refuses-code-of-another-user', async ({ users, codes, api }) => {
  const victim = await arrange(users.enrolled(0));
  const other = await arrange(users.enrolled(1));
  const code = await codes.unlike(other.authenticator, victim.authenticator);
  const first = await arrange(users.logins.begun(victim.user));

  const answer = await verify(api, first, code);

  expect(answer).toBeRefused();
  const name = "another user's code";
  await staysPending(users, victim.user, first, { name, answer });

  // The second user's code may have voided the first's, so the test tries both.
  for (const mailedCode of (await arrange.ifItCan(mailedToAnother(users, victim.user))) ?? []) {
    const again = await arrange(users.logins.begun(victim.user));
    const answer = await verify(api, again, mailedCode, 'email');
    expect(answer).toBeRefused();
    await staysPending(users, victim.user, again, { name, answer });
  }
});

test('second-step/what-is-no-code-finishes-nothing', async ({ api, users, codes }) => {
  const enrolment = await arrange(users.enrolled());
  await arrange(users.logins.begun(enrolment.user));

  expect(await bypass.tryForms(inSteps({ api, users, codes }, enrolment), noCodes)).toBeShut();
});

test('second-step/refuses-anonymous', async ({ api }) => {
  expect(await api.call('VerifyUserOtp', { json: { otp: '000000', type: 'totp' } })).toBeRefused();
});

test('second-step/refuses-missing-body', async ({ users, api }) => {
  const as = await arrange(users.logins.begun((await arrange(users.enrolled())).user));

  expect(await api.call('VerifyUserOtp', { as, mistake: 'a missing body' })).toBeRefused();
});

test('second-step/finishes-one-login-only', async ({ users }) => {
  const enrolment = await arrange(users.enrolled());
  const { user } = enrolment;
  let other: PendingSession | undefined;
  const beginTwo = async () => {
    const first = await arrange(users.logins.begun(user));
    other = await arrange(users.logins.begun(user));
    return first;
  };
  const { pending: first, answer } = await arrange(users.logins.finished(enrolment, beginTwo));

  const name = "a code sent in the user's other session";
  if (other !== undefined) await staysPending(users, user, other, { name, answer });
  if (await users.logins.isFull(user, first)) return;
  const { pending: alone } = await arrange(users.logins.finished(enrolment));
  if (await users.logins.isFull(user, alone))
    arrange.notApplicable('a new pending session ends the one before it');
  throw arrange.failure('A right code finished no login.');
});
