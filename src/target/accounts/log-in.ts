import { Secret } from '../../base/secret.js';
import { textOf } from '../../contract/judging/body.js';
import type { Account } from '../../input/target-file/target.js';
import type { Credential } from '../../wire/http/credential.js';
import type { Answer, Api, CallOptions } from '../connection/api.js';
import { keyOf, sessionOf } from '../connection/call.js';
import { type LoginWay, loginOperations, type Opens } from './learned.js';

export type User = Account & { readonly username: string; readonly password: Secret };
export type MailUser = User & { readonly email: string };

/** The members of a login's body, and the options of its request. Tests also send invalid values. */
export interface LoginRequest extends Omit<CallOptions, 'json' | 'anyJson'> {
  readonly code?: unknown;
  readonly type?: string;
  readonly password?: unknown;
  /** Null leaves `domain` out. */
  readonly domain?: string | null;
  /** Further members as JSON. They override those above; undefined leaves a member out. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export type LoginAnswer = Answer<'CreateSession' | 'CreateAccessToken' | 'VerifyUserOtp'>;

/** No document names a code for POST /access-tokens, but the older API's operation of this name takes one. */
export async function logIn(
  api: Api,
  way: LoginWay,
  user: User,
  { code, type, password, domain = user.domain, members, ...request }: LoginRequest = {},
): Promise<LoginAnswer> {
  const anyJson = {
    username: user.username,
    password: password === undefined ? user.password.reveal() : password,
    domain: domain ?? undefined,
    otpCode: code,
    otpType: type,
    ...members,
  };
  return api.call(loginOperations[way], { ...request, anyJson });
}

/** Ends all sessions of a user. @returns whether the suite has the credential that this needs */
export async function endSessions(api: Api, { sid }: Pick<User, 'sid'>): Promise<boolean> {
  const as = keyOf(api.target.accounts.admin);
  if (sid === undefined || as === undefined) return false;
  await api.call('DeleteSession', { as, query: { sid } });
  return true;
}

export function credentialIn({ status, body }: Pick<Answer, 'status' | 'body'>): Credential | undefined {
  if (status < 200 || status >= 300) return undefined;
  const id = textOf(body, 'sessionId');
  if (id !== undefined) return sessionOf(id);
  const token = textOf(body, 'accessToken');
  if (token === undefined) return undefined;
  return { scheme: 'Bearer', tokenType: textOf(body, 'tokenType') ?? 'Bearer', token: new Secret(token) };
}

interface Seen {
  /** `none`: the credential reads only as much as a pending session, or nothing. */
  readonly reach: 'full' | 'none' | 'unclear';
  /** The status of the refused read from which `reach` follows. Undefined if it doesn't follow from a refusal. */
  readonly refusedWith: number | undefined;
}

const full: Seen = { reach: 'full', refusedWith: undefined };
const noneBy = (refusal: string): Seen => ({ reach: 'none', refusedWith: Number(refusal.slice(0, 3)) });

const isOpen = (seen: string) => seen.startsWith('2');

export async function look(api: Api, as: Credential): Promise<Opens> {
  const support = await read(api, 'GetSupportMFAConfig', as);
  return {
    support,
    config: await read(api, 'GetMFAConfig', as),
    // {@link reachOf} compares this answer if pending sessions may read GET /support-user/mfa as well.
    outside: isOpen(support) ? await readOutside(api, as) : 'not asked',
  };
}

/** Tells whether the target knows the session: it answers with a success, or with 403 for a missing privilege. */
export function isUsable({ support, config }: Opens): boolean {
  return [support, config].some((seen) => isOpen(seen) || seen.startsWith('403'));
}

/** Tells whether a credential can read as much as a full session, by reads that pending sessions may not do. */
export async function reachOf(api: Api, as: Credential, known: Opens | null): Promise<Seen> {
  const support = await read(api, 'GetSupportMFAConfig', as);
  if (isOpen(support)) {
    const outside = known !== null && isOpen(known.outside) ? await readOutside(api, as) : '';
    return /^40[13]/.test(outside) ? noneBy(outside) : full;
  }
  if (known === null) {
    const config = await read(api, 'GetMFAConfig', as);
    // 403 means that the user lacks the privilege. 401 means that the target doesn't know the session.
    const usable = !support.startsWith('401') && (isOpen(config) || config.startsWith('403'));
    return usable ? full : noneBy(support);
  }
  if (isOpen(known.support) || support !== known.support) return noneBy(support);
  // The full session got the same refusal, so only GET /mfa-config may distinguish the two sessions.
  const config = isOpen(known.config) ? await read(api, 'GetMFAConfig', as) : '';
  return /^40[13]/.test(config) ? noneBy(config) : { reach: 'unclear', refusedWith: undefined };
}

async function read(api: Api, operation: 'GetSupportMFAConfig' | 'GetMFAConfig', as: Credential) {
  if (!api.contract.operations.has(operation)) return 'not asked';
  return said(await api.call(operation, { as }));
}

const readOutside = async (api: Api, as: Credential) =>
  said(await api.probe('GET', '/security-config', { as }));

/** Returns the part of an answer that may differ between a pending and a full session. */
export function said({ status, body }: Answer): string {
  if (status < 300) return String(status);
  const isForMfa = /multi-?factor/i.test(textOf(body, 'message') ?? '');
  return [status, textOf(body, 'errorCode'), ...(isForMfa ? ['multi-factor'] : [])].filter(Boolean).join(' ');
}
