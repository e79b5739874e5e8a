/** How long the suite waits for a change to show: less after tests in which one never showed. */
const atFirstMs = 5_000;
const afterMissMs = 1_500;
const afterMissesMs = 300;
const afterManyMissesMs = 50;
/** After this many changes that never showed, the test has failed anyway: its later changes get little time. */
const mostMissesInTest = 2;
/** What has failed in the same way this often is learned: the suite expects it of later changes, and of later mails. */
export const someMissed = 3;
/** From this many tests on, it only looks. A target that stores nothing would otherwise take twice as long. */
export const mostMissed = 10;
const longestPauseMs = 500;

/** @param misses the number of tests in which such a change never showed */
export function changeGivenMs(misses: number, missesInTest: number, slowestMs: number): number {
  if (misses === 0) return atFirstMs;
  const afterTestsMs =
    misses < someMissed ? afterMissMs : misses < mostMissed ? afterMissesMs : afterManyMissesMs;
  if (missesInTest >= mostMissesInTest) return Math.min(afterMissesMs, afterTestsMs);
  return Math.min(atFirstMs, Math.max(afterTestsMs, 3 * slowestMs));
}

const mailAfterSomeMs = 2_000;
/** How many times as long as the slowest mail the suite waits at least. */
export const slowestMails = 4;

/**
 * How long the suite waits for a mail that it hardly expects.
 * @param vain the number of consecutive requests of this operation that mailed no code
 */
export function mailGivenMs(vain: number, quietMs: number, slowestMs: number): number {
  if (vain < someMissed) return quietMs;
  const leastMs = vain < mostMissed ? mailAfterSomeMs : afterMissesMs;
  return Math.min(quietMs, Math.max(leastMs, slowestMails * slowestMs));
}

interface Looks {
  /** The number of consecutive reads, up to the latest, that showed the awaited state. */
  readonly consecutive: number;
  readonly misses: number;
  readonly waitedMs: number;
  readonly pauseMs: number;
  /** How much longer a node may lack the change. */
  readonly restMs: number;
}

interface Patience {
  readonly looks: number;
  readonly givenMs: number;
  /** The longest wait for lagging nodes once a read has shown the state. Misses shorten `givenMs`, but not this. */
  readonly mostMs: number;
  readonly mostMisses: number | undefined;
}

export function nextLook(
  { consecutive, misses, waitedMs, pauseMs, restMs }: Looks,
  { looks, givenMs, mostMs, mostMisses }: Patience,
): 'done' | 'over' | number {
  if (consecutive >= looks && restMs === 0) return 'done';
  const nextMs = consecutive > 0 ? Math.max(restMs, Math.min(pauseMs, longestPauseMs)) : pauseMs;
  if (consecutive === 0 && mostMisses !== undefined) return misses >= mostMisses ? 'over' : nextMs;
  return waitedMs + nextMs > (consecutive > 0 && restMs > 0 ? mostMs : givenMs) ? 'over' : nextMs;
}

export function nextPauseMs(pauseMs: number, firstPauseMs: number, mostMisses: number | undefined): number {
  const longestMs =
    mostMisses === undefined ? Math.max(firstPauseMs, longestPauseMs) : Number.POSITIVE_INFINITY;
  return Math.min(pauseMs * 2, longestMs);
}

/** The waits before repetitions if the answer names no wait. Together they outlast a limit per minute. */
const ownWaitsMs = [1_000, 4_000, 20_000, 40_000] as const;
/** From this repetition on (counted from 0), the suite waits at least its own time, even if the answer names less. */
const firstNotBelieved = 2;

/** After this many consecutive waits the suite stops repeating a request. */
export const mostRetries = ownWaitsMs.length;

/** Returns how long to wait after a 423, 429 or 503, in milliseconds. Undefined if the answer asks for no wait. */
export function retryAfterMs(
  { status, headers, body }: { status: number; headers: Readonly<Record<string, string>>; body: unknown },
  now: number,
  attempt: number,
): number | undefined {
  const header = headers['retry-after'];
  // A 503 in JSON without Retry-After is the API's own answer. Any other 503 may come from a load limiter before it.
  const asks =
    status === 429 ||
    (status === 503 && (header !== undefined || body === undefined)) ||
    // A 423 that names a time says only how long the account is locked, not whether the code or password is right.
    (status === 423 && header !== undefined);
  if (!asks) return undefined;
  const isNumber = /^\d+$/.test(header ?? '');
  const ms = isNumber ? Number(header) * 1000 : Date.parse(header ?? '') - now;
  // The header is optional (RFC 6585 4, RFC 9110 15.6.4). It may name a shorter wait than a limit per minute needs.
  const ownMs = ownWaitsMs[attempt] ?? ownWaitsMs[3];
  return Number.isNaN(ms) ? ownMs : Math.max(ms, attempt < firstNotBelieved ? 0 : ownMs);
}

/** When the suite repeats a refused code of a new key, in milliseconds after the target returned the key. */
export const keyTriedAtMs = [600, 2_500] as const;

/** The sessions that one test may open. If there is no room for them, the suite first ends earlier ones. */
const roomForATest = 3;

/** @param isWhole whether room for several sessions is needed, because it is the user's first login of a test */
export function lacksRoom(opened: number, limit: number, isWhole: boolean): boolean {
  return opened > 0 && opened + (isWhole ? roomForATest : 1) > limit;
}
