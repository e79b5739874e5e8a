import { ArrangeError, ignoring, TransportError } from '../../base/errors.js';
import type { Uses } from '../../base/model/uses.js';
import { actual } from '../../base/wording/breach.js';
import { answerRequirement, brokenRules } from '../../contract/judging/judge.js';
import { fieldsOf } from '../../contract/openapi/bodies.js';
import {
  type OperationId,
  type OperationWith,
  operations,
  type Part,
} from '../../contract/openapi/operations.js';
import type { Credential } from '../../wire/http/credential.js';
import type { Answer, Api } from './api.js';
import type { CodesByMail } from './codes-by-mail.js';
import type { ConnectionParts } from './connection-parts.js';
import type { SettleOptions } from './read-back.js';

export type Read<Id extends OperationId> = Pick<Answer<Id>, 'body' | 'fields'>;

type Done<Config> = (config: Config) => boolean;

/** What both parts need of a connection. */
export interface StateParts extends ConnectionParts {
  readonly api: Api;
  mail(): Promise<CodesByMail>;
}

const mostLooksAgain = 3;
/** The enforcement delay that the suite assumes until it has measured one. */
const lateAtMostMs = 2_000;

export abstract class PartState<Id extends OperationWith<'reads'>, Config extends object> {
  readonly part: Part;
  #found: Config | undefined;
  /** Tells whether a state shows the last accepted change. Undefined if a read has already shown it, or no read can. */
  #isShownIn: Done<Config> | undefined;
  /** Whether the last change may show late in a way that the suite can't recognise. */
  #isUnclear = false;
  #last: Config | undefined;
  /** The number of writes after the last restore. Undefined before the first. */
  #writesAtRestoring: number | undefined;
  /** The closest state that the target accepted during the restore, if it can't store the exact one. */
  #kept: { readonly state: Config; readonly residue: string } | undefined;

  constructor(
    protected readonly connection: StateParts,
    protected readonly admin: Credential,
    private readonly operation: Id,
  ) {
    this.part = operations[operation].reads;
  }

  abstract readonly same: (a: Config, b: Config) => boolean;

  /** Returns the configuration in a body, unchanged. @throws ArrangeError if the body holds none */
  abstract readonly configOf: (body: unknown) => Config;

  /** @param isOwn whether the restore itself sent the last write @returns the state if it is already the found one */
  protected abstract beforeStoring(
    found: Config,
    now: Config | undefined,
    isOwn: boolean,
  ): Promise<Config | undefined>;

  protected abstract store(body: object): Promise<boolean>;

  /** Some targets refuse or ignore some bodies, so several are sent in turn. */
  protected abstract bodiesOf(found: Config): readonly object[];

  /** Describes the remaining difference in a sentence. Undefined if the difference matters. */
  protected abstract residueOf(now: Config, found: Config): string | undefined;

  protected abstract notRestored(now: Config, found: Config): string;

  /** Fills members that GET hides or masks, as far as the restore needs them. */
  protected completed(config: Config): Config {
    return config;
  }

  protected comparable(config: Config): Config {
    return config;
  }

  protected isRestored(now: Config, found: Config, _hasStored: boolean): boolean {
    return this.same(now, found);
  }

  /** Returns the comparable configuration in a body. @throws ArrangeError if the body holds none */
  configIn(body: unknown): Config {
    const config = this.comparable(this.completed(this.configOf(body)));
    this.#last = config;
    if (this.#isShownIn?.(config)) this.#isShownIn = undefined;
    return config;
  }

  /** Repeats GET if a lagging node answers. @throws ArrangeError, or TransportError at a server error */
  async get(): Promise<Answer<Id>> {
    const shown = this.#state.reading();
    let answer = await this.#answer();
    for (let n = 0; n < mostLooksAgain && (await this.connection.readBack.restIfWentBack(this.part)); n += 1)
      answer = await this.#answer();
    shown(answer.body);
    return answer;
  }

  async read(): Promise<Config> {
    return this.configIn((await this.get()).body);
  }

  /** Reads the state as GET shows it, with defaults. @throws ArrangeError if it is unknown */
  async readAsShown(): Promise<Config> {
    return this.completed(this.configOf((await this.get()).body));
  }

  /** Returns the last read if nothing could have changed the state since, otherwise a new one. */
  lookBefore(): Promise<Read<Id>> {
    return this.#beforeChange(async () => this.#unlessLate(this.#state.known) ?? this.get());
  }

  async known(): Promise<Config> {
    return this.configIn((await this.lookBefore()).body);
  }

  /** Returns the probable state, to decide on preparations. Equal requests count as having equal effects. */
  async assumed(): Promise<Config> {
    return this.#expected() ?? this.configIn((await this.#beforeChange(() => this.get())).body);
  }

  /** Returns the expected state after a change if it satisfies `done`. Otherwise reads as {@link readUntil} does. */
  protected async after(done: Done<Config>, options?: SettleOptions): Promise<Config> {
    const expected = this.#expected();
    return expected && done(expected) ? expected : this.readUntil(done, options);
  }

  async found(): Promise<Config> {
    this.#found ??= await this.#firstFound();
    return this.#found;
  }

  /** @throws ArrangeError if two reads differ: such a target must not be changed */
  async #firstFound(): Promise<Config> {
    const noted = this.connection.journal.read()?.[this.part];
    if (noted !== undefined) return this.configOf(noted);
    const first = await this.readAsShown();
    if (this.same(first, await this.readAsShown())) return first;
    throw new ArrangeError(
      `${this.#name} gave two different answers in sequence before any change: nobody could know ` +
        'what to restore, so the suite changes nothing.',
    );
  }

  readUntil(done: Done<Config>, options?: SettleOptions): Promise<Config> {
    return this.settles(() => this.read(), done, { of: 'state', ...options });
  }

  /** Calls `get` until its result satisfies `done`, or until time is up. Returns the last result. */
  settles<T>(get: () => Promise<T>, done: (value: T) => boolean, options?: SettleOptions): Promise<T> {
    return this.connection.readBack.until(this.part, get, done, options);
  }

  /** Waits until changes usually have their effects, so that a late effect is not mistaken for a missing one. */
  felt = (): Promise<void> => this.connection.readBack.felt(this.part);

  /** Waits until logins and mails must follow the last change, even if the enforcement delay is still unknown. */
  rest = (): Promise<void> => this.connection.readBack.rest(this.part, lateAtMostMs);

  /** Call this after an accepted change. @param isShownIn tells whether a state shows it; ignored if the last one did */
  protected changed(isShownIn?: Done<Config>): void {
    const wasShown = this.#last === undefined ? undefined : isShownIn?.(this.#last);
    this.#isShownIn = wasShown ? undefined : isShownIn;
    this.#isUnclear = wasShown !== false;
  }

  /** Call this if a request may have changed something that {@link changed} does not recognise. */
  protected unclear(): void {
    this.#isUnclear = true;
  }

  /** @returns sentences on what remains different @throws ArrangeError if GET doesn't show the found state */
  async giveBack(found: Config, mayBeLate = true): Promise<string[]> {
    // The present state may be unreadable although the found one was readable.
    const now = await this.readAsShown().catch(ignoring(ArrangeError));
    if (now !== undefined) {
      if (this.isRestored(now, found, this.#writesAtRestoring !== undefined)) return [];
      if (this.#kept !== undefined && this.same(now, this.#kept.state)) return [this.#kept.residue];
    }
    const { writes } = this.connection.journal;
    const stored = await this.beforeStoring(found, now, writes.count === this.#writesAtRestoring);
    const after = stored ?? (await this.#stored(found));
    this.#writesAtRestoring = writes.count;
    if (this.same(after, found)) return [];
    const residue = this.residueOf(after, found);
    if (residue !== undefined) {
      this.#kept = { state: after, residue };
      return [residue];
    }
    // The first read showed an outdated state, and `beforeStoring` acted on it. So this restores once more.
    if (mayBeLate && now !== undefined && !this.same(after, now)) return this.giveBack(found, false);
    throw new ArrangeError(this.notRestored(after, found));
  }

  async #stored(found: Config): Promise<Config> {
    const asFound = (read: Config) => this.same(read, found);
    const bodies = this.bodiesOf(found);
    const isNew = (body: object, at: number) => JSON.stringify(body) !== JSON.stringify(bodies[at - 1]);
    let after: Config | undefined;
    for (const body of bodies.filter(isNew)) {
      if (!(await this.store(body))) continue;
      after = await this.readUntil(asFound);
      if (asFound(after)) return after;
    }
    return after ?? this.readUntil(asFound);
  }

  protected demand(touch: Uses): void {
    this.connection.recorder.scope.demand(touch);
  }

  /** Returns the state after the changes so far, if their effects are known. */
  protected expectedRead(): Read<Id> | undefined {
    return this.#unlessLate(this.#state.expected);
  }

  #expected(): Config | undefined {
    const expected = this.expectedRead();
    return expected && this.configIn(expected.body);
  }

  /** Waits until GET shows the last change. If no read can show it, waits as long as changes usually take. */
  async #beforeChange(get: () => Promise<Read<Id>>): Promise<Read<Id>> {
    if (this.#isLate && this.#isUnclear) await this.felt();
    if (this.#isLate) this.#isUnclear = false;
    const isShown = this.#isShownIn;
    this.#isShownIn = undefined;
    if (isShown === undefined) return get();
    return this.settles(
      () => this.get(),
      ({ body }) => isShown(this.configIn(body)),
      { of: 'state' },
    );
  }

  #unlessLate(body: unknown): Read<Id> | undefined {
    return body === undefined || this.#isLate ? undefined : { body, fields: fieldsOf<Id>(body) };
  }

  get #isLate(): boolean {
    return (
      this.connection.readBack.isLate(this.part) || this.connection.model.flag('restarts').value === true
    );
  }

  get #state() {
    this.demand({ [this.part]: 'read' });
    return this.connection.readBack.expected[this.part];
  }

  get #name(): string {
    return `GET ${this.connection.api.contract.operations.get(this.operation)?.path}`;
  }

  async #answer(): Promise<Answer<Id>> {
    const { api, options } = this.connection;
    const answer = await api.call(this.operation, { as: this.admin });
    if (answer.status < 200 || answer.status >= 300) {
      const says = `${this.#name} answered ${answer.status}: the state of the target is unknown.`;
      throw answer.status >= 500 ? new TransportError(says) : new ArrangeError(says);
    }
    // If the two values differ, nobody knows which one is in force.
    if (answer.findings.some(({ requirement }) => requirement === 'http/repeated-members-agree'))
      throw new ArrangeError(
        `${this.#name} answered an object that has a member twice with different values (http/repeated-members-agree), so the state of the target is unknown.`,
        { exchange: answer.exchange, breaks: 'http/repeated-members-agree' },
      );
    const success = api.contract.operations.get(this.operation)?.success;
    const [breach] = options.strict && success !== undefined ? brokenRules(success, answer.body) : [];
    if (breach === undefined) return answer;
    throw new ArrangeError(
      `${this.#name} answered a body of the wrong form, so the state of the target is unknown. ${actual(breach)}`,
      { exchange: answer.exchange, breaks: answerRequirement(this.operation) },
    );
  }
}
