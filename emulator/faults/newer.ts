import type { Call, World } from '../call.js';
import { replaces } from '../deviations.js';
import { asObject, isObject, type JsonObject, own, text } from '../json.js';
import { shownOnce } from '../keys.js';
import { newReference } from '../operations/support-password.js';
import type { OperationId } from '../operations/table.js';
import type { ReleaseName } from '../releases.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';

const configure = 'ConfigureSupportMFAConfig';
const patch = 'UpdateSupportMFAConfig';
const verify = 'VerifySupportUserTotp';

/** If `isTaken` accepts a body, the change needs no password. */
function standsForThePassword(
  seams: Seams,
  which: OperationId,
  isTaken: (body: JsonObject, state: World['state']) => boolean,
): void {
  seams.body(which, (body, _call, { state }) =>
    isObject(body) && isTaken(body, state) ? { ...body, currentPassword: state.supportPassword } : body,
  );
}

/** Tells whether a password and the right one begin with the same eight characters. */
const beginsRight = (given: string | undefined, { supportPassword }: World['state']) =>
  given?.slice(0, 8) === supportPassword.slice(0, 8);

/** If `isMeant` accepts a request of the admin that PUT /support-user/mfa would refuse, it answers 200. */
function accepts(seams: Seams, isMeant: (call: Call) => boolean): void {
  seams.refusal(configure, (answer, call) => {
    if (call.caller?.role === 'admin' && isMeant(call))
      Object.assign(answer, { status: 200, body: { enabled: false } });
  });
}

const newer: readonly Fault[] = faultsOf({
  'status/configure-support-mfa-202': breaks('support-configure/answers-200')
    .says('PUT /support-user/mfa answers 202 instead of 200.')
    .with(replaces, configure, 200, { status: 202 }),
  'configure/no-secret': breaks('support-configure/totp-gives-secret-and-uri')
    .says('PUT /support-user/mfa to totp returns no secret.')
    .successes(configure, ({ totpSecretKey: _secret, totpUri: _uri, ...rest }) => rest),
  'configure/secret-of-another-uri': breaks('support-configure/totp-gives-secret-and-uri')
    .says('PUT /support-user/mfa to totp returns a secret other than the one in its URI.')
    .shows(configure, (body, call, world) => {
      if (own(body, 'totpSecretKey') === undefined || world.state.support.key === undefined) return;
      const secret = world.rules.newSecret(call, world);
      const { totpSecretKey } = shownOnce({ ...world.state.support.key, secret }, world);
      return { totpSecretKey };
    }),
  'configure/address-lost': breaks('support-configure/mode-and-address-are-kept')
    .says('PUT /support-user/mfa returns the address and does not store it.')
    .successes(configure, (_body, _call, { state }) => {
      state.support = { ...state.support, mfaType: null, email: null };
    }),
  'configure/switches-on': breaks('support-configure/leaves-enabled-alone')
    .says('PUT /support-user/mfa to email switches support MFA on.')
    .shows(configure, (_body, _call, { state }) => {
      if (state.support.mfaType === 'email') state.support = { ...state.support, enabled: true };
      return { enabled: state.support.enabled };
    }),
  'configure/password-not-asked': breaks('support-configure/refuses-without-password')
    .says('PUT /support-user/mfa works without currentPassword.')
    .edits(configure, (body, call, { state }) => {
      const given = asObject(body);
      if (call.caller?.role !== 'admin' || body === undefined || Object.hasOwn(given, 'currentPassword')) {
        return;
      }
      return typeof own(given, 'mfaType') !== 'number' && { currentPassword: state.supportPassword };
    }),
  'configure/any-password': breaks('support-configure/refuses-wrong-current-password')
    .says('PUT /support-user/mfa works with any currentPassword.')
    .with(standsForThePassword, configure, (body) => text(body, 'currentPassword') !== undefined),
  'configure/password-by-its-beginning': breaks('support-configure/refuses-wrong-current-password')
    .says('PUT /support-user/mfa compares only the first eight characters of currentPassword.')
    .with(standsForThePassword, configure, (body, state) =>
      beginsRight(text(body, 'currentPassword'), state),
    ),
  'configure/password-in-any-case': breaks('support-configure/refuses-wrong-current-password')
    .says('PUT /support-user/mfa compares currentPassword without case.')
    .with(
      standsForThePassword,
      configure,
      (body, { supportPassword }) =>
        text(body, 'currentPassword')?.toLowerCase() === supportPassword.toLowerCase(),
    ),
  'configure/refused-but-stored': breaks('support-configure/refuses-without-password')
    .says('PUT /support-user/mfa without the right password is refused, yet stored.')
    .refusals(configure, (answer, call, { state }) => {
      const email = text(call.body, 'email');
      if (answer.status === 403 && call.caller?.role === 'admin' && email !== undefined) {
        state.support = { ...state.support, mfaType: 'email', email };
      }
    }),
  'configure/refused-request-takes-the-key': breaks('support-configure/refuses-wrong-current-password')
    .says("A PUT /support-user/mfa that is refused for its password replaces the support user's key.")
    .refusals(configure, (answer, call, world) => {
      const { key } = world.state.support;
      if (answer.status !== 403 || call.caller?.role !== 'admin' || key === undefined) return;
      if (text(call.body, 'mfaType') !== 'totp') return;
      const secret = world.rules.newSecret(call, world);
      world.state.support = { ...world.state.support, key: { ...key, secret } };
    }),
  'configure/missing-body-accepted': breaks('support-configure/refuses-missing-body')
    .says('PUT /support-user/mfa without a body answers 200.')
    .with(accepts, ({ content }) => (content?.length ?? 0) === 0),
  'configure/malformed-json-accepted': breaks('support-configure/refuses-malformed-json')
    .says('PUT /support-user/mfa ignores malformed JSON and answers 200.')
    .with(accepts, ({ content, body }) => (content?.length ?? 0) > 0 && body === undefined),
  'configure/wrong-type-stored': breaks('support-configure/wrong-type-is-harmless')
    .says('PUT /support-user/mfa with a wrong type is refused, yet stored as text.')
    .refusals(configure, (answer, call, { state }) => {
      const body = asObject(call.body);
      if (answer.status === 400 && typeof own(body, 'mfaType') === 'number') {
        state.support = { ...state.support, email: String(own(body, 'email')) };
      }
    }),
  'support/password-not-asked': breaks('support-password/patch-refused-without-password')
    .says('PATCH /support-user/mfa changes without currentPassword.')
    .with(standsForThePassword, patch, (body) => !Object.hasOwn(body, 'currentPassword')),
  'support/any-password': breaks('support-password/patch-refused-with-wrong-password')
    .says('PATCH /support-user/mfa changes with any currentPassword.')
    .with(standsForThePassword, patch, (body) => text(body, 'currentPassword') !== undefined),
  'support/password-by-its-beginning': breaks('support-password/patch-refused-with-wrong-password')
    .says('PATCH /support-user/mfa compares only the first eight characters of currentPassword.')
    .with(standsForThePassword, patch, (body, state) => beginsRight(text(body, 'currentPassword'), state)),
  'support/null-stands-for-the-password': breaks('support-password/patch-refused-without-password')
    .says('PATCH /support-user/mfa accepts null as currentPassword.')
    .with(standsForThePassword, patch, (body) => own(body, 'currentPassword') === null),
  'support/code-stands-for-the-password': breaks('support-password/patch-refused-without-password')
    .says('PATCH /support-user/mfa with a right mfaCode asks for no password.')
    .with(standsForThePassword, patch, (body) => text(body, 'mfaCode') !== undefined),
  'support/reference-stands-for-the-password': breaks('support-password/patch-refused-with-wrong-password')
    .since('7.3.1')
    .says('PATCH /support-user/mfa with a right referenceId asks for no password.')
    .with(standsForThePassword, patch, (body, { referenceIds }) =>
      referenceIds.has(text(body, 'referenceId') ?? ''),
    ),
  'support/read-only-property-stored': breaks('support-password/read-only-properties-stay')
    .says('PATCH /support-user/mfa sets requiresPasswordAuth.')
    .by((seams) => {
      let asked = true;
      seams.body(patch, (body) => {
        const wanted = own(body, 'requiresPasswordAuth');
        if (typeof wanted === 'boolean') asked = wanted;
      });
      seams.show('GetSupportMFAConfig', (_body) => ({ requiresPasswordAuth: asked }));
    }),
  'support-reference/none-given': breaks('support-reference/given-for-right-code')
    .says('POST /support-user/verify-totp for DisableMfa returns no referenceId.')
    .successes(verify, ({ referenceId: _left, ...rest }) => rest),
  'support-reference/given-for-wrong-code': breaks('support-reference/not-given-for-wrong-code')
    .says('POST /support-user/verify-totp for DisableMfa also returns a referenceId for a wrong code.')
    .successes(verify, (body, call, world) =>
      own(body, 'success') === false && own(call.body, 'purpose') === 'DisableMfa'
        ? { ...body, referenceId: newReference(world) }
        : body,
    ),
  'support-reference/given-for-wrong-password': breaks('support-reference/not-given-for-wrong-password')
    .says('POST /support-user/verify-totp for DisableMfa ignores supportUserPassword.')
    .edits(
      verify,
      (body, _call, { state }) =>
        (text(body, 'supportUserPassword') ?? '') !== '' && { supportUserPassword: state.supportPassword },
    ),
  'support-reference/password-by-its-beginning': breaks('support-reference/not-given-for-wrong-password')
    .says('POST /support-user/verify-totp compares only the first eight characters of supportUserPassword.')
    .edits(
      verify,
      (body, _call, { state }) =>
        beginsRight(text(body, 'supportUserPassword'), state) && {
          supportUserPassword: state.supportPassword,
        },
    ),
  'support-reference/given-for-verify-otp': breaks('support-reference/not-given-for-verify-otp')
    .says('POST /support-user/verify-totp returns a referenceId for every purpose.')
    .successes(verify, (body, _call, world) =>
      own(body, 'success') === true ? { ...body, referenceId: newReference(world) } : body,
    ),
  'support-reference/refused': breaks('support-reference/disables-support-mfa')
    .says('Every referenceId is refused.')
    .wraps('useReference', () => false),
  'support-reference/reusable': breaks('support-reference/works-once')
    .says('A referenceId can be used repeatedly.')
    .by((seams) => {
      const used = new Set<string>();
      const { useReference } = seams.rules;
      seams.rules.useReference = (id, world) => {
        const isRight = used.has(id) || useReference(id, world);
        if (isRight) used.add(id);
        return isRight;
      };
    }),
  'support-reference/any-accepted': breaks('support-reference/unknown-is-refused')
    .says('Every referenceId is accepted.')
    .wraps('useReference', () => true),
});

const since = (id: string): ReleaseName => {
  if (id.startsWith('support-reference/')) return '7.3.1';
  return id.startsWith('support/') ? '7.3' : '7.3.2';
};

export const newerFaults: readonly Fault[] = newer.map((fault) => ({
  since: since(fault.id),
  ...fault,
}));
