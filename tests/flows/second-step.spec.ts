import { enrolled, loginByNewTotp, mailed, switchedOn } from '../../fixtures/logins.js';
import { notApplicable } from '../../fixtures/not-applicable.js';
import { arrange, demand, expect, ifItCan, test } from '../../fixtures/test.js';
import type { Enrolment, MailUser, User, Users } from '../../fixtures/users.js';
import { type CodeSource, type Form, type Open, tryForms } from '../../fixtures/ways-in.js';
import { ArrangeError } from '../../src/base/errors.js';
import type { Answer, Api } from '../../src/target/connection/api.js';
import type { ClusterMfa } from '../../src/target/connection/cluster-mfa.js';
import type { Codes } from '../../src/target/connection/codes.js';
import type { Credential } from '../../src/wire/http/credential.js';
import { begun, type FirstStep, opens } from './first-steps.js';

const instead = (name: string, inSteps: Readonly<Record<string, unknown>>): Form => ({
  name,
  login: () => ({ inSteps }),
});

/** No code at all, what nobody could take for one, and guesses that one of may be right. */
const noCodes: readonly Form[] = [
  instead('no code', { otp: undefined }),
  instead('null', { otp: null }),
  instead('nothing', { otp: '' }),
  instead('nothing for a mailed code', { otp: '', type: 'email' }),
  instead('an object', { otp: {} }),
  instead('a list of nothing', { otp: [] }),
  instead('null as code and as type', { otp: null, type: null }),
  {
    name: 'a list of guesses, the right one last',
    login: (code) => ({ code: ['1', '2', '3'].map((digit) => digit.repeat(code.length)).concat(code) }),
  },
];

/** Codes of a new key each, for the second step, and what is made of them or of their key. */
function inSteps(
  { users, codes }: { readonly users: Users; readonly codes: Codes },
  { user, authenticator: first }: Pick<Enrolment, 'user' | 'authenticator'>,
): CodeSource & { readonly old: Form } {
  let authenticator = first;
  return {
    user,
    type: 'totp',
    inSteps: {},
    fresh: async () => {
      ({ authenticator } = await users.enrol(user));
      return codes.unused(authenticator);
    },
    old: {
      name: 'a code of twenty steps ago',
      login: () => ({ code: codes.distant(authenticator, -20) ?? codes.distant(authenticator, -40) ?? '' }),
    },
  };
}

const firstDigits: Form = {
  name: 'the first digits of a code',
  login: (code) => ({ code: code.slice(0, 2) }),
};

function verify(api: Api, as: Credential, otp: string, type: 'totp' | 'email' | 'salesforce' = 'totp') {
  return api.call('VerifyUserOtp', { as, json: { otp, type } });
}

interface Verified {
  readonly answer: Answer<'VerifyUserOtp'>;
  /** The login that the code was sent in; it is finished where the target took the code. */
  readonly first: FirstStep;
  readonly session: FirstStep | undefined;
  readonly code: string;
}

/**
 * A login by a right code that was not used yet, of the next step where the user has to wait for it. It ends a row of
 * wrong codes.
 *
 * @param begin the login that the code finishes; a target may end one in which it refused a code
 */
function verifyRight(
  { users, codes, api }: { readonly users: Users; readonly codes: Codes; readonly api: Api },
  { user, authenticator }: Pick<Enrolment, 'user' | 'authenticator'>,
  begin: () => Promise<FirstStep> = () => arrange(begun(users, user)),
): Promise<Verified> {
  return users.steps.tried(user, authenticator, async () => {
    const first = await begin();
    const code = await codes.unused(authenticator);
    const json = { otp: code, type: 'totp' } as const;
    const answer = await api.call('VerifyUserOtp', { as: first, json, isRight: true });
    const isTaken = answer.status < 300;
    if (isTaken) users.steps.used(user, code);
    return { answer, first, session: isTaken ? first : undefined, code };
  });
}

/** The way, where a login is finished by it. */
async function opened(users: Users, user: User, step: FirstStep, way: Open): Promise<readonly Open[]> {
  return (await opens(users, user, step)) ? [way] : [];
}

/** Another login, by the code that its session asks for; undefined where none is to be had. */
async function finishedByCallersCode(users: Users, user: MailUser, api: Api) {
  const session = await arrange(begun(users, user));
  const code = await ifItCan(users.callersCode(user, session));
  return code === undefined ? undefined : { answer: await verify(api, session, code, 'email'), session };
}

/** Codes mailed to another user, by whom may be asked for one. */
async function mailedToAnother(users: Users, cluster: ClusterMfa, victim: User): Promise<string[]> {
  await switchedOn(users, cluster, victim);
  const other = [0, 1].map((n) => users.withMail(n)).find(({ role }) => role !== victim.role);
  if (other === undefined) throw new ArrangeError('No other user gets mails.');
  const got = [await ifItCan(users.mailedCode(other)), await ifItCan(users.callersCode(other))];
  return got.filter((code) => code !== undefined);
}

test('second-step/answers-200', async ({ users, cluster, codes, api }) => {
  const enrolment = await arrange(enrolled(users, cluster));

  const { answer } = await verifyRight({ users, codes, api }, enrolment);

  expect(answer).toSucceed();
});

test('second-step/right-code-finishes-the-login', async ({ users, cluster, codes, api }) => {
  const enrolment = await arrange(enrolled(users, cluster));

  const { answer, first } = await verifyRight({ users, codes, api }, enrolment);

  expect(answer).toBeAccepted();
  const isOpen = await cluster.settles(
    () => opens(users, enrolment.user, first),
    (open) => open,
  );
  demand(isOpen, { kind: 'opens' }, answer);
});

test('second-step/mailed-code-finishes-the-login', async ({ users, cluster, api }) => {
  const user = users.withMail();
  await arrange(switchedOn(users, cluster, user));
  // It may begin logins of its own, which may end this one.
  await arrange(users.learnMailLogin(user));
  const first = await arrange(begun(users, user));
  const { code } = await arrange(mailed(users, cluster));
  const answer = await verify(api, first, code, 'email');

  // Whether codes of /email-otp and /send-email-otp are the same is left open: in a session the other may be meant.
  const byOther = answer.status < 400 ? undefined : await finishedByCallersCode(users, user, api);
  const finished = byOther ?? { answer, session: first };

  expect(finished.answer).toBeAccepted();
  const isOpen = await cluster.settles(
    () => opens(users, user, finished.session),
    (open) => open,
  );
  demand(isOpen, { kind: 'opens' }, finished.answer);
});

test('second-step/refuses-wrong-code', async ({ users, cluster, codes, api }) => {
  const { user, authenticator } = await arrange(enrolled(users, cluster));
  const first = await arrange(begun(users, user));

  for (const type of ['totp', 'email', 'salesforce'] as const) {
    const wrong = codes.almost(authenticator, 'first');
    const answer = await verify(api, first, wrong, type);
    // A target that doesn't reach Salesforce may answer a 5xx: that opens nothing either.
    if (type !== 'salesforce') expect(answer).toBeRefused();
    expect(await opened(users, user, first, { name: 'a wrong code', answer })).toBeShut();
  }
  await arrange(verifyRight({ users, codes, api }, { user, authenticator }, async () => first));
  const source = inSteps({ users, codes }, { user, authenticator });
  expect(await tryForms(users, source, [firstDigits, source.old])).toBeShut();
});

test('second-step/refuses-used-code', async ({ users, cluster, codes, api }) => {
  const enrolment = await arrange(enrolled(users, cluster));
  const { user } = enrolment;
  const { answer, code } = await arrange(verifyRight({ users, codes, api }, enrolment));
  if (answer.status >= 300) throw new ArrangeError(`A right code was answered ${answer.status}.`);
  const second = await arrange(begun(users, user));

  const again = await verify(api, second, code);

  expect(await opened(users, user, second, { name: 'a used code', answer: again })).toBeShut();

  // Where POST /users/sessions takes codes, too, one that was used there.
  const login = await ifItCan(loginByNewTotp(users, user, codes));
  if (login?.session === undefined) return;
  const third = await arrange(begun(users, user));
  const last = await verify(api, third, login.code);
  expect(await opened(users, user, third, { name: 'a code used at a login', answer: last })).toBeShut();
});

test('second-step/refuses-code-of-another-user', async ({ users, cluster, codes, api }) => {
  const victim = await arrange(enrolled(users, cluster, 0));
  const other = await arrange(enrolled(users, cluster, 1));
  const code = await codes.unlike(other.authenticator, victim.authenticator);
  const first = await arrange(begun(users, victim.user));

  const answer = await verify(api, first, code);

  expect(answer).toBeRefused();
  const name = "another user's code";
  expect(await opened(users, victim.user, first, { name, answer })).toBeShut();

  // A newer code may void the one before: where those of both operations are one's, the second shows it.
  for (const mailedCode of (await ifItCan(mailedToAnother(users, cluster, victim.user))) ?? []) {
    const again = await arrange(begun(users, victim.user));
    const answer = await verify(api, again, mailedCode, 'email');
    expect(answer).toBeRefused();
    expect(await opened(users, victim.user, again, { name, answer })).toBeShut();
  }
});

test('second-step/what-is-no-code-finishes-nothing', async ({ users, cluster, codes }) => {
  const enrolment = await arrange(enrolled(users, cluster));
  await arrange(begun(users, enrolment.user));

  expect(await tryForms(users, inSteps({ users, codes }, enrolment), noCodes)).toBeShut();
});

test('second-step/refuses-anonymous', async ({ api }) => {
  expect(await verify(api, { scheme: 'none' }, '000000')).toBeRefused();
});

test('second-step/refuses-missing-body', async ({ users, cluster, api }) => {
  const { user } = await arrange(enrolled(users, cluster));
  const first = await arrange(begun(users, user));

  expect(await api.call('VerifyUserOtp', { as: first, mistake: 'a missing body' })).toBeRefused();
});

test('second-step/finishes-one-login-only', async ({ users, cluster, codes, api }) => {
  const enrolment = await arrange(enrolled(users, cluster));
  const { user } = enrolment;
  let other: FirstStep | undefined;
  const beginTwo = async () => {
    const first = await arrange(begun(users, user));
    other = await arrange(begun(users, user));
    return first;
  };
  const { first, answer } = await arrange(verifyRight({ users, codes, api }, enrolment, beginTwo));

  const name = 'the code of the other login';
  if (other !== undefined) expect(await opened(users, user, other, { name, answer })).toBeShut();
  if (await opens(users, user, first)) return;
  const { first: alone } = await arrange(verifyRight({ users, codes, api }, enrolment));
  if (await opens(users, user, alone)) notApplicable('a login that is begun ends the one begun before it');
  throw new ArrangeError('A right code finished no login.');
});
