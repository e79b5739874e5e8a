import { ConfigurationError, SuiteError } from '../errors.js';
import { isJsonType } from '../http/judge.js';
import { effectiveAllow } from '../target/allow.js';
import type { Connection } from '../target/connection.js';

/**
 * One look at the target before anything is judged: is it there, does it speak this API at all?
 *
 * @returns why nothing can be judged, in words; undefined when all is well
 * @throws ConfigurationError when the mailbox can't be opened
 */
export async function preflight(
  connection: Connection,
  mode: 'full' | 'read-only',
): Promise<string | undefined> {
  const { target, api } = connection;
  if (target.mail !== undefined && mode === 'full' && effectiveAllow(target.allow).stateChanges)
    await connection.mail();
  try {
    const answers = [await api.call('GetMFAConfig'), await api.call('GetSupportMFAConfig')];
    if (answers.some(({ headers, body }) => isJsonType(headers['content-type']) || body !== undefined))
      return undefined;
    const [{ status, headers }] = [answers[0] ?? { status: 0, headers: {} as Record<string, string> }];
    const type = headers['content-type'] ?? 'no content type';
    return `${target.baseUrl} does not speak this API: it answers ${status} with ${type}, never JSON. Is baseUrl the API's root?`;
  } catch (error) {
    if (error instanceof ConfigurationError || !(error instanceof SuiteError)) throw error;
    return error.message;
  }
}
