export type Part = 'cluster' | 'support';

interface OperationRow {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** Relative to the API's root, newest first. Paths identify operations: vendors vary operationIds. */
  readonly paths: readonly [string, ...string[]];
  readonly answers: string;
  /** Part of ids such as `access/SLUG-refuses-anonymous`; absent if no credential is needed. */
  readonly slug?: string;
  /** Needs the privilege to modify: `access/viewer-cannot-SLUG` tests it. */
  readonly modifies?: true;
  readonly reads?: Part;
  readonly sets?: Part;
  readonly mails?: true;
  /** Whose secret a request tries. */
  readonly tries?: 'account' | 'begunLogin' | 'totpCode' | 'mfaCode';
  /** Secret properties of the success answer. */
  readonly handsOut?: readonly string[];
}

type Rows = Readonly<Record<string, OperationRow>>;

/** By the contract's operationId. A new operation starts with a row here. */
const mfaOperations = {
  GetMFAConfig: {
    method: 'get',
    paths: ['/mfa-config'],
    answers: 'mfa-config/get-answers-200',
    slug: 'get-mfa-config',
    reads: 'cluster',
  },
  UpdateMFAConfig: {
    method: 'put',
    paths: ['/mfa-config'],
    answers: 'mfa-config/put-answers-204',
    slug: 'update-mfa-config',
    modifies: true,
    sets: 'cluster',
  },
  CreateTotpKey: {
    method: 'post',
    paths: ['/totp-key'],
    answers: 'totp-key/create-answers-201',
    slug: 'create-totp-key',
    handsOut: ['totpSecretKey', 'totpUri'],
  },
  CreateEmailOtp: {
    method: 'post',
    paths: ['/email-otp'],
    answers: 'email-otp/answers-204',
    mails: true,
    tries: 'account',
  },
  SendEmailOtp: {
    method: 'post',
    paths: ['/send-email-otp'],
    answers: 'send-email-otp/answers-204',
    slug: 'send-email-otp',
    mails: true,
  },
  GetSupportMFAConfig: {
    method: 'get',
    paths: ['/support-user/mfa'],
    answers: 'support-mfa/get-answers-200',
    slug: 'get-support-mfa',
    reads: 'support',
  },
  UpdateSupportMFAConfig: {
    method: 'patch',
    paths: ['/support-user/mfa'],
    answers: 'support-mfa/patch-answers-200',
    slug: 'update-support-mfa',
    modifies: true,
    sets: 'support',
    mails: true,
    tries: 'mfaCode',
    handsOut: ['totpSecretKey', 'totpUri', 'mfaCode'],
  },
  SendSupportEmailOtp: {
    method: 'post',
    paths: ['/support-user/send-email-otp'],
    answers: 'support-email/send-answers-204',
    slug: 'send-support-email-otp',
    modifies: true,
    mails: true,
  },
  VerifySupportUserTotp: {
    method: 'post',
    paths: ['/support-user/verify-totp'],
    answers: 'verify-totp/answers-200',
    slug: 'verify-totp',
    modifies: true,
    tries: 'totpCode',
    handsOut: ['referenceId'],
  },
  ConfigureSupportMFAConfig: {
    method: 'put',
    paths: ['/support-user/mfa'],
    answers: 'support-configure/answers-200',
    slug: 'configure-support-mfa',
    modifies: true,
    sets: 'support',
    handsOut: ['totpSecretKey', 'totpUri'],
  },
} as const satisfies Rows;

/** Not in the MFA API, but needed to log in. */
const loginOperations = {
  CreateSession: {
    method: 'post',
    paths: ['/users/sessions'],
    answers: 'sessions/create-answers-201',
    tries: 'account',
    handsOut: ['sessionId'],
  },
  DeleteSession: {
    method: 'delete',
    paths: ['/users/sessions'],
    answers: 'sessions/delete-answers-204',
  },
  CreateAccessToken: {
    method: 'post',
    // The second name is the first release's.
    paths: ['/access-tokens', '/accessTokens'],
    answers: 'access-tokens/create-answers-201',
    tries: 'account',
    handsOut: ['accessToken'],
  },
  VerifyUserOtp: {
    method: 'post',
    paths: ['/users/verify-otp'],
    answers: 'second-step/answers-200',
    tries: 'begunLogin',
  },
} as const satisfies Rows;

export const operations = { ...mfaOperations, ...loginOperations };

export type OperationId = keyof typeof operations;

export const isOperationId = (text: string): text is OperationId => Object.hasOwn(operations, text);

export const operationIds: readonly OperationId[] = Object.keys(operations).filter(isOperationId);
export const mfaOperationIds = operationIds.filter((id) => id in mfaOperations);
export const loginOperationIds = operationIds.filter((id) => id in loginOperations);

export const operationRow = (id: OperationId): OperationRow => operations[id];

/** Undefined for users' own keys, codes and logins. */
export function partOf(id: OperationId): Part | undefined {
  const { reads, sets, paths } = operationRow(id);
  return reads ?? sets ?? (paths[0].startsWith('/support-user') ? 'support' : undefined);
}

export type OperationWith<Key extends keyof OperationRow> = {
  [Id in OperationId]: (typeof operations)[Id] extends Readonly<Record<Key, unknown>> ? Id : never;
}[OperationId];

export function operationsWith<Key extends keyof OperationRow>(
  key: Key,
): readonly (OperationId & OperationWith<Key>)[] {
  return operationIds.filter((id): id is OperationId & OperationWith<Key> =>
    Object.hasOwn(operations[id], key),
  );
}

export function callOf(id: OperationId): string {
  const { method, paths } = operationRow(id);
  return `${method.toUpperCase()} ${paths[0]}`;
}
