import { decidingAnswer } from '../../base/model/check.js';
import type { EventBody, RunEvent } from '../../base/model/event.js';
import { accountsIn, openWay, wayNames } from '../../target/accounts/learned.js';
import { logIn } from '../../target/accounts/log-in.js';
import { usersOf } from '../../target/accounts/prove.js';
import type { Connection } from '../../target/connection/connection.js';
import { Logins } from '../../verdict/derive/logins.js';

/** Users, in lower case, that a failed expectation shows as refused and who have not logged in since. */
export function refusedUsersIn(events: readonly RunEvent[]): ReadonlySet<string> {
  const logins = new Logins();
  for (const event of events) if (event.type === 'exchange') logins.take(event);
  return new Set(
    events.flatMap((event) =>
      event.type === 'expectation failed'
        ? (logins.refusedIn(decidingAnswer(event.check)?.exchange ?? null) ?? [])
        : [],
    ),
  );
}

/**
 * Asks whether these users can still log in with their passwords, as before the tests. With cluster MFA on, a
 * password alone shows nothing, so it doesn't ask.
 */
export async function findShutOut(
  connection: Connection,
  suspects: ReadonlySet<string>,
): Promise<EventBody[]> {
  const learned = accountsIn(connection.model).value;
  if (learned === undefined || (await (await connection.cluster()).readAsShown()).enabled) return [];
  const way = openWay(learned);
  const events: EventBody[] = [];
  for (const user of usersOf(connection.target)) {
    const { role, username } = user;
    if (!suspects.has(username.toLowerCase()) || learned.accounts[role]?.passwordAlone !== true) continue;
    const { status } = await logIn(connection.api, way, user);
    if (status !== 401 && status !== 403) continue;
    const reason =
      `accounts.${role} logged in with its password before the tests, and no longer does: ` +
      `${wayNames[way]} answers ${status}. Its password was changed, or it was locked, during the run.`;
    events.push({ type: 'shut out', username, reason });
  }
  return events;
}
