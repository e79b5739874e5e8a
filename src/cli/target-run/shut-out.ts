import { decidingOf } from '../../base/model/check.js';
import type { EventBody, RunEvent } from '../../base/model/event.js';
import { readLearned } from '../../target/accounts/keep.js';
import { openWay, wayNames } from '../../target/accounts/learned.js';
import { logIn } from '../../target/accounts/log-in.js';
import { usersOf } from '../../target/accounts/prove.js';
import type { Connection } from '../../target/connection/connection.js';
import { Logins } from '../../verdict/derive/logins.js';

/** Users that a failure says were refused, and that nothing shows to have been let in since; in lower case. */
export function suspectsIn(events: readonly RunEvent[]): ReadonlySet<string> {
  const logins = new Logins();
  for (const event of events) if (event.type === 'exchange') logins.take(event);
  return new Set(
    events.flatMap((event) =>
      event.type === 'expectation failed'
        ? (logins.refusedIn(decidingOf(event.check)?.exchange ?? null) ?? [])
        : [],
    ),
  );
}

/**
 * Asks whether these users, who were let in with their passwords before anything was judged, still are. Where cluster
 * MFA is on, a password alone says nothing, and nothing is asked.
 *
 * @param learnedFrom what was learnt of the accounts then
 */
export async function shutOut(
  connection: Connection,
  suspects: ReadonlySet<string>,
  learnedFrom: string,
): Promise<EventBody[]> {
  const learned = readLearned(learnedFrom);
  if (learned === undefined || (await (await connection.cluster()).readAsShown()).enabled) return [];
  const way = openWay(learned);
  const events: EventBody[] = [];
  for (const user of usersOf(connection.target)) {
    const { role, username } = user;
    if (!suspects.has(username.toLowerCase()) || learned.accounts[role]?.passwordAlone !== true) continue;
    const { status } = await logIn(connection.api, way, user);
    if (status !== 401 && status !== 403) continue;
    const reason =
      `accounts.${role} was let in with its password before anything was judged, and is not any more: ` +
      `${wayNames[way]} answers ${status}. It was given another one, or was locked, during the run.`;
    events.push({ type: 'shut out', username, reason });
  }
  return events;
}
