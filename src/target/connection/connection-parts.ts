import type { EventBody, Learned } from '../../base/model/event.js';
import type { TellSecret } from '../../base/redaction/secrets-channel.js';
import type { Contract } from '../../contract/openapi/contract.js';
import { secretsOf, variablesOf } from '../../input/target-file/read.js';
import type { Target } from '../../input/target-file/target.js';
import type { TargetClock } from '../../wire/clock/clock.js';
import { proxyFor } from '../../wire/http/proxy.js';
import { TargetModel } from '../beliefs/target-model.js';
import type { Journal } from '../journal/journal.js';
import { Codes } from './codes.js';
import { ReadBack } from './read-back.js';
import { Recorder } from './recorder.js';
import { ClockWaiter } from './waiter.js';

export interface ConnectionOptions {
  readonly stateDir: string;
  readonly journal?: Journal;
  readonly write?: (event: EventBody) => void;
  readonly firstIndex?: number;
  /** Whether a state must fulfil the contract. False for the restore, which reads as much as it can. */
  readonly strict?: boolean;
  /** The reason why the target must not be changed: then the suite sends only reads and doesn't move the clock. */
  readonly readOnly?: string | undefined;
  readonly onSecret?: TellSecret;
  /** Selects the requests that accept compressed answers. If undefined, no request accepts them. */
  readonly seed?: number;
  readonly learned?: readonly Learned[];
  /** Whether the suite repeats requests even if that takes waits of minutes. */
  readonly patient?: boolean;
}

/** What the requests, the logins and the states of a connection share. */
export class ConnectionParts {
  readonly recorder: Recorder;
  readonly model: TargetModel;
  readonly readBack: ReadBack;
  readonly waiter: ClockWaiter;
  readonly codes: Codes;

  constructor(
    readonly target: Target,
    readonly contract: Contract,
    readonly clock: TargetClock,
    readonly journal: Journal,
    readonly options: ConnectionOptions,
  ) {
    const { readOnly, write, onSecret, firstIndex } = options;
    this.recorder = new Recorder(contract, write, onSecret, firstIndex, () => this.clock.now());
    for (const { value, what } of secretsOf(target)) this.recorder.addSecret(value.reveal(), what);
    for (const { value, variable } of variablesOf(target))
      this.recorder.origins.ofTargetFile(value, variable);
    const names = Object.values(target.accounts).flatMap(({ username, domain, email }) =>
      [username, domain, email].flatMap((name) => name ?? []),
    );
    this.recorder.origins.isPlain(names);
    const { host, hostname } = new URL(target.baseUrl);
    this.recorder.cookies.isPlain([...names, ...addressesOf(target), host, hostname, target.name]);
    this.recorder.origins.baseUrl = target.baseUrl;
    const proxy = proxyFor(new URL(target.baseUrl));
    for (const secret of proxy?.secrets ?? []) this.recorder.addSecret(secret, 'proxy password');
    this.model = new TargetModel(options.learned, (fact, value) => {
      const last = this.recorder.indexOf(this.recorder.exchanges.at(-1));
      write?.({ type: 'learned', fact, value, because: last === null ? [] : [last] });
    });
    this.readBack = new ReadBack(this.recorder, this.model);
    this.waiter = new ClockWaiter(clock, this.recorder, readOnly === undefined, options.patient);
    this.codes = new Codes(clock, this.waiter, this.recorder);
  }
}

/** Lists every address of the target file. Mail to other addresses is not meant for the suite. */
export function addressesOf({ accounts, supportUser }: Target): string[] {
  const own = Object.values(accounts).map(({ email }) => email);
  const all = [...(supportUser.otherEmails ?? []), ...own, supportUser.email];
  return [...new Set(all.filter((address) => address !== undefined))];
}
