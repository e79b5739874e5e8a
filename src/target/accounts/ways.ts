import { textOf } from '../../contract/judging/body.js';
import type { Answer, Api } from '../connection/api.js';
import type { LoginWay } from './learned.js';

const operations = { sessions: 'CreateSession', tokens: 'CreateAccessToken' } as const;

const saysSo =
  /access denied|session management|\b(?:disabled|unavailable|not available|not enabled|not supported)\b/i;

/**
 * Why a way to log in is closed, judged by its refusal of credentials that the other way accepts; undefined: it is
 * open. A cluster's setting ("session management") chooses the way, so a closed one is not a fault.
 */
export async function whyUnavailable(api: Api, way: LoginWay, refusal: Answer): Promise<string | undefined> {
  const { status, body } = refusal;
  if (status < 400 || (status >= 500 && status !== 501)) return undefined;
  const message = textOf(body, 'message') ?? '';
  // Some builds answer 400 with no message and no errorCode.
  const isWordless = status === 400 && message === '' && textOf(body, 'errorCode') === undefined;
  if ([403, 404, 405, 501].includes(status) || isWordless || saysSo.test(message))
    return `it answers ${status} ${message === '' ? 'to a right password' : `"${message.slice(0, 120)}"`}`;
  if (await isSwitchedOff(api, way)) return 'GET /security-config says so in sessionManagementEnabled';
  // The same refusal of another body shows that the target does not read bodies.
  const other = await api.call(operations[way], { anyJson: [] });
  const isTheSame =
    other.status === status &&
    textOf(other.body, 'errorCode') === textOf(body, 'errorCode') &&
    textOf(other.body, 'message') === textOf(body, 'message');
  return isTheSame ? `it refuses a right password and a body that is none alike (${status})` : undefined;
}

async function isSwitchedOff(api: Api, way: LoginWay): Promise<boolean> {
  const { apiKey } = api.target.accounts.admin;
  if (apiKey === undefined) return false;
  const { status, body } = await api.probe('GET', '/security-config', {
    as: { scheme: 'APIKeyHeader', key: apiKey },
  });
  if (status !== 200) return false;
  return sessionManagement(body) === (way === 'tokens');
}

/** The contract doesn't know this member, so a target may lack it. */
function sessionManagement(body: unknown): boolean | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  for (const [name, value] of Object.entries(body)) {
    if (name === 'sessionManagementEnabled') return typeof value === 'boolean' ? value : undefined;
    const inside = sessionManagement(value);
    if (inside !== undefined) return inside;
  }
  return undefined;
}
