import type { OperationId } from '../contract/operations.js';
import type { Requirement } from './catalogue.js';
import type { Call, Caller } from './curl.js';

/** What a recipe goes by. */
export type Named = Pick<Requirement, 'id' | 'area' | 'operations' | 'needs'>;

export const switchedOn =
  '{"enabled":true,"authenticationTypes":["totp","email"],"retainUserMfaSettings":true}';

const credentials = '"username":"$USER_NAME","password":"$USER_PASSWORD"';

/** What each operation is called with when nothing special is tried. */
export const ordinary: Readonly<Record<OperationId, Omit<Call, 'operation'>>> = {
  GetMFAConfig: { as: 'admin' },
  UpdateMFAConfig: { as: 'admin', body: '@mfa-config.json' },
  CreateTotpKey: { as: 'user', body: '{"totpKeyName":"conformance"}' },
  CreateEmailOtp: { as: 'admin', body: `{${credentials},"domain":"LOCAL"}` },
  SendEmailOtp: { as: 'user' },
  GetSupportMFAConfig: { as: 'admin' },
  UpdateSupportMFAConfig: { as: 'admin', body: '{"enabled":false}' },
  SendSupportEmailOtp: { as: 'admin' },
  VerifySupportUserTotp: { as: 'admin', body: '{"totpCode":"$TOTP_CODE"}' },
  ConfigureSupportMFAConfig: {
    as: 'admin',
    body: '{"currentPassword":"$SUPPORT_PASSWORD","mfaType":"totp"}',
  },
  CreateSession: { as: 'nobody', body: `{${credentials},"domain":"LOCAL"}` },
  DeleteSession: { as: 'user', query: '?sid=$USER_ID' },
  CreateAccessToken: { as: 'nobody', body: `{${credentials},"domain":"LOCAL"}` },
  VerifyUserOtp: { as: 'user', body: '{"otp":"$CODE","type":"totp"}' },
};

/** Bodies that do no harm where they are accepted after all. */
const wrongType: { readonly [Id in OperationId]?: string } = {
  UpdateMFAConfig: edited('.retainUserMfaSettings = "yes"'),
  UpdateSupportMFAConfig: '{"enabled":"no"}',
  CreateTotpKey: '{"totpKeyName":1}',
  CreateEmailOtp: '{"username":1,"password":"not-the-password"}',
  CreateSession: '{"username":1,"password":"not-the-password"}',
  VerifySupportUserTotp: '{"totpCode":1}',
};

/** Bodies that the document allows and few would send; the tests make many of them. */
const unusual: { readonly [Id in OperationId]?: string } = {
  UpdateMFAConfig: edited('.authenticationTypes = []'),
  UpdateSupportMFAConfig: '{"enabled":false,"email":""}',
  CreateTotpKey: '{"totpKeyName":"é"}',
  CreateEmailOtp: '{"username":"","password":null}',
  CreateSession: '{"username":"","password":null}',
  CreateAccessToken: '{"username":"","password":""}',
  VerifySupportUserTotp: '{"totpCode":null}',
};

type Change = (call: Call, id: string) => Call;

const as =
  (caller: Caller): Change =>
  (call) => ({ ...call, as: caller });

const body =
  (text: string): Change =>
  (call) => ({ ...call, body: text });

const wrongPassword: Change = (call) => ({
  ...call,
  body: (call.body ?? '').replace('$USER_PASSWORD', 'not-the-password'),
});

const header =
  (field: string): Change =>
  (call) => ({ ...call, header: field });

const login = (more: string) => body(`{${credentials},"domain":"LOCAL",${more}}`);

/** One example of each way in: the tests try many. */
const waysIn: readonly (readonly [RegExp, Change])[] = [
  [/\/name-in-any-form/, body('{"username":"$USER_NAME ","password":"$USER_PASSWORD","domain":"LOCAL"}')],
  [/\/what-is-no-code/, login('"otpCode":null,"otpType":null')],
  [/\/other-member/, login('"skipMfa":true')],
  [/\/header-skips/, header('X-Real-IP: 127.0.0.1')],
  [/\/other-request/, (call) => ({ ...call, method: 'PUT' })],
  [/\/basic-skips/, (call) => ({ ...call, as: 'nobody', header: 'Authorization: Basic $USER_BASIC' })],
  [/\/empty-credential/, (call) => ({ ...call, as: 'nobody', header: 'apiKey: null' })],
  [/\/name-in-header/, (call) => ({ ...call, as: 'nobody', header: 'X-Remote-User: $USER_NAME' })],
  [/\/list-of-(totp|email)/, login('"otpCode":["$WRONG_CODE","$CODE"],"otpType":"$TYPE"')],
  [/\/near-(totp|email)/, login('"otpCode":"$CODE$CODE","otpType":"$TYPE"')],
  [/\/used-(totp|email)/, login('"otpCode":"$CODE ","otpType":"$TYPE"')],
  [/-code-of-no-enabled-type/, login('"otpCode":"$CODE","otpType":"sms"')],
  [/-code-needs-password/, body('{"username":"$USER_NAME","otpCode":"$CODE","otpType":"$TYPE"}')],
  [/\/what-is-no-password/, body('{"username":"$USER_NAME","password":""}')],
  [/\/other-domain/, body(`{${credentials},"domain":"nowhere.invalid"}`)],
  [/\/key-is-for-the-caller/, body('{"totpKeyName":"conformance","username":"$OTHER_NAME"}')],
  [/\/support-code-opens/, login('"otpCode":"$TOTP_CODE","otpType":"totp"')],
  [/\/(callers|mailed)-code/, login('"otpCode":"$MAILED_CODE","otpType":"email"')],
  [/\/list-of-support-codes-verifies/, body('{"totpCode":["$WRONG_CODE","$TOTP_CODE"]}')],
  [/\/near-support-code/, body('{"totpCode":"$TOTP_CODE$TOTP_CODE"}')],
  [/\/list-of-support-codes-switches/, body('{"enabled":false,"mfaCode":["$WRONG_CODE","$TOTP_CODE"]}')],
  [/\/(old|users)-(support-)?code-switches/, body('{"enabled":false,"mfaCode":"$OTHER_CODE"}')],
  [/\/header-redirects/, header('X-Email: $SECOND_EMAIL')],
  [/\/nobody-is-mailed/, ({ body: _, ...call }) => ({ ...call, as: 'nobody' })],
];

/** What is special about a requirement's call, by the words of its id: the first that fits. */
const changes: readonly (readonly [RegExp, Change])[] = [
  ...waysIn,
  [/-refuses-anonymous$|\/anonymous-|\/401-/, as('nobody')],
  [/\/create-email-otp-refuses-wrong-key$/, (call, id) => ({ ...wrongPassword(call, id), as: 'wrong key' })],
  [/-refuses-wrong-key$|^http\/error|^security\/errors/, as('wrong key')],
  [/-refuses-wrong-token$/, as('wrong token')],
  [/-refuses-wrong-session$/, as('wrong session')],
  [/\/viewer-cannot-/, as('viewer')],
  [/\/key-header-in-any-case$/, as('key in capitals')],
  [/\/token-in-authorization$/, as('token')],
  [/\/session-id-header$/, as('user')],
  [/\/cut-key-is-refused$/, as('cut key')],
  [/\/key-with-more-is-refused$/, as('longer key')],
  [/\/token-scheme-in-any-case$/, as('token in small letters')],
  [/\/wrong-token-has-bearer-challenge$/, as('wrong token')],
  [/\/no-credential-in-url$/, (call) => ({ ...call, as: 'nobody', query: '?session-id=$SESSION_ID' })],
  [/\/missing-privilege-/, as('viewer')],
  [/\/refused-send-mails-nothing$/, as('nobody')],
  [/missing-body/, ({ body: _, ...call }) => call],
  [/malformed-json/, body('{"enabled":')],
  [/wrong-type/, (call) => ({ ...call, body: wrongType[call.operation] ?? '{}' })],
  [/wrong-password/, wrongPassword],
  [/unknown-user/, body('{"username":"nobody-of-this-name","password":"not-the-password","domain":"LOCAL"}')],
  [/any-invalid-body/, (call) => ({ ...call, body: wrongType[call.operation] ?? '{}' })],
  [/any-(valid-)?body/, (call) => ({ ...call, body: unusual[call.operation] ?? '{}' })],
  [/part-keeps-or-resets/, body('{"enabled":false}')],
  [/patch-keeps-or-resets/, body('{"enabled":true}')],
  [/unknown-type/, body(edited('.authenticationTypes = ["pigeon"]'))],
  [/^mfa-config\/unknown-property/, body(edited('.unknownProperty = true'))],
  [/unknown-property/, body('{"enabled":false,"unknownProperty":true}')],
  [/unknown-mode/, body('{"enabled":false,"mfaType":"pigeon"}')],
  [/refused-patch/, body('{"enabled":true,"mfaType":"pigeon","email":"$SUPPORT_EMAIL"}')],
  [/address-in-body/, body(`{${credentials},"email":"$SECOND_EMAIL"}`)],
  [/^totp-key\/client-cannot/, body('{"totpKeyName":"conformance","totpSecretKey":"$CHOSEN_SECRET"}')],
  [/client-cannot-choose/, body('{"enabled":true,"mfaType":"totp","totpSecretKey":"$CHOSEN_SECRET"}')],
  [/domain-defaults/, body(`{${credentials}}`)],
  [/head-has-/, (call) => ({ ...call, method: 'HEAD' })],
  [/405-has-allow|retry-after/, (call) => ({ ...call, method: 'POST' })],
  [/other-media-types/, (call) => ({ ...call, mediaType: 'text/plain' })],
  [/^verify-totp\/refuses-junk$/, body('{"totpCode":"12345a"}')],
  [/^verify-totp\/refuses-code-as-number$/, body('{"totpCode":"0$TOTP_CODE"}')],
  [/^verify-totp\/refuses-code-of-(a-users|replaced)/, body('{"totpCode":"$CODE_OF_THAT_SECRET"}')],
  [/^verify-totp\/refuses-(wrong-code|code-of)/, body('{"totpCode":"$WRONG_CODE"}')],
  [/^support-(totp|email)\/.*(disabled|changed)-with|^support-email\/(code-works|wrong-codes)/, withCode],
  [/^support-totp\/later-patch/, body('{"enabled":true}')],
  [/^support-email\/needs-an-address$/, body(byMail('no-address'))],
];

/** The calls that a requirement is about, the first with what is special about it. */
export function mainCalls(requirement: Named): Call[] {
  const { id } = requirement;
  const named: readonly OperationId[] =
    requirement.operations.length === 0 ? ['GetMFAConfig'] : requirement.operations;
  // A code has to be there before what it protects: its mailing is preparation.
  const operations = named.filter((operation, index) => index === 0 || operation !== 'SendSupportEmailOtp');
  const change = changes.find(([words]) => words.test(id))?.[1];
  return operations.map((operation, index) => {
    const call = { operation, ...ordinary[operation], ...byNeeds(operation, requirement) };
    // The other operations only show the effect of the first.
    return index === 0 && change !== undefined ? change(call, id) : call;
  });
}

/** Requirements that need to switch something are shown by switching it; all others by what changes nothing. */
export function byNeeds(operation: OperationId, requirement: Pick<Named, 'id' | 'needs'>): Partial<Call> {
  const { needs } = requirement;
  if (operation === 'UpdateMFAConfig' && needs.includes('clusterMfa')) return { body: switchedOn };
  if (operation === 'VerifySupportUserTotp' && !needs.includes('replaceSupportTotp')) {
    return { body: '{"totpCode":"123456"}' };
  }
  if (operation !== 'UpdateSupportMFAConfig') return {};
  if (startsByTotp(requirement)) return { body: '{"enabled":true,"mfaType":"totp"}' };
  if (needs.includes('supportMail')) return { body: byMail('$SUPPORT_EMAIL') };
  return {};
}

/** Where both modes are needed, the one that the requirement is about is the later. */
export function startsByTotp({ id, needs }: Pick<Named, 'id' | 'needs'>): boolean {
  return needs.includes('replaceSupportTotp') && !/^support-email\/|-in-email-mode$/.test(id);
}

function edited(filter: string): string {
  return `"$(jq -c '${filter}' mfa-config.json)"`;
}

function byMail(address: string, more = ''): string {
  return `{"enabled":true,"mfaType":"email","email":"${address}"${more}}`;
}

/** Codes that are not those of the mode, by the words of the requirement's id. */
const otherCodes: readonly (readonly [RegExp, string])[] = [
  [/-wrong-code$|\/wrong-codes/, '$WRONG_CODE'],
  [/-login-code$|^support-totp\/.*-mailed-code$/, '$CODE_MAILED_TO_USER'],
  [/^support-email\/.*-totp-code$/, '$TOTP_CODE'],
];

/** A change of support MFA that a code protects: with the code, a wrong one, or none. */
function withCode(call: Call, id: string): Call {
  const right = id.startsWith('support-totp/') ? '$TOTP_CODE' : '$MAILED_CODE';
  const code = otherCodes.find(([words]) => words.test(id))?.[1] ?? right;
  const member = id.endsWith('-without-code') ? '' : `,"mfaCode":"${code}"`;
  return {
    ...call,
    body: id.includes('/address-') ? byMail('$SECOND_EMAIL', member) : `{"enabled":false${member}}`,
  };
}
