import { textOf } from '../../contract/judging/body.js';
import type { Credential } from '../../wire/http/credential.js';
import type { Answer, Api } from '../connection/api.js';
import type { Opens } from './learned.js';

/** `full`: as after all steps of a login. `none`: of a first step, or of no use. */
export type Reach = 'full' | 'none' | 'unclear';

export interface Seen {
  readonly reach: Reach;
  /** Of the read that decided. */
  readonly refusedWith: number | undefined;
}

const operations = { support: 'GetSupportMFAConfig', config: 'GetMFAConfig' } as const;

const isOpen = (seen: string) => seen.startsWith('2');

/** What a credential of a user who is fully logged in is answered. */
export async function look(api: Api, as: Credential): Promise<Opens> {
  const support = await read(api, 'support', as);
  return {
    support,
    config: await read(api, 'config', as),
    // Looked at only where the support user's MFA is open: elsewhere that tells a first step from a full session.
    outside: isOpen(support) ? await readOutside(api, as) : 'not asked',
  };
}

/** Whether anything at all knows the user by it: a refusal for want of a privilege (403) does. */
export function isUsable({ support, config }: Opens): boolean {
  return [support, config].some((seen) => isOpen(seen) || seen.startsWith('403'));
}

/**
 * Whether a credential opens what the user's full one does. A first step of a login may open what is about MFA, which
 * GET /mfa-config is; so the other operation is asked, and its answer held against the one that a full session of
 * that user is known to get. Where that is open, it may be about MFA, too: what is not tells, if the full one opens it.
 */
export async function reachOf(api: Api, as: Credential, known: Opens | null): Promise<Seen> {
  const support = await read(api, 'support', as);
  if (isOpen(support)) {
    const outside = known !== null && isOpen(known.outside) ? await readOutside(api, as) : '';
    const isFirstStep = /^40[13]/.test(outside);
    return isFirstStep
      ? { reach: 'none', refusedWith: Number(outside.slice(0, 3)) }
      : { reach: 'full', refusedWith: undefined };
  }
  const refusedWith = Number(support.slice(0, 3));
  if (known === null) {
    const config = await read(api, 'config', as);
    // Who is known but may not, is told 403; who is not known to be logged in, 401.
    const usable = !support.startsWith('401') && (isOpen(config) || config.startsWith('403'));
    return { reach: usable ? 'full' : 'none', refusedWith: usable ? undefined : refusedWith };
  }
  if (isOpen(known.support) || support !== known.support) return { reach: 'none', refusedWith };
  // Where both are refused alike, what a full session opens may be closed to a first step; it need not be.
  const config = isOpen(known.config) ? await read(api, 'config', as) : '';
  return /^40[13]/.test(config)
    ? { reach: 'none', refusedWith: Number(config.slice(0, 3)) }
    : { reach: 'unclear', refusedWith: undefined };
}

async function read(api: Api, what: keyof typeof operations, as: Credential): Promise<string> {
  const operation = operations[what];
  if (!api.contract.operations.has(operation)) return 'not asked';
  return said(await api.call(operation, { as }));
}

async function readOutside(api: Api, as: Credential): Promise<string> {
  return said(await api.probe('GET', '/security-config', { as }));
}

/** An answer in short: a status, and an errorCode. */
export function said({ status, body }: Answer): string {
  return status < 300 ? String(status) : `${status} ${textOf(body, 'errorCode') ?? ''}`.trim();
}
