import type { Answer, BodyClaim, Changed, Fixtures, Trial } from '../../fixtures/index.js';
import {
  arrange,
  configs,
  expect,
  memberOf,
  serverErrorOf,
  test,
  textOf,
  wrong,
} from '../../fixtures/index.js';

type Bodies = Fixtures['bodies'];

const nobody = { username: 'mfa-conformance-nobody', password: 'pass-of-nobody-7f1c', domain: 'LOCAL' };

const taken: BodyClaim = { kind: 'refused', least: 'no success' };

/** A target may ignore otpVerificationState, because only the target sets it. */
const ignored = ['otpVerificationState'];

/**
 * Requirements on every body. The tests send right and wrong bodies made from the contract's schemas. If a body fails,
 * the report shows a form of it that is as simple as possible.
 */
for (const [id, found] of [
  ['mfa-config/any-valid-body-is-stored-or-refused', ({ cluster }: Bodies) => cluster.valid(storedOrRefused)],
  ['mfa-config/any-invalid-body-is-harmless', ({ cluster }: Bodies) => cluster.invalid(harmless)],
  ['mfa-config/any-invalid-body-is-refused', ({ cluster }: Bodies) => cluster.invalid(refused)],
  ['support-mfa/any-valid-body-is-handled', ({ support }: Bodies) => support.valid(staysOff)],
  ['support-mfa/any-invalid-body-is-harmless', ({ support }: Bodies) => support.invalid(harmless)],
  ['support-mfa/any-invalid-body-is-refused', ({ support }: Bodies) => support.invalid(refused, ignored)],
  ['email-otp/any-body-is-handled', (bodies: Bodies) => bodies.any('CreateEmailOtp', nobody)],
] as const)
  test(id, async ({ bodies }) => expect(await found(bodies)).toHaveNoCounterexample());

test('totp-key/any-body-is-handled', async ({ bodies, users }) => {
  const as = await arrange(users.sessions.of(users.withReplaceableTotp()));
  const base = { totpKeyName: 'mfa-conformance' };

  expect(await bodies.any('CreateTotpKey', base, undefined, as)).toHaveNoCounterexample();
});

test('verify-totp/any-body-is-handled', async ({ bodies, support, admin }) => {
  await arrange(support.off());
  const base = { totpCode: '000000' };
  const verifiesNothing = ({ body }: Answer): BodyClaim | undefined =>
    memberOf(body, 'success') === true ? { kind: 'not verified', success: true } : undefined;

  expect(await bodies.any('VerifySupportUserTotp', base, verifiesNothing, admin)).toHaveNoCounterexample();
});

test('sessions/any-body-is-handled', async ({ bodies, api }) => {
  const opensNothing = async ({ status, body }: Answer) => {
    const id = textOf(body, 'sessionId');
    if (status >= 300 || id === undefined) return undefined;
    // The target may have answered with a pending session, which is no breach.
    const probe = await api.call('GetMFAConfig', { as: wrong.session(id) });
    return probe.status < 300 ? taken : undefined;
  };

  expect(await bodies.any('CreateSession', nobody, opensNothing)).toHaveNoCounterexample();
});

test('access-tokens/any-body-is-handled', async ({ bodies, api }) => {
  const first = await arrange(api.call('CreateAccessToken', { anyJson: {}, mistake: 'an empty body' }));
  if (first.status === 404) arrange.notApplicable('the target has no POST /access-tokens');

  const getsNoToken = ({ status, body }: Answer) =>
    status >= 300 || textOf(body, 'accessToken') === undefined ? undefined : taken;
  expect(await bodies.any('CreateAccessToken', nobody, getsNoToken)).toHaveNoCounterexample();
});

function storedOrRefused(trial: Trial<configs.ClusterConfig>): BodyClaim | undefined {
  const { body, answer, before, after } = trial;
  const breach = harmless(trial, 'success or refusal');
  if (breach !== undefined || after === undefined || answer.status >= 300) return breach;
  if (configs.showsCluster(after, body, before)) return undefined;
  const members = (['enabled', 'authenticationTypes'] as const).flatMap((name) => {
    const expected = memberOf(body, name);
    const isOther = JSON.stringify(expected) !== JSON.stringify(after[name]);
    return isOther ? [{ pointer: `/${name}`, rule: 'is' as const, expected, seen: after[name] }] : [];
  });
  return { kind: 'members', any: false, members };
}

function staysOff(trial: Trial<configs.SupportConfig>): BodyClaim | undefined {
  const { answer, after } = trial;
  if (after?.enabled !== true) return harmless(trial, 'success or refusal');
  return serverErrorOf(answer) ?? changed(configs.supportChanges({ ...after, enabled: false }, after));
}

/**
 * Checks that the target handles the body, GET stays readable, and a refused body changes nothing. An accepted body may
 * change something, because the target may have read a wrong value leniently.
 */
function harmless(
  { part, answer, after, changes }: Trial,
  least: 'success or refusal' | 'documented' = 'documented',
): BodyClaim | undefined {
  const error = serverErrorOf(answer, least);
  if (error !== undefined) return error;
  if (after === undefined) return { kind: 'readable', part };
  return answer.status < 300 || changes.length === 0 ? undefined : changed(changes);
}

function refused({ answer: { status } }: Trial): BodyClaim | undefined {
  return status >= 400 && status < 500 ? undefined : { kind: 'refused', least: '4xx' };
}

const changed = (changes: readonly Changed[]): BodyClaim => ({
  kind: 'state',
  changes: changes.map((change) => ({ ...change, readBefore: null, readNow: null })),
});
