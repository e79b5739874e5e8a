import type { OperationWith } from '../../fixtures/index.js';
import { arrange, expect, operations, operationsWith, prepared, test } from '../../fixtures/index.js';

/** Operations that succeed only after other calls. They have their own tests below. */
const special = [
  'UpdateMFAConfig',
  'UpdateSupportMFAConfig',
  'ConfigureSupportMFAConfig',
  'VerifySupportUserTotp',
  'CreateTotpKey',
  'SendEmailOtp',
] as const;

type Plain = Exclude<OperationWith<'slug'>, (typeof special)[number]>;

const plain = operationsWith('slug').filter((id): id is Plain => special.every((each) => each !== id));

/** Each test makes its operation succeed once. The requirement judges all successes of the run. */
for (const id of plain) {
  test(operations[id].answers, async ({ api, admin, connection }) => {
    const body = await arrange(prepared(id, connection));

    expect(await api.call(id, { ...body, as: admin })).toSucceed();
  });
}

test('mfa-config/put-answers-204', async ({ cluster, allow }) => {
  const config = await arrange(cluster.read());

  const ofWhatIs = await cluster.put(config);
  // A target may refuse a PUT that changes nothing. If so, the test makes a real change, if allowed.
  const isRefused = ofWhatIs.status >= 400 && ofWhatIs.status < 500;
  const mayChange = allow.clusterMfa && !config.enabled;
  if (isRefused && !mayChange) arrange.notApplicable('the target refuses a PUT that changes nothing');
  const answer = isRefused ? await cluster.put(switchedOn) : ofWhatIs;
  await arrange(cluster.asFound());

  expect(answer).toSucceed();
});

test('support-mfa/patch-answers-200', async ({ support, allow }) => {
  await arrange(support.off());

  const toOff = await support.patch({ enabled: false });
  // A target may refuse to switch support MFA off twice. If so, the test makes a real change, if allowed.
  const mayEnrol = allow.replaceTotpOf.includes('supportUser');
  const isRefused = toOff.status >= 400 && toOff.status < 500;
  if (isRefused && !mayEnrol)
    arrange.notApplicable('the target refuses to switch support MFA off while it is off');
  expect(isRefused ? await support.patch({ enabled: true, mfaType: 'totp' }) : toOff).toSucceed();
});

test('support-configure/answers-200', async ({ support }) => {
  await arrange(support.off());

  expect(await support.configure({ mfaType: 'totp' })).toSucceed();
});

test('verify-totp/answers-200', async ({ support, codes, connection }) => {
  // If the run has already proved a key, that answer is enough: to replace and prove a key again would need two codes.
  const known = support.lastProof;
  if (known !== undefined) connection.recorder.adopt([known.exchange]);
  const verified = async () => {
    const { authenticator } = await arrange(support.onByTotp());
    return support.verify(await codes.unused(authenticator));
  };

  expect(known ?? (await verified())).toSucceed();
});

test('totp-key/create-answers-201', async ({ users }) => {
  const user = users.withReplaceableTotp();
  await arrange(users.sessions.of(user));

  expect(await users.codes.createKey(user, 'mfa-conformance')).toSucceed();
});

test('email-otp/answers-204', async ({ users }) => {
  expect(await users.codes.request(users.withMail())).toSucceed();
});

test('send-email-otp/answers-204', async ({ users }) => {
  const user = users.withMail();
  await arrange(users.sessions.of(user));

  expect(await users.codes.requestOfCaller(user)).toSucceed();
});

test('sessions/create-answers-201', async ({ users }) => {
  const { answer } = await users.logins.whileOff(users.withPassword());

  expect(answer).toSucceed();
  expect(answer).toHaveTexts(['sessionId']);
});

test('access-tokens/create-answers-201', async ({ users }) => {
  const answer = await users.sessions.newToken(users.withPassword());

  expect(answer).toSucceed();
  expect(answer).toHaveTexts(['accessToken']);
});

const switchedOn = { enabled: true, authenticationTypes: ['totp', 'email'], retainUserMfaSettings: true };
