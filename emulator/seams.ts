import type { Answer, Call, Rules, WireAnswer, World } from './call.js';
import type { Clock } from './clock.js';
import { asObject, isObject, type Json, type JsonObject } from './json.js';
import type { OperationId } from './operations/table.js';
import type { ReleaseName } from './releases.js';
import type { Role, StartState } from './state.js';

/** The calls that a deviation concerns. `any` includes calls to unknown paths and methods. */
export type Which = OperationId | readonly OperationId[] | 'any';

type Nothing = false | null | undefined | '';
type Change<T> = Partial<T> | Nothing;

type OnInput = (call: Call, world: World) => void;
type OnBody = (body: Json | undefined, call: Call, world: World) => Json | undefined;
type OnAnswer = (answer: Answer, call: Call, world: World) => Change<Answer> | Promise<undefined>;
type OnWire = (answer: WireAnswer, call: Call, world: World) => Change<WireAnswer>;
type Edit<B> = (body: B, call: Call, world: World) => JsonObject | Nothing;

type Deciding = {
  [Name in keyof Rules]: Rules[Name] extends (...args: never) => unknown ? Name : never;
}[keyof Rules];
type ArgsOf<Name extends Deciding> = Parameters<Rules[Name]>;
type Wrapper<Name extends Deciding> = (
  earlier: Rules[Name],
  ...args: ArgsOf<Name>
) => ReturnType<Rules[Name]>;

/** Entries of the target file about the target, which its author knows or decides. */
export interface Told {
  readonly accounts: { [R in Role]?: JsonObject };
  /** Whether the file has the support user's password, if the release has one. */
  supportPassword: boolean;
  limits: JsonObject;
  allow: JsonObject;
}

/** The points at which faults and variants change the emulator. Hooks of one seam run in the order of their setting. */
export class Seams {
  readonly rules: Rules;
  readonly clock: Clock;
  start: StartState = {};
  readonly told: Told = { accounts: {}, supportPassword: true, limits: {}, allow: {} };
  readonly #input: { which: Which; hook: OnInput }[] = [];
  readonly #body: { which: Which; hook: OnBody }[] = [];
  readonly #answer: { which: Which; hook: OnAnswer }[] = [];
  readonly #wire: { which: Which; hook: OnWire }[] = [];

  constructor(rules: Rules, clock: Clock) {
    this.rules = rules;
    this.clock = clock;
  }

  /** Replaces a rule. The new rule gets the earlier rule as its first argument. */
  wrap<Name extends Deciding>(name: Name, by: Wrapper<Name>): void {
    const earlier = this.rules[name];
    Object.assign(this.rules, { [name]: (...args: ArgsOf<Name>) => by(earlier, ...args) });
  }

  /** Runs before all steps: it may skip steps or change the content. */
  input(which: Which, hook: OnInput): void {
    this.#input.push({ which, hook });
  }

  /** Changes a body before the checks. If the hook returns undefined, the body stays unchanged. */
  body(which: Which, hook: OnBody): void {
    this.#body.push({ which, hook });
  }

  edit(which: Which, change: Edit<Json | undefined>): void {
    this.body(which, (body, call, world) => {
      const members = change(body, call, world);
      return members ? { ...asObject(body), ...members } : undefined;
    });
  }

  /** @returns a function for the latest note, which is undefined before the first of these calls */
  noted<T>(which: Which, read: (body: JsonObject, call: Call, world: World) => T): () => T | undefined {
    let last: T | undefined;
    this.body(which, (body, call, world) => {
      last = read(asObject(body), call, world);
      return undefined;
    });
    return () => last;
  }

  answer(which: Which, hook: OnAnswer): void {
    this.#answer.push({ which, hook });
  }

  /** Changes the bodies of successful answers. If the hook returns undefined, the body stays unchanged. */
  success(which: Which, hook: (body: JsonObject, call: Call, world: World) => JsonObject | undefined): void {
    this.answer(which, (answer, call, world) => {
      if (answer.status < 300 && isObject(answer.body))
        answer.body = hook(answer.body, call, world) ?? answer.body;
    });
  }

  show(which: Which, change: Edit<JsonObject>): void {
    this.success(which, (body, call, world) => {
      const members = change(body, call, world);
      return members ? { ...body, ...members } : undefined;
    });
  }

  refusal(which: Which, hook: OnAnswer): void {
    this.answer(which, (answer, call, world) =>
      answer.status >= 400 && answer.status < 500 ? hook(answer, call, world) : undefined,
    );
  }

  wire(which: Which, hook: OnWire): void {
    this.#wire.push({ which, hook });
  }

  applyInput(call: Call, world: World): void {
    for (const { which, hook } of this.#input) if (touches(which, call)) hook(call, world);
  }

  applyBody(call: Call, world: World): void {
    for (const { which, hook } of this.#body) {
      const changed = touches(which, call) ? hook(call.body, call, world) : undefined;
      if (changed !== undefined) call.body = changed;
    }
  }

  async applyAnswer(answer: Answer, call: Call, world: World): Promise<void> {
    for (const { which, hook } of this.#answer)
      if (touches(which, call)) Object.assign(answer, await hook(answer, call, world));
  }

  applyWire(answer: WireAnswer, call: Call, world: World): void {
    for (const { which, hook } of this.#wire)
      if (touches(which, call)) Object.assign(answer, hook(answer, call, world));
  }
}

function touches(which: Which, call: Call): boolean {
  if (which === 'any') return true;
  return [which].flat().some((each) => each === call.operation);
}

type Apply = (seams: Seams) => void;

export interface Variant {
  readonly id: string;
  readonly description: string;
  /** Ids of the `should` requirements that it turns red, rightly. */
  readonly fails?: readonly string[];
  /** Ids of the faults that the variant resembles most. */
  readonly near?: readonly string[];
  readonly since?: ReleaseName;
  apply(seams: Seams): void;
}

export interface Fault {
  readonly id: string;
  readonly description: string;
  /** Ids of the requirements that the fault was written for; spec/turns-red.json lists the others. */
  readonly breaks: readonly string[];
  readonly since?: ReleaseName;
  readonly tls?: true;
  apply(seams: Seams): void;
}

const holds = <Made>(by: (apply: Apply) => Made) => ({
  by,
  with: <Args extends readonly unknown[]>(act: (seams: Seams, ...args: Args) => void, ...args: Args) =>
    by((seams) => act(seams, ...args)),
  inputs: (...hook: Parameters<Seams['input']>) => by((seams) => seams.input(...hook)),
  bodies: (...hook: Parameters<Seams['body']>) => by((seams) => seams.body(...hook)),
  edits: (...hook: Parameters<Seams['edit']>) => by((seams) => seams.edit(...hook)),
  answers: (...hook: Parameters<Seams['answer']>) => by((seams) => seams.answer(...hook)),
  successes: (...hook: Parameters<Seams['success']>) => by((seams) => seams.success(...hook)),
  shows: (...hook: Parameters<Seams['show']>) => by((seams) => seams.show(...hook)),
  refusals: (...hook: Parameters<Seams['refusal']>) => by((seams) => seams.refusal(...hook)),
  wires: (...hook: Parameters<Seams['wire']>) => by((seams) => seams.wire(...hook)),
  wraps: <Name extends Deciding>(name: Name, rule: Wrapper<Name>) => by((seams) => seams.wrap(name, rule)),
  rules: (change: (rules: Rules) => Partial<Rules>) =>
    by(({ rules }) => void Object.assign(rules, change(rules))),
});

/** Writes a fault as `breaks(REQUIREMENT).and(OTHERS).says(DESCRIPTION)`, followed by where it acts. */
export const breaks = (...requirements: readonly string[]) => ({
  ...faultThatBreaks(requirements),
  and: (...others: readonly string[]) => faultThatBreaks([...requirements, ...others]),
});

function faultThatBreaks(requirements: readonly string[]) {
  const fault = (more: Pick<Fault, 'since'>) => (description: string) =>
    holds((apply): Omit<Fault, 'id'> => ({ description, breaks: requirements, apply, ...more }));
  return {
    since: (since?: ReleaseName) => ({ says: fault(since === undefined ? {} : { since }) }),
    says: fault({}),
  };
}

export const conforms = (more: Pick<Variant, 'fails' | 'near' | 'since'> = {}) => ({
  says: (description: string) => holds((apply): Omit<Variant, 'id'> => ({ description, apply, ...more })),
});

export function faultsOf(faults: Readonly<Record<string, Omit<Fault, 'id'>>>): readonly Fault[] {
  return Object.entries(faults).map(([id, fault]) => ({ id, ...fault }));
}

/** Makes faults from a table by id. `since` is the first release of the faults that name none themselves. */
export function faultsSince(since: ReleaseName, faults: Parameters<typeof faultsOf>[0]): readonly Fault[] {
  return faultsOf(faults).map((fault) => ({ since, ...fault }));
}

export function variantsOf(variants: Readonly<Record<string, Omit<Variant, 'id'>>>): readonly Variant[] {
  return Object.entries(variants).map(([id, variant]) => ({ id, ...variant }));
}

export interface KnownFault extends Fault {
  /** `must` if at least one `must` requirement turns red. */
  readonly level: 'must' | 'should';
  /** Ids of exactly the requirements that turn red. Those for which the fault was written come first. */
  readonly fails: readonly string[];
}
