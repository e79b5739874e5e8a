import {
  ArrangeError,
  ConfigurationError,
  NotAllowedError,
  SuiteError,
  TransportError,
} from '../base/errors.js';
import { isJsonType } from '../contract/judging/judge.js';
import { operationRow } from '../contract/openapi/operations.js';
import { effectiveAllow } from '../input/target-file/allow.js';
import type { Answer } from '../target/connection/api.js';
import type { Connection } from '../target/connection/connection.js';
import type { Credential } from '../wire/http/credential.js';

/**
 * One look at the target before anything is judged: is it there, does it speak this API at all, does it let the
 * admin in? What is wrong with the target file must not be told as a fault of the target.
 *
 * @returns why nothing can be judged, in words; undefined when all is well
 * @throws ConfigurationError when the mailbox can't be opened
 */
export async function preflight(
  connection: Connection,
  mode: 'full' | 'read-only',
): Promise<string | undefined> {
  const { target } = connection;
  if (target.mail !== undefined && mode === 'full' && effectiveAllow(target.allow).stateChanges)
    await connection.mail();
  try {
    const anonymous = await look(connection, undefined);
    // Who asks for a credential, in whatever words, may be the API: with it more is known. Nobody else gets to see it.
    if (!anonymous.some((answer) => asksForCredential(answer, target.baseUrl))) {
      const stranger = speaksNoJson(connection, anonymous);
      if (stranger !== undefined) return stranger;
    }
    const admin = await letIn(connection);
    if (typeof admin === 'string') return admin;
    if (admin === undefined) return undefined;
    const answers = await look(connection, admin);
    const stranger = speaksNoJson(connection, [...answers, ...anonymous]);
    if (stranger !== undefined) return stranger;
    if ([...anonymous, ...answers].every((answer) => answer.status === 404)) {
      return `${notThisApi(connection)}: it answers 404 to all that is asked. Is baseUrl the API's root?`;
    }
    if (answers.every((answer) => answer.status === 401)) {
      return `${target.baseUrl} does not accept the credential of accounts.admin: it answers 401. Check it in the target file.`;
    }
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError || !(error instanceof SuiteError)) throw error;
    return error.message;
  }
}

const mostLooks = 3;

const notThisApi = ({ target }: Connection) => `${target.baseUrl} does not speak this API`;

function speaksNoJson(connection: Connection, answers: readonly Answer[]): string | undefined {
  const [first] = answers;
  if (first === undefined || answers.some(isJson)) return undefined;
  const type = first.headers['content-type'] ?? 'no content type';
  return `${notThisApi(connection)}: it answers ${first.status} with ${type}, never JSON. Is baseUrl the API's root?`;
}

/** By 401 or 403; or by sending to a login page of its own, which is a breach for the requirements to tell. */
function asksForCredential({ status, headers }: Answer, baseUrl: string): boolean {
  const location = headers['location'];
  const staysHere =
    status >= 300 && status < 400 && location !== undefined && URL.canParse(location, baseUrl)
      ? new URL(location, baseUrl).origin === new URL(baseUrl).origin
      : false;
  return status === 401 || status === 403 || staysHere;
}

const isJson = ({ headers, body }: Answer) => isJsonType(headers['content-type']) || body !== undefined;

/** The two operations that only read. A connection that broke may be the network's doing: they are tried again. */
async function look({ api }: Connection, as: Credential | undefined): Promise<Answer[]> {
  const options = as === undefined ? {} : { as };
  const get = async (operation: 'GetMFAConfig' | 'GetSupportMFAConfig'): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [path] = operationRow(operation).paths;
        // Where the contract lacks it, its place is asked all the same.
        return api.contract.operations.has(operation)
          ? await api.call(operation, options)
          : await api.probe('GET', path, options);
      } catch (error) {
        // Silence costs the whole of its time, and is seldom the network's.
        if (
          !(error instanceof TransportError) ||
          attempt === mostLooks ||
          /within \d+ ms/.test(error.message)
        )
          throw error;
      }
    }
  };
  return [await get('GetMFAConfig'), await get('GetSupportMFAConfig')];
}

/** The admin's credential, or why there is none; undefined where that is for the tests to judge. */
async function letIn(connection: Connection): Promise<Credential | string | undefined> {
  try {
    return await connection.admin();
  } catch (error) {
    // Without an API key a log-in would be needed, which a run that only reads may not do.
    if (error instanceof NotAllowedError) return undefined;
    if (!(error instanceof ArrangeError)) throw error;
    const status = connection.recorder.exchanges.at(-1)?.response?.status ?? 0;
    return status >= 400 && status < 500 ? error.message : undefined;
  }
}
