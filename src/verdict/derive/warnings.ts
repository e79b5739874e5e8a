import type { RunResults } from '../../base/model/results.js';

/** Beyond this offset, a conforming target refuses codes made by this machine's clock. */
const largestOffsetMs = 90_000;

const notVerified = 'TLS NOT VERIFIED (tls.insecure): anyone in between could have sent these answers';

/** Returns the warnings without the TLS warning, for reports that show `target.tlsInsecure` themselves. */
export function otherWarnings({ warnings = [] }: { readonly warnings?: readonly string[] }): string[] {
  return warnings.filter((warning) => warning !== notVerified);
}

export function warningsOf({
  target,
  facts,
  warnings = [],
}: Pick<RunResults, 'target' | 'facts' | 'warnings'>): string[] {
  const { clockOffsetMs, accountsWithoutCode } = facts;
  return [
    ...(target.tlsInsecure ? [notVerified] : []),
    ...clockWarning(clockOffsetMs),
    ...(Array.isArray(accountsWithoutCode) ? accountsWithoutCode.map(withoutCode) : []),
    ...warnings,
  ];
}

/** Only an administrator knows whether the cluster exempts an account that logs in without a code. */
function withoutCode(role: unknown): string {
  return `accounts.${role} logged in without a code where others could not: if the cluster exempts it from MFA, say so by accounts.${role}.mfaExempt: true`;
}

function clockWarning(offsetMs: unknown): string[] {
  const clock = "the target's clock is";
  if (offsetMs === null)
    return [`${clock} not known: its answers have no Date header, so the suite made codes by this machine's`];
  if (typeof offsetMs !== 'number' || Math.abs(offsetMs) <= largestOffsetMs) return [];
  const offset = `${Math.round(Math.abs(offsetMs) / 1000)} s ${offsetMs > 0 ? 'ahead of' : 'behind'}`;
  return [`${clock} ${offset} this machine's: one of the two is wrong; the suite made codes by the target's`];
}
