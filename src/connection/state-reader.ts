import { ArrangeError, TransportError } from '../errors.js';
import type { Credential } from '../http/credential.js';
import type { Answer, Api } from './api.js';

/**
 * Reads the configurations. `strict` takes only what the contract allows for an answer about the state: tests
 * judge by it. The giving back reads what it can.
 */
export class StateReader {
  constructor(
    private readonly api: Api,
    private readonly admin: Credential,
    private readonly strict: boolean,
  ) {}

  /** @throws ArrangeError when the state can't be told by the answer */
  async get<Id extends 'GetMFAConfig' | 'GetSupportMFAConfig'>(operation: Id): Promise<Answer<Id>> {
    const answer = await this.api.call(operation, { as: this.admin });
    const path = this.api.contract.operations.get(operation)?.path;
    if (answer.status >= 500)
      throw new TransportError(
        `GET ${path} answered ${answer.status}: the state of the target can't be told.`,
      );
    if (answer.status < 200 || answer.status >= 300) {
      throw new ArrangeError(`GET ${path} answered ${answer.status}: the state of the target can't be told.`);
    }
    // Which of two values holds, nobody knows.
    if (answer.findings.some(({ requirement }) => requirement === 'http/unique-members'))
      throw new ArrangeError(
        `GET ${path} answered an object that has a member twice, so the state of the target can't be told.`,
      );
    const [mismatch] = this.strict
      ? (this.api.contract.operations.get(operation)?.success.mismatches(answer.body) ?? [])
      : [];
    if (mismatch === undefined) return answer;
    throw new ArrangeError(
      `GET ${path} answered ${mismatch.instancePath}: ${mismatch.message}, so the state of the target can't be told.`,
    );
  }
}
