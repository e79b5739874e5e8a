import { textOf } from '../../contract/judging/body.js';
import type { Answer, Api } from '../connection/api.js';
import type { LoginWay } from './learned.js';

const operations = { sessions: 'CreateSession', tokens: 'CreateAccessToken' } as const;

const saysSo =
  /access denied|session management|\b(?:disabled|unavailable|not available|not enabled|not supported)\b/i;

/**
 * Why a way to log in is not open on this target, judged by its refusal of credentials that the other way accepts;
 * undefined where it is, and only refuses them. Which way is open is the cluster's setting ("session management"), so
 * that this is nobody's fault.
 */
export async function whyUnavailable(api: Api, way: LoginWay, refusal: Answer): Promise<string | undefined> {
  const { status, body } = refusal;
  if (status < 400 || (status >= 500 && status !== 501)) return undefined;
  const message = textOf(body, 'message') ?? '';
  // The one that is closed answers 400, in some builds without a word.
  const isWordless = status === 400 && message === '' && textOf(body, 'errorCode') === undefined;
  if ([403, 404, 405, 501].includes(status) || isWordless || saysSo.test(message))
    return told(status, message);
  if (await isSwitchedOff(api, way)) return 'GET /security-config says so in sessionManagementEnabled';
  // Who refuses everybody in the same words, has not looked at what was sent.
  const other = await api.call(operations[way], { anyJson: [] });
  const isTheSame =
    other.status === status &&
    textOf(other.body, 'errorCode') === textOf(body, 'errorCode') &&
    textOf(other.body, 'message') === textOf(body, 'message');
  return isTheSame ? `it refuses a right password and a body that is none alike (${status})` : undefined;
}

/** The member is read-only, and not of the contract: what it says counts only where it is there. */
async function isSwitchedOff(api: Api, way: LoginWay): Promise<boolean> {
  const { apiKey } = api.target.accounts.admin;
  if (apiKey === undefined) return false;
  const { status, body } = await api.probe('GET', '/security-config', {
    as: { scheme: 'APIKeyHeader', key: apiKey },
  });
  if (status !== 200) return false;
  const said = sessionManagement(body);
  return said === (way === 'tokens');
}

function sessionManagement(body: unknown): boolean | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  for (const [name, value] of Object.entries(body)) {
    if (name === 'sessionManagementEnabled') return typeof value === 'boolean' ? value : undefined;
    const inside = sessionManagement(value);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function told(status: number, message: string): string {
  return message === ''
    ? `it answers ${status} to a right password`
    : `it answers ${status} "${message.slice(0, 120)}"`;
}
