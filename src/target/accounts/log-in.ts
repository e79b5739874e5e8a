import { Secret } from '../../base/secret.js';
import { textOf } from '../../contract/judging/body.js';
import type { Account } from '../../input/target-file/target.js';
import type { Credential } from '../../wire/http/credential.js';
import type { Answer, Api, CallOptions } from '../connection/api.js';
import type { LoginWay } from './learned.js';

export type User = Account & { readonly username: string; readonly password: Secret };
export type MailUser = User & { readonly email: string };

/** The members of a login; tests send junk too. */
export interface LoginBody {
  readonly code?: unknown;
  readonly type?: string;
  readonly password?: unknown;
  /** Null leaves `domain` out. */
  readonly domain?: string | null;
  /** Further members as JSON, which win over those above; undefined leaves one out. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export type LoginAnswer = Answer<'CreateSession'> | Answer<'CreateAccessToken'> | Answer<'VerifyUserOtp'>;

/**
 * Logs in once. Both ways take a code: no document names it for access tokens, but the older interface of that
 * name accepts it.
 */
export async function logIn(
  api: Api,
  way: LoginWay,
  user: User,
  { code, type, password, domain = user.domain, members }: LoginBody = {},
  request: Omit<CallOptions, 'json' | 'anyJson'> = {},
): Promise<LoginAnswer> {
  const anyJson = {
    username: user.username,
    password: password === undefined ? user.password.reveal() : password,
    ...(domain === null ? {} : { domain }),
    ...(code === undefined ? {} : { otpCode: code }),
    ...(type === undefined ? {} : { otpType: type }),
    ...members,
  };
  return way === 'sessions'
    ? api.call('CreateSession', { ...request, anyJson })
    : api.call('CreateAccessToken', { ...request, anyJson });
}

/** The credential in a login's answer; undefined: there is none. */
export function credentialIn({ status, body }: Pick<Answer, 'status' | 'body'>): Credential | undefined {
  if (status < 200 || status >= 300) return undefined;
  const id = textOf(body, 'sessionId');
  if (id !== undefined) return { scheme: 'SessionIdHeader', id: new Secret(id) };
  const token = textOf(body, 'accessToken');
  if (token === undefined) return undefined;
  return { scheme: 'Bearer', tokenType: textOf(body, 'tokenType') ?? 'Bearer', token: new Secret(token) };
}
