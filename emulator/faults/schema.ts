import { isObject, type Json, type JsonObject, own } from '../json.js';
import { type OperationId, operations, operationsOf } from '../operations/table.js';
import { defaultRelease, type ReleaseName, releaseOf } from '../releases.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';

type Change = (body: JsonObject) => JsonObject;
type Wrong = readonly [what: string, wrong: JsonObject | Change, since?: ReleaseName];

/** While support MFA is off, successful answers have these properties in place of the right ones. */
const whileOff =
  (wrong: JsonObject): Change =>
  (body) =>
    own(body, 'enabled') === true ? body : { ...body, ...wrong };

const turned =
  (name: string, change: (value: Json | undefined) => Json): Change =>
  (body) => ({ ...body, [name]: change(own(body, name)) });

const asNumber = (value: Json | undefined): number => (value === true ? 1 : 0);

const unknownState: JsonObject = { otpVerificationState: 'kOff' };

const wrongs: readonly (readonly [OperationId, Readonly<Record<string, Wrong>>])[] = [
  [
    'GetMFAConfig',
    {
      'enabled-is-text': ['enabled as a string', turned('enabled', String)],
      'enabled-is-null': ['null for enabled, which is not nullable', { enabled: null }],
      'unknown-type': ['a type outside the enum', { authenticationTypes: ['email', 'totp', 'sms'] }],
      'types-is-text': ['authenticationTypes as one string', { authenticationTypes: 'email,totp' }],
      'retain-is-number': ['retainUserMfaSettings as a number', turned('retainUserMfaSettings', asNumber)],
    },
  ],
  [
    'GetSupportMFAConfig',
    {
      'enabled-is-null': ['null for enabled, which is not nullable', { enabled: null }],
      'unknown-mode': ['an mfaType outside the enum while it is off', whileOff({ mfaType: 'none' })],
      'unknown-state': ['an unknown otpVerificationState when it is off', whileOff(unknownState), '7.1.2_u3'],
      'email-is-list': ['email as a list', turned('email', (email) => (email === null ? [] : [email ?? '']))],
    },
  ],
  [
    'UpdateSupportMFAConfig',
    {
      'enabled-is-number': ['enabled as a number', turned('enabled', asNumber)],
      'uri-is-null': [
        'null for a missing totpUri, which is not nullable',
        (body) => ({ totpUri: null, totpSecretKey: null, ...body }),
      ],
      'unknown-mode': ['an mfaType outside the enum when it is off', whileOff({ mfaType: 'none' })],
      'unknown-state': ['an unknown otpVerificationState when it is off', whileOff(unknownState), '7.1.2_u3'],
      'email-is-list': ['email as a list when it is off', whileOff({ email: [] })],
    },
  ],
  [
    'VerifySupportUserTotp',
    {
      'success-is-null': [
        'null for success false, which is not nullable',
        turned('success', (success) => success === true || null),
      ],
      'success-is-text': ['success as a string', turned('success', String)],
      'message-is-number': ['a number as message', { message: 0 }],
    },
  ],
  [
    'CreateTotpKey',
    {
      'id-is-number': [
        'totpKeyId as a number',
        turned('totpKeyId', (id) => Number.parseInt(String(id).slice(0, 8), 16)),
      ],
      'name-is-null': ['null for totpKeyName, which is not nullable', { totpKeyName: null }],
    },
  ],
  [
    'CreateSession',
    {
      'id-is-number': ['sessionId as a number', { sessionId: 17 }],
      'is-empty': ['201 with an empty object', () => ({})],
    },
  ],
  ['CreateAccessToken', { 'privileges-is-text': ['privileges as one string', { privileges: 'all' }] }],
];

const documented = operationsOf(releaseOf(defaultRelease));

const wrongSuccesses = wrongs.flatMap(([operation, all]) => {
  const { method = '', path = '', wrongStatus = [] } = documented.find(({ id }) => id === operation) ?? {};
  const [area, , requirement = ''] = wrongStatus;
  return Object.entries(all).flatMap(([slug, [what, wrong, since]]) =>
    faultsOf({
      [`schema/${area}-${slug}`]: breaks(requirement)
        .since(since)
        .says(`${method} ${path} answers ${what}.`)
        .successes(operation, typeof wrong === 'function' ? wrong : (body) => ({ ...body, ...wrong })),
    }),
  );
});

const wrongErrors = (seams: Seams, wrong: JsonObject) =>
  seams.refusal('any', (answer) => isObject(answer.body) && { body: { ...answer.body, ...wrong } });
const areErrors = 'http/errors-are-error';

export const schemaFaults: readonly Fault[] = [
  ...wrongSuccesses,
  ...faultsOf({
    'schema/error-code-is-number': breaks(areErrors)
      .says('Errors have a number as errorCode.')
      .with(wrongErrors, { errorCode: 42 }),
    'schema/error-message-is-list': breaks(areErrors)
      .says('Errors have a list as message.')
      .with(wrongErrors, { message: ['No.'] }),
    'schema/error-task-log-id-is-number': breaks(areErrors)
      .since('7.0')
      .says('Errors have a number as taskLogId.')
      .with(wrongErrors, { taskLogId: 7 }),
  }),
];

export const statusFaults: readonly Fault[] = operations.flatMap(({ id, wrongStatus }) => {
  if (wrongStatus === undefined) return [];
  const [slug, status, requirement] = wrongStatus;
  return faultsOf({
    [`status/${slug}-${status}`]: breaks(requirement)
      .says(`${id} succeeds with status ${status}.`)
      .answers(id, (answer) => {
        if (answer.status >= 300) return;
        answer.status = status;
        answer.body ??= {};
      }),
  });
});

const lacks = (slug: string, id: OperationId, since?: ReleaseName): readonly Fault[] =>
  faultsOf({
    [`absent/${slug}`]: breaks('http/documented-operations-are-there')
      .since(since)
      .says(`${id} is missing: its path answers like an unknown one.`)
      .by(({ rules }) => void rules.absent.add(id)),
  });

export const absentFaults: readonly Fault[] = [
  ...lacks('totp-key', 'CreateTotpKey'),
  ...lacks('send-email-otp', 'SendEmailOtp'),
  ...lacks('verify-totp', 'VerifySupportUserTotp'),
  ...lacks('verify-user-otp', 'VerifyUserOtp', '7.3.1'),
];
