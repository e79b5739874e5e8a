/** What a change is given to show at first, and after one that never showed: as much as others took, and more. */
const atFirstMs = 5_000;
const afterMissMs = 1_500;
/** After this many changes that never came, a test gives further ones little time: its outcome is decided. */
const mostMissesInTest = 2;
const afterMissesMs = 500;
const longestPauseMs = 500;

export function changeGivenMs(hasMissed: boolean, missesInTest: number, slowestMs: number): number {
  if (!hasMissed) return atFirstMs;
  if (missesInTest >= mostMissesInTest) return afterMissesMs;
  return Math.min(atFirstMs, Math.max(afterMissMs, 3 * slowestMs));
}

interface Looks {
  /** The last ones that satisfied, and all that did not. */
  readonly consecutive: number;
  readonly misses: number;
  readonly waitedMs: number;
  readonly pauseMs: number;
  /** How long some node may still not know of the change. */
  readonly restMs: number;
}

interface Patience {
  readonly looks: number;
  readonly givenMs: number;
  /** For what is there already, however many changes did not come. */
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

/** How long a 429 or 503 asks to wait, in milliseconds; undefined where the answer asks for nothing. */
export function retryAfterMs(
  { status, headers, body }: { status: number; headers: Readonly<Record<string, string>>; body: unknown },
  now: number,
  attempt: number,
): number | undefined {
  const header = headers['retry-after'];
  // A 503 in JSON is the API's own word on the request; any other comes from what limits the load before it.
  const asks = status === 429 || (status === 503 && (header !== undefined || body === undefined));
  if (!asks) return undefined;
  const isNumber = /^\d+$/.test(header ?? '');
  const ms = isNumber ? Number(header) * 1000 : Date.parse(header ?? '') - now;
  // It need not say how long (RFC 6585 4, RFC 9110 15.6.4): a little, then longer.
  return Number.isNaN(ms) ? 1000 * 2 ** attempt : Math.max(ms, 0);
}

/** When the code of a key is tried that was refused while the key was new, in ms after the key was answered. */
const keyTriedAtMs = [600, 2_500] as const;

export function nextKeyTryMs(ageMs: number): number | undefined {
  return keyTriedAtMs.find((atMs) => ageMs < atMs);
}

/** Tests open some sessions each: they are ended before one begins that would go beyond the limit. */
const roomForATest = 3;

/** @param isWhole what comes may open several: a test that begins, or a login that takes the place of all */
export function lacksRoom(opened: number, limit: number, isWhole: boolean): boolean {
  return opened > 0 && opened + (isWhole ? roomForATest : 1) > limit;
}
