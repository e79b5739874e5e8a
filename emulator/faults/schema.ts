import { isObject, type JsonObject, own } from '../json.js';
import type { OperationId } from '../operations/table.js';
import type { ReleaseName } from '../releases.js';
import type { Fault } from '../seams.js';

interface Wrong {
  readonly id: string;
  readonly operation: OperationId;
  readonly description: string;
  readonly breaks: readonly string[];
  readonly since?: ReleaseName;
  /** Properties put over those of a success. */
  readonly put?: JsonObject;
  readonly change?: (body: JsonObject) => JsonObject;
}

const get = ['mfa-config/get-answers-200'];
const getSupport = ['support-mfa/get-answers-200'];
const patch = ['support-mfa/patch-answers-200'];
const verify = ['verify-totp/answers-200'];
const createKey = ['totp-key/create-answers-201'];

const createSession = ['sessions/create-answers-201'];

const wrongs: readonly Wrong[] = [
  {
    id: 'schema/get-mfa-config-enabled-is-text',
    operation: 'GetMFAConfig',
    description: 'GET /mfa-config answers enabled as a string.',
    breaks: get,
    change: (body) => ({ ...body, enabled: String(own(body, 'enabled')) }),
  },
  {
    id: 'schema/get-mfa-config-enabled-is-null',
    operation: 'GetMFAConfig',
    description: 'GET /mfa-config answers null for enabled, which is not nullable.',
    breaks: get,
    put: { enabled: null },
  },
  {
    id: 'schema/get-mfa-config-unknown-type',
    operation: 'GetMFAConfig',
    description: 'GET /mfa-config lists an authentication type outside the enum.',
    breaks: get,
    put: { authenticationTypes: ['email', 'totp', 'sms'] },
  },
  {
    id: 'schema/get-mfa-config-types-is-text',
    operation: 'GetMFAConfig',
    description: 'GET /mfa-config answers authenticationTypes as one string.',
    breaks: get,
    put: { authenticationTypes: 'email,totp' },
  },
  {
    id: 'schema/get-mfa-config-retain-is-number',
    operation: 'GetMFAConfig',
    description: 'GET /mfa-config answers retainUserMfaSettings as a number.',
    breaks: get,
    change: (body) => ({
      ...body,
      retainUserMfaSettings: own(body, 'retainUserMfaSettings') === true ? 1 : 0,
    }),
  },
  {
    id: 'schema/get-support-mfa-enabled-is-null',
    operation: 'GetSupportMFAConfig',
    description: 'GET /support-user/mfa answers null for enabled, which is not nullable.',
    breaks: getSupport,
    put: { enabled: null },
  },
  {
    id: 'schema/get-support-mfa-unknown-mode',
    operation: 'GetSupportMFAConfig',
    description: 'GET /support-user/mfa answers an mfaType outside the enum while it is off.',
    breaks: getSupport,
    change: (body) => (own(body, 'enabled') === true ? body : { ...body, mfaType: 'none' }),
  },
  {
    id: 'schema/get-support-mfa-unknown-state',
    operation: 'GetSupportMFAConfig',
    description: 'GET /support-user/mfa answers an otpVerificationState outside the enum while it is off.',
    breaks: getSupport,
    since: '7.1.2_u3',
    change: (body) => (own(body, 'enabled') === true ? body : { ...body, otpVerificationState: 'kOff' }),
  },
  {
    id: 'schema/get-support-mfa-email-is-list',
    operation: 'GetSupportMFAConfig',
    description: 'GET /support-user/mfa answers email as a list.',
    breaks: getSupport,
    change: (body) => ({ ...body, email: own(body, 'email') === null ? [] : [own(body, 'email') ?? ''] }),
  },
  {
    id: 'schema/patch-support-mfa-enabled-is-number',
    operation: 'UpdateSupportMFAConfig',
    description: 'PATCH /support-user/mfa answers enabled as a number.',
    breaks: patch,
    change: (body) => ({ ...body, enabled: own(body, 'enabled') === true ? 1 : 0 }),
  },
  {
    id: 'schema/patch-support-mfa-uri-is-null',
    operation: 'UpdateSupportMFAConfig',
    description:
      'PATCH /support-user/mfa answers null for totpUri, which is not nullable, where there is none.',
    breaks: patch,
    change: (body) => ({ totpUri: null, totpSecretKey: null, ...body }),
  },
  {
    id: 'schema/patch-support-mfa-unknown-mode',
    operation: 'UpdateSupportMFAConfig',
    description: 'PATCH /support-user/mfa answers an mfaType outside the enum when it is off.',
    breaks: patch,
    change: (body) => (own(body, 'enabled') === true ? body : { ...body, mfaType: 'none' }),
  },
  {
    id: 'schema/patch-support-mfa-unknown-state',
    operation: 'UpdateSupportMFAConfig',
    description: 'PATCH /support-user/mfa answers an otpVerificationState outside the enum when it is off.',
    breaks: patch,
    since: '7.1.2_u3',
    change: (body) => (own(body, 'enabled') === true ? body : { ...body, otpVerificationState: 'kOff' }),
  },
  {
    id: 'schema/patch-support-mfa-email-is-list',
    operation: 'UpdateSupportMFAConfig',
    description: 'PATCH /support-user/mfa answers email as a list when it is off.',
    breaks: patch,
    change: (body) => (own(body, 'enabled') === true ? body : { ...body, email: [] }),
  },
  {
    id: 'schema/verify-totp-success-is-null',
    operation: 'VerifySupportUserTotp',
    description: 'POST /support-user/verify-totp answers null for success false, which is not nullable.',
    breaks: verify,
    change: (body) => (own(body, 'success') === true ? body : { ...body, success: null }),
  },
  {
    id: 'schema/verify-totp-success-is-text',
    operation: 'VerifySupportUserTotp',
    description: 'POST /support-user/verify-totp answers success as a string.',
    breaks: verify,
    change: (body) => ({ ...body, success: String(own(body, 'success')) }),
  },
  {
    id: 'schema/verify-totp-message-is-number',
    operation: 'VerifySupportUserTotp',
    description: 'POST /support-user/verify-totp answers a number as message.',
    breaks: verify,
    put: { message: 0 },
  },
  {
    id: 'schema/totp-key-id-is-number',
    operation: 'CreateTotpKey',
    description: 'POST /totp-key answers totpKeyId as a number.',
    breaks: createKey,
    change: (body) => ({
      ...body,
      totpKeyId: Number.parseInt(String(own(body, 'totpKeyId')).slice(0, 8), 16),
    }),
  },
  {
    id: 'schema/totp-key-name-is-null',
    operation: 'CreateTotpKey',
    description: 'POST /totp-key answers null for totpKeyName, which is not nullable.',
    breaks: createKey,
    put: { totpKeyName: null },
  },
  {
    id: 'schema/create-session-id-is-number',
    operation: 'CreateSession',
    description: 'POST /users/sessions answers sessionId as a number.',
    breaks: createSession,
    put: { sessionId: 17 },
  },
  {
    id: 'schema/create-session-is-empty',
    operation: 'CreateSession',
    description: 'POST /users/sessions answers 201 with an empty object.',
    breaks: createSession,
    change: () => ({}),
  },
  {
    id: 'schema/create-access-token-privileges-is-text',
    operation: 'CreateAccessToken',
    description: 'POST /access-tokens answers privileges as one string.',
    breaks: ['access-tokens/create-answers-201'],
    put: { privileges: 'all' },
  },
];

const wrongSuccesses: readonly Fault[] = wrongs.map((wrong) => ({
  id: wrong.id,
  description: wrong.description,
  breaks: wrong.breaks,
  ...(wrong.since === undefined ? {} : { since: wrong.since }),
  apply: (seams) =>
    seams.success(wrong.operation, (body) => ({ ...(wrong.change?.(body) ?? body), ...wrong.put })),
}));

/** What is wrong about an Error, property by property. */
const wrongErrors: readonly (readonly [
  id: string,
  description: string,
  wrong: JsonObject,
  since?: ReleaseName,
])[] = [
  ['error-code-is-number', 'Errors have a number as errorCode.', { errorCode: 42 }],
  ['error-message-is-list', 'Errors have a list as message.', { message: ['No.'] }],
  ['error-task-log-id-is-number', 'Errors have a number as taskLogId.', { taskLogId: 7 }, '7.0'],
];

/** Answers that are not what the schemas say: wrong types, null where it may not be, values outside enums. */
export const schemaFaults: readonly Fault[] = [
  ...wrongSuccesses,
  ...wrongErrors.map(
    ([id, description, wrong, since]): Fault => ({
      id: `schema/${id}`,
      description,
      breaks: ['http/errors-are-error'],
      ...(since === undefined ? {} : { since }),
      apply: (seams) =>
        seams.refusal('any', (answer) => {
          if (isObject(answer.body)) answer.body = { ...answer.body, ...wrong };
        }),
    }),
  ),
];
