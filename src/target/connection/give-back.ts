import { ignoring, SuiteError, TransportError } from '../../base/errors.js';
import type { JournalContent } from '../journal/config.js';
import { sleep } from '../sleep.js';
import type { Connection } from './connection.js';

export interface GivenBack {
  /** Whether the target is as it was found and stays so: no request already sent can change it. */
  readonly restored: boolean;
  readonly residue: readonly string[];
  readonly problems: readonly string[];
}

export type TellWait = (what: string, ms: number) => void;

const longestPauseMs = 2_000;
/** How often the restore lets the admin log in again. A target may end all sessions at every switch of cluster MFA. */
const mostReopened = 2;
/** This many consecutive reads must show the found state, because nodes may not agree yet. */
const looks = 2;

/** Restores the state in the journal. Repeats this until no sent request can still take effect. */
export async function giveBack(
  connection: Connection,
  tell: TellWait = () => {},
  stop?: AbortSignal,
): Promise<GivenBack> {
  const { journal, target } = connection;
  const content = journal.read();
  if (content === undefined) return { restored: true, residue: [], problems: [] };
  journal.beginRestoring();
  connection.waiter.tellWait = tell;
  const { settleMs, requestTimeoutMs } = target.limits;
  // After several timeouts, Transport sends nothing for four request timeouts. This must be longer.
  const longestAbsenceMs = 60_000 + 4 * requestTimeoutMs;
  const startedAt = performance.now();
  let consecutive = 0;
  let reopened = 0;
  let pauseMs = 100;
  for (;;) {
    const before = journal.writes.count;
    const { leftMs, pending } = journal.writes.unsettled(settleMs, connection.readBack.shownAfterMs);
    const { residue, problems, outOfReach } = await restoreOnce(connection, journal.read() ?? content);
    if (stop?.aborted === true)
      return { restored: false, residue, problems: [...problems, 'It was stopped before the end.'] };
    if (problems.length > 0 && !outOfReach && reopened < mostReopened) {
      reopened += 1;
      // If the login fails, the restore's own error says more.
      if (await connection.reopenAdmin().catch(ignoring(SuiteError))) continue;
    }
    const absentMs = performance.now() - startedAt;
    if (problems.length > 0 && (!outOfReach || absentMs > longestAbsenceMs))
      return { restored: false, residue, problems };
    consecutive =
      problems.length === 0 && journal.writes.count === before && leftMs <= 0 ? consecutive + 1 : 0;
    if (consecutive >= looks) {
      journal.remove();
      return { restored: true, residue, problems: [] };
    }
    if (problems.length > 0) tell('the target, to restore it', longestAbsenceMs - absentMs);
    else if (leftMs > 0) tell(waitedFor(pending), leftMs);
    else continue;
    await sleep(Math.min(pauseMs, Math.max(leftMs, 50)), 'landing');
    pauseMs = Math.min(pauseMs * 2, problems.length > 0 ? longestPauseMs : 500);
  }
}

function waitedFor(pending: readonly string[]): string {
  return pending.length > 0
    ? `${pending.join(', ')}, sent and not answered, which may still take effect`
    : 'the last changes to show';
}

async function restoreOnce(connection: Connection, { support, cluster, ...rest }: JournalContent) {
  const residue = [...rest.residue];
  const problems: string[] = [];
  let outOfReach = false;
  const attempt = async (step: () => Promise<readonly string[]>) => {
    try {
      residue.push(...(await step()));
    } catch (error) {
      if (!(error instanceof SuiteError)) throw error;
      problems.push(error.message);
      outOfReach ||= error instanceof TransportError;
    }
  };
  if (support !== undefined) await attempt(async () => (await connection.support()).giveBack(support));
  if (cluster !== undefined) await attempt(async () => (await connection.cluster()).giveBack(cluster));
  return { residue, problems, outOfReach };
}
