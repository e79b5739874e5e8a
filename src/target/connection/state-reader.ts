import { ArrangeError, TransportError } from '../../base/errors.js';
import type { Uses } from '../../base/model/uses.js';
import { actual } from '../../base/wording/breach.js';
import { brokenRules } from '../../contract/judging/judge.js';
import { fieldsOf } from '../../contract/openapi/bodies.js';
import { type OperationWith, operations, type Part } from '../../contract/openapi/operations.js';
import type { Credential } from '../../wire/http/credential.js';
import type { ExpectedState } from '../beliefs/expected-state.js';
import type { Answer, Api } from './api.js';

type StateOperation = OperationWith<'reads'>;

type Read<Id extends StateOperation> = Pick<Answer<Id>, 'body' | 'fields'>;

export interface Late {
  takeWentBack(part: Part): number | undefined;
  rest(ms: number): Promise<void>;
}

/** A read that returned to an old state is repeated this often, each time half as long again after the change. */
const mostLooksAgain = 3;

/** Reads the configurations. `strict` accepts only documented states; restoring reads as much as it can. */
export class StateReader {
  constructor(
    private readonly api: Pick<Api, 'call' | 'contract' | 'expected'>,
    private readonly admin: Credential,
    private readonly strict: boolean,
    readonly lags: () => boolean,
    private readonly late: Late,
    /** See Scope. */
    readonly demand: (touch: Uses) => void = () => {},
  ) {}

  /** The last read if it is recent and nothing sent since could change it; otherwise a new read. */
  async known<Id extends StateOperation>(operation: Id): Promise<Read<Id>> {
    return this.#unlessLate(operation, this.#of(operation).known) ?? this.get(operation);
  }

  /** The same for preparations, which trust that requests without effect stay without effect. */
  async assumed<Id extends StateOperation>(operation: Id): Promise<Read<Id>> {
    return this.expected(operation) ?? this.get(operation);
  }

  /** The state after a request that should not set it and had no effect before; otherwise a new read. */
  async untouched<Id extends StateOperation>(operation: Id): Promise<Read<Id>> {
    return this.#unlessLate(operation, this.#of(operation).apart) ?? this.get(operation);
  }

  /** The expected state; undefined if only a read can tell. */
  expected<Id extends StateOperation>(operation: Id): Read<Id> | undefined {
    return this.#unlessLate(operation, this.#of(operation).expected);
  }

  #unlessLate<Id extends StateOperation>(_operation: Id, body: unknown): Read<Id> | undefined {
    return body === undefined || this.lags() ? undefined : { body, fields: fieldsOf<Id>(body) };
  }

  #of(operation: StateOperation): ExpectedState {
    const part = operations[operation].reads;
    this.demand({ [part]: 'read' });
    return this.api.expected[part];
  }

  /** @throws ArrangeError if the answer doesn't show the state */
  async get<Id extends StateOperation>(operation: Id): Promise<Answer<Id>> {
    const shown = this.#of(operation).reading();
    const answer = await this.#readOfToday(operation);
    shown(answer.body);
    return answer;
  }

  /** A lagging node shows the state before the last change. */
  async #readOfToday<Id extends StateOperation>(operation: Id): Promise<Answer<Id>> {
    const part = operations[operation].reads;
    let answer = await this.#read(operation);
    for (let again = 0; again < mostLooksAgain; again += 1) {
      const afterMs = part === undefined ? undefined : this.late.takeWentBack(part);
      if (afterMs === undefined) break;
      await this.late.rest(1.5 * afterMs + 100);
      answer = await this.#read(operation);
    }
    return answer;
  }

  async #read<Id extends StateOperation>(operation: Id): Promise<Answer<Id>> {
    const answer = await this.api.call(operation, { as: this.admin });
    const path = this.api.contract.operations.get(operation)?.path;
    if (answer.status >= 500)
      throw new TransportError(`GET ${path} answered ${answer.status}: the state of the target is unknown.`);
    if (answer.status < 200 || answer.status >= 300) {
      throw new ArrangeError(`GET ${path} answered ${answer.status}: the state of the target is unknown.`);
    }
    // It is unknown which of two values holds.
    if (answer.findings.some(({ requirement }) => requirement === 'http/repeated-members-agree'))
      throw new ArrangeError(
        `GET ${path} answered an object that has a member twice with different values (http/repeated-members-agree), so the state of the target is unknown.`,
        { exchange: answer.exchange, breaks: 'http/repeated-members-agree' },
      );
    const success = this.api.contract.operations.get(operation)?.success;
    const [breach] = this.strict && success !== undefined ? brokenRules(success, answer.body) : [];
    if (breach === undefined) return answer;
    throw new ArrangeError(
      `GET ${path} answered another form, so the state of the target is unknown. ${actual(breach)}`,
    );
  }
}
