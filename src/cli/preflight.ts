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

/** Checks that the target answers, speaks this API and accepts the admin. @returns what is wrong */
export async function preflight(connection: Connection, mode: 'full' | 'read-only') {
  const { target } = connection;
  if (target.mail !== undefined && mode === 'full' && effectiveAllow(target.allow).stateChanges)
    await connection.mail();
  try {
    const anonymous = await readBoth(connection, undefined);
    // A server that asks for a credential may be this API. Other servers must not see the admin's credential.
    if (!anonymous.some((answer) => asksForCredential(answer, target.baseUrl))) {
      const notJson = speaksNoJson(connection, anonymous);
      if (notJson !== undefined) return notJson;
    }
    const admin = await adminCredential(connection);
    if (typeof admin === 'string') return admin;
    if (admin === undefined) return undefined;
    const answers = await readBoth(connection, admin);
    const notJson = speaksNoJson(connection, [...answers, ...anonymous]);
    if (notJson !== undefined) return notJson;
    if ([...anonymous, ...answers].every((answer) => answer.status === 404)) {
      return `${notThisApi(connection)}: it answers every request with 404. Is baseUrl the API's root?`;
    }
    if (answers.every((answer) => answer.status === 401)) {
      const name = admin.scheme === 'APIKeyHeader' ? 'accounts.admin.apiKey' : 'the login of accounts.admin';
      return `${target.baseUrl} does not accept ${name}: it answers 401. Check it in the target file.`;
    }
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError || !(error instanceof SuiteError)) throw error;
    return error.message;
  }
}

const maxAttempts = 3;

const notThisApi = ({ target }: Connection) => `${target.baseUrl} does not speak this API`;

function speaksNoJson(connection: Connection, answers: readonly Answer[]): string | undefined {
  const [first] = answers;
  if (first === undefined || answers.some(isJson)) return undefined;
  const type = first.headers['content-type'] ?? 'no content type';
  return `${notThisApi(connection)}: it answers ${first.status} with ${type}, never JSON. Is baseUrl the API's root?`;
}

function asksForCredential({ status, headers }: Answer, baseUrl: string): boolean {
  const location = headers['location'];
  if (status === 401 || status === 403) return true;
  if (status < 300 || status >= 400 || location === undefined) return false;
  return URL.canParse(location, baseUrl) && new URL(location, baseUrl).origin === new URL(baseUrl).origin;
}

const isJson = ({ headers, body }: Answer) => isJsonType(headers['content-type']) || body !== undefined;

async function readBoth({ api }: Connection, as: Credential | undefined): Promise<Answer[]> {
  const options = as === undefined ? {} : { as };
  const get = async (operation: 'GetMFAConfig' | 'GetSupportMFAConfig'): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [path] = operationRow(operation).paths;
        // The path exists on targets even if the contract lacks the operation.
        return api.contract.operations.has(operation)
          ? await api.call(operation, options)
          : await api.probe('GET', path, options);
      } catch (error) {
        // A call that timed out is not repeated: a timeout takes long, and the network seldom causes one.
        const isBroken = error instanceof TransportError && !/within \d+ ms/.test(error.message);
        if (!isBroken || attempt === maxAttempts) throw error;
      }
    }
  };
  return [await get('GetMFAConfig'), await get('GetSupportMFAConfig')];
}

/** Returns the admin's credential, or a message if the target refused the admin by a 4xx; else undefined. */
async function adminCredential(connection: Connection): Promise<Credential | string | undefined> {
  try {
    return await connection.admin();
  } catch (error) {
    // Without an API key the admin must log in, which a read-only run may not do.
    if (error instanceof NotAllowedError) return undefined;
    if (!(error instanceof ArrangeError)) throw error;
    const status = connection.recorder.exchanges.at(-1)?.response?.status ?? 0;
    return status >= 400 && status < 500 ? error.message : undefined;
  }
}
