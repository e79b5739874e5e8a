import { Secret } from '../../base/secret.js';
import { textOf } from '../../contract/judging/body.js';
import type { Account } from '../../input/target-file/target.js';
import type { Credential } from '../../wire/http/credential.js';
import type { Answer, Api, CallOptions } from '../connection/api.js';
import type { LoginWay } from './learned.js';

/** An account that can log in by itself. */
export type User = Account & { readonly username: string; readonly password: Secret };
export type MailUser = User & { readonly email: string };

/** What a login sends; junk, too. */
export interface LoginBody {
  readonly code?: unknown;
  readonly type?: string;
  readonly password?: unknown;
  /** null leaves `domain` out. */
  readonly domain?: string | null;
  /** Members in place of those above, or besides them; undefined leaves one out. Any JSON. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export type LoginAnswer = Answer<'CreateSession'> | Answer<'CreateAccessToken'> | Answer<'VerifyUserOtp'>;

/**
 * One login, by either way. A code goes along with an access token as it does with a session, though no document
 * names those members: the older interface of the same name takes them.
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

/** What a login handed out; undefined where it was refused, or handed out nothing. */
export function credentialIn({ status, body }: Pick<Answer, 'status' | 'body'>): Credential | undefined {
  if (status < 200 || status >= 300) return undefined;
  const id = textOf(body, 'sessionId');
  if (id !== undefined) return { scheme: 'SessionIdHeader', id: new Secret(id) };
  const token = textOf(body, 'accessToken');
  if (token === undefined) return undefined;
  return { scheme: 'Bearer', tokenType: textOf(body, 'tokenType') ?? 'Bearer', token: new Secret(token) };
}
