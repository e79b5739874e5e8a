import type { RunResults } from '../../base/model/results.js';

/** Codes of a clock that is so far off are refused by targets that have no other fault; milliseconds. */
const largestOffsetMs = 90_000;

const notVerified = 'TLS NOT VERIFIED (tls.insecure): anyone in between could have given these answers';

/** The warnings of a verdict but the one that `target.tlsInsecure` says already: for reports with own words for it. */
export function otherWarnings({ warnings = [] }: { readonly warnings?: readonly string[] }): string[] {
  return warnings.filter((warning) => warning !== notVerified);
}

/** What the reader of a verdict must know to trust it: each report shows it at its head. */
export function warningsOf({
  target,
  facts,
  warnings = [],
}: Pick<RunResults, 'target' | 'facts' | 'warnings'>): string[] {
  const { clockOffsetMs, accountsWithoutCode } = facts;
  return [
    ...(target.tlsInsecure ? [notVerified] : []),
    ...(typeof clockOffsetMs === 'number' && Math.abs(clockOffsetMs) > largestOffsetMs
      ? [
          `the target's clock is ${inWords(clockOffsetMs)} this machine's: one of the two is wrong; codes were made by the target's`,
        ]
      : []),
    ...(clockOffsetMs === null
      ? [
          "the target's clock is not known: its answers have no Date header, so codes were made by this machine's clock",
        ]
      : []),
    ...(Array.isArray(accountsWithoutCode) ? accountsWithoutCode.map(withoutCode) : []),
    ...warnings,
  ];
}

/** Either a hole or a setting of the cluster: only who looks after it can tell. */
function withoutCode(role: unknown): string {
  return `accounts.${role} logged in without a code where others could not: if the cluster exempts it from MFA, say so by accounts.${role}.mfaExempt: true`;
}

function inWords(offsetMs: number): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  return `${seconds} s ${offsetMs > 0 ? 'ahead of' : 'behind'}`;
}
