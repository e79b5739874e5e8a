import type { RunResults } from './results.js';

/** Codes of a clock that is so far off are refused by targets that have no other fault; milliseconds. */
const largestOffsetMs = 90_000;

/** What the reader of a verdict must know to trust it: each report shows it at its head. */
export function warningsOf({
  target,
  facts,
  warnings = [],
}: Pick<RunResults, 'target' | 'facts' | 'warnings'>): string[] {
  const { clockOffsetMs } = facts;
  return [
    ...(target.tlsInsecure
      ? ['TLS NOT VERIFIED (tls.insecure): anyone in between could have given these answers']
      : []),
    ...(typeof clockOffsetMs === 'number' && Math.abs(clockOffsetMs) > largestOffsetMs
      ? [
          `the target's clock is ${inWords(clockOffsetMs)} of this machine's: one of the two is wrong; codes were made by the target's`,
        ]
      : []),
    ...(clockOffsetMs === null
      ? [
          "the target's clock is not known: its answers have no Date header, so codes were made by this machine's clock",
        ]
      : []),
    ...warnings,
  ];
}

function inWords(offsetMs: number): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  return `${seconds} s ${offsetMs > 0 ? 'ahead' : 'behind'}`;
}
