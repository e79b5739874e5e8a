/** The parts of the state that the API can change, and that are restored. */
export type Part = 'cluster' | 'support';

/** What the suite knows of an operation, apart from any document. */
interface OperationRow {
  /** `login`: outside the MFA API, but needed for logging in. */
  readonly api: 'mfa' | 'login';
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** Below the API's root, the newest first: where it is found in a document, whatever its operationId there. */
  readonly paths: readonly [string, ...string[]];
  /** The requirement that speaks of its success. */
  readonly answers: string;
  /** It needs a credential: `access/SLUG-refuses-anonymous` and its like are for it. Absent: it may need none. */
  readonly slug?: string;
  /** It needs a privilege to modify: `access/viewer-cannot-SLUG` is for it. */
  readonly modifies?: true;
  readonly reads?: Part;
  readonly sets?: Part;
  /** A code may be in the mail after it. */
  readonly mails?: true;
  /** Whose secret a request tries: of the account it names, of the one whose login its session began, or the support user's, as this member. */
  readonly tries?: 'account' | 'begunLogin' | 'totpCode' | 'mfaCode';
  /** Secret properties that its success is documented to hand out. */
  readonly handsOut?: readonly string[];
}

/** By the contract's operationId. A new operation begins here. */
export const operations = {
  GetMFAConfig: {
    api: 'mfa',
    method: 'get',
    paths: ['/mfa-config'],
    answers: 'mfa-config/get-answers-200',
    slug: 'get-mfa-config',
    reads: 'cluster',
  },
  UpdateMFAConfig: {
    api: 'mfa',
    method: 'put',
    paths: ['/mfa-config'],
    answers: 'mfa-config/put-answers-204',
    slug: 'update-mfa-config',
    modifies: true,
    sets: 'cluster',
  },
  CreateTotpKey: {
    api: 'mfa',
    method: 'post',
    paths: ['/totp-key'],
    answers: 'totp-key/create-answers-201',
    slug: 'create-totp-key',
    handsOut: ['totpSecretKey', 'totpUri'],
  },
  CreateEmailOtp: {
    api: 'mfa',
    method: 'post',
    paths: ['/email-otp'],
    answers: 'email-otp/answers-204',
    mails: true,
    tries: 'account',
  },
  SendEmailOtp: {
    api: 'mfa',
    method: 'post',
    paths: ['/send-email-otp'],
    answers: 'send-email-otp/answers-204',
    slug: 'send-email-otp',
    mails: true,
  },
  GetSupportMFAConfig: {
    api: 'mfa',
    method: 'get',
    paths: ['/support-user/mfa'],
    answers: 'support-mfa/get-answers-200',
    slug: 'get-support-mfa',
    reads: 'support',
  },
  UpdateSupportMFAConfig: {
    api: 'mfa',
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
    api: 'mfa',
    method: 'post',
    paths: ['/support-user/send-email-otp'],
    answers: 'support-email/send-answers-204',
    slug: 'send-support-email-otp',
    modifies: true,
    mails: true,
  },
  VerifySupportUserTotp: {
    api: 'mfa',
    method: 'post',
    paths: ['/support-user/verify-totp'],
    answers: 'verify-totp/answers-200',
    slug: 'verify-totp',
    modifies: true,
    tries: 'totpCode',
    handsOut: ['referenceId'],
  },
  /** From 7.3.2 on. */
  ConfigureSupportMFAConfig: {
    api: 'mfa',
    method: 'put',
    paths: ['/support-user/mfa'],
    answers: 'support-configure/answers-200',
    slug: 'configure-support-mfa',
    modifies: true,
    sets: 'support',
    handsOut: ['totpSecretKey', 'totpUri'],
  },
  CreateSession: {
    api: 'login',
    method: 'post',
    paths: ['/users/sessions'],
    answers: 'sessions/create-answers-201',
    tries: 'account',
    handsOut: ['sessionId'],
  },
  DeleteSession: {
    api: 'login',
    method: 'delete',
    paths: ['/users/sessions'],
    answers: 'sessions/delete-answers-204',
  },
  CreateAccessToken: {
    api: 'login',
    method: 'post',
    // The first release names it in another way than the later ones.
    paths: ['/access-tokens', '/accessTokens'],
    answers: 'access-tokens/create-answers-201',
    tries: 'account',
    handsOut: ['accessToken'],
  },
  /** From 7.3.1 on. */
  VerifyUserOtp: {
    api: 'login',
    method: 'post',
    paths: ['/users/verify-otp'],
    answers: 'second-step/answers-200',
    tries: 'begunLogin',
  },
} as const satisfies Readonly<Record<string, OperationRow>>;

export type OperationId = keyof typeof operations;

export function isOperationId(text: string): text is OperationId {
  return Object.hasOwn(operations, text);
}

export const operationIds: readonly OperationId[] = Object.keys(operations).filter(isOperationId);
export const mfaOperationIds = operationIds.filter((id) => operations[id].api === 'mfa');
export const loginOperationIds = operationIds.filter((id) => operations[id].api === 'login');

export function operationRow(id: OperationId): OperationRow {
  return operations[id];
}

/** Those whose row says anything of `key`. */
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

/** `GET /mfa-config` */
export function callOf(id: OperationId): string {
  const { method, paths } = operationRow(id);
  return `${method.toUpperCase()} ${paths[0]}`;
}
