import { randomBytes } from 'node:crypto';
import { Refusal } from '../call.js';
import { opensSession } from '../deviations.js';
import { asObject, type Json, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';

const put: OperationId = 'UpdateMFAConfig';
const patch: OperationId = 'UpdateSupportMFAConfig';

const crashes = (seams: Seams, operation: OperationId, isCause: (body: Json) => boolean) =>
  seams.body(operation, (body) => {
    if (body !== undefined && isCause(body))
      throw new Refusal(500, 'KInternalError', 'Something went wrong.');
  });

function coerce(seams: Seams, operation: OperationId, name: string, read: (value: number) => Json): void {
  seams.edit(operation, (body) => {
    const value = own(body, name);
    return typeof value === 'number' && { [name]: read(value) };
  });
}

const digitAsBoolean = (value: number): Json => (value === 0 || value === 1 ? value === 1 : value);

const isAscii = (value: string | undefined): boolean =>
  value === undefined || Buffer.byteLength(value) === value.length;

const isLongerThan = (length: number, value: string | undefined): boolean => (value?.length ?? 0) > length;

/** Faults that only bodies of one particular shape show. A suite with fixed examples would miss them. */
export const bodyFaults: readonly Fault[] = faultsOf({
  'bodies/put-500-for-no-types': breaks('mfa-config/any-valid-body-is-stored-or-refused')
    .says('PUT /mfa-config answers 500 for an empty list of authentication types.')
    .with(crashes, put, (body) => {
      const types = own(body, 'authenticationTypes');
      return Array.isArray(types) && types.length === 0;
    }),
  'bodies/put-500-for-name-beyond-ascii': breaks('mfa-config/any-valid-body-is-stored-or-refused')
    .says('PUT /mfa-config answers 500 for a property name outside ASCII.')
    .with(crashes, put, (body) => !Object.keys(asObject(body)).every(isAscii)),
  'bodies/put-loses-repeated-types': breaks('mfa-config/any-valid-body-is-stored-or-refused')
    .says('PUT /mfa-config answers 204 for a list with repeated types and stores an empty list.')
    .wraps('storeCluster', (storeCluster, before, wanted, world) => {
      const types = wanted.authenticationTypes ?? [];
      const isRepeated = new Set(types).size < types.length;
      return storeCluster(before, isRepeated ? { ...wanted, authenticationTypes: [] } : wanted, world);
    }),
  'bodies/put-500-for-no-object': breaks('mfa-config/any-invalid-body-is-refused')
    .and('http/no-server-error-for-client-mistake')
    .says('PUT /mfa-config answers 500 for JSON that is not an object.')
    .with(crashes, put, (body) => typeof body !== 'object' || body === null || Array.isArray(body)),
  'bodies/put-refuses-object-but-stores-it': breaks('mfa-config/any-invalid-body-is-harmless')
    .says('PUT /mfa-config refuses an object as authenticationTypes, yet stores an empty list.')
    .refusals(put, (_answer, call, { state }) => {
      const types = own(call.body, 'authenticationTypes');
      if (typeof types !== 'object' || types === null || Array.isArray(types)) return;
      state.cluster = { ...state.cluster, authenticationTypes: [] };
    }),
  'bodies/put-takes-number-for-boolean': breaks('mfa-config/any-invalid-body-is-refused')
    .says('PUT /mfa-config accepts a number for retainUserMfaSettings.')
    .with(coerce, put, 'retainUserMfaSettings', (value) => value !== 0),
  'bodies/digits-for-booleans': breaks('mfa-config/wrong-type-is-refused')
    .says('PUT /mfa-config and PATCH /support-user/mfa accept 0 and 1 for enabled.')
    .by((seams) => {
      for (const operation of [put, patch]) coerce(seams, operation, 'enabled', digitAsBoolean);
    }),
  'bodies/put-takes-item-for-list': breaks('mfa-config/any-invalid-body-is-refused')
    .says('PUT /mfa-config accepts a text for authenticationTypes as the only type.')
    .edits(put, (body) => {
      const type = text(body, 'authenticationTypes');
      return type !== undefined && { authenticationTypes: [type] };
    }),
  'bodies/put-takes-list-for-object': breaks('mfa-config/any-invalid-body-is-refused')
    .says('PUT /mfa-config accepts an empty list as an empty object.')
    .bodies(put, (body) => (Array.isArray(body) && body.length === 0 ? {} : body)),
  'bodies/patch-500-for-long-address': breaks('support-mfa/any-valid-body-is-handled')
    .says('PATCH /support-user/mfa answers 500 for an address of more than 254 characters.')
    .with(crashes, patch, (body) => isLongerThan(254, text(body, 'email'))),
  'bodies/patch-null-code-switches-on': breaks('support-mfa/any-valid-body-is-handled')
    .says('PATCH /support-user/mfa with enabled false and a null mfaCode switches MFA by e-mail on.')
    .successes(patch, (_body, call, { state }) => {
      if (own(call.body, 'mfaCode') !== null || state.support.enabled) return;
      state.support = { ...state.support, enabled: true, mfaType: 'email', email: 'support@lab.example' };
    }),
  'bodies/patch-refuses-list-but-stores-it': breaks('support-mfa/any-invalid-body-is-harmless')
    .says('PATCH /support-user/mfa refuses a list as address, yet stores another address.')
    .refusals(patch, (_answer, call, { state }) => {
      if (!Array.isArray(own(call.body, 'email'))) return;
      state.support = { ...state.support, email: 'list@lab.example' };
    }),
  'bodies/patch-takes-number-for-text': breaks('support-mfa/any-invalid-body-is-refused')
    .says('PATCH /support-user/mfa accepts a number for mfaCode.')
    .with(coerce, patch, 'mfaCode', String),
  'bodies/totp-key-500-for-name-beyond-ascii': breaks('totp-key/any-body-is-handled')
    .says('POST /totp-key answers 500 for a name outside ASCII.')
    .with(crashes, 'CreateTotpKey', (body) => !isAscii(text(body, 'totpKeyName'))),
  'bodies/verify-totp-500-for-code-beyond-ascii': breaks('verify-totp/any-body-is-handled')
    .says('POST /support-user/verify-totp answers 500 for a code outside ASCII.')
    .with(crashes, 'VerifySupportUserTotp', (body) => !isAscii(text(body, 'totpCode'))),
  'bodies/verify-totp-takes-null': breaks('verify-totp/any-body-is-handled', 'verify-totp/refuses-junk')
    .says('POST /support-user/verify-totp answers success true for a null code.')
    .refusals('VerifySupportUserTotp', (answer, call) => {
      if (call.caller === undefined || own(call.body, 'totpCode') !== null) return;
      Object.assign(answer, { status: 200, body: { success: true } });
    }),
  'bodies/email-otp-500-for-long-name': breaks('email-otp/any-body-is-handled')
    .says('POST /email-otp answers 500 for a username of more than 256 characters.')
    .with(crashes, 'CreateEmailOtp', (body) => isLongerThan(256, text(body, 'username'))),
  'bodies/login-500-for-name-beyond-ascii': breaks('sessions/any-body-is-handled')
    .says('POST /users/sessions answers 500 for a username outside ASCII.')
    .with(crashes, 'CreateSession', (body) => !isAscii(text(body, 'username'))),
  'bodies/login-by-null-password': breaks('sessions/any-body-is-handled', 'sessions/refuses-wrong-password')
    .says('POST /users/sessions opens a session of the admin for a null password.')
    .refusals(
      'CreateSession',
      (_answer, { body }, { state }) => own(body, 'password') === null && opensSession(state.admin, state),
    ),
  'bodies/access-token-500-without-password': breaks('http/no-server-error-for-client-mistake')
    .says('POST /access-tokens answers 500 without a password.')
    .with(crashes, 'CreateAccessToken', (body) => own(body, 'password') === undefined),
  'bodies/access-token-by-null-domain': breaks('access-tokens/any-body-is-handled')
    .says('POST /access-tokens issues a token to anyone for a null domain.')
    .refusals('CreateAccessToken', (_answer, call) => {
      if (own(call.body, 'domain') !== null) return;
      const accessToken = randomBytes(24).toString('base64url');
      const body = { accessToken, tokenType: 'Bearer', privileges: [] };
      return { status: 201, headers: { 'cache-control': 'no-store' }, body };
    }),
});
