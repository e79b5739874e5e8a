import type { Again, Exchanged, Origin } from '../../base/model/event.js';
import type { Assertion } from './check-scripts.js';
import { isSuccess, type LogIndex, userOf } from './log.js';
import { renamed } from './renamed.js';
import { asksSupportOn, isAnonymous, isProbe, mayBeDone, takesCode } from './step.js';

/** A test that sent more than this is not repeated whole: the last steps before the one that decides. */
const mostOwn = 40;
/** Refused attempts before the one that decides: more of them are left out. */
const mostRefused = 6;

/** A request of a script. */
export interface Step extends Exchanged {
  readonly again: Again;
  /** What the test's own steps meet: a login, a key, a configuration. Absent: the test sent it itself. */
  readonly arranges?: true;
  /** On one connection with the next one. */
  readonly together?: true;
}

/** The requests of a script in order, or why it can't send them. */
export type Arranged = { readonly steps: readonly Step[] } | { readonly why: string };

/** What the test sent, and before it what its steps meet: made for the script alone, not what other tests happened to send. */
export function arrangedFor(log: LogIndex, own: readonly Exchanged[], assertion: Assertion): Arranged {
  return new Arrangement(log, own, assertion).arranged();
}

class Arrangement {
  readonly #deciding: ReadonlySet<number>;
  readonly #own: ReadonlySet<number>;
  readonly #steps = new Map<number, Exchanged>();
  /** The own step that switches the support user's MFA on, where it is off before: what came before tells nothing. */
  readonly #enrols: number;

  constructor(
    private readonly log: LogIndex,
    private readonly own: readonly Exchanged[],
    private readonly assertion: Assertion,
  ) {
    this.#deciding = new Set([assertion.decisive, ...assertion.conditions.map(({ at }) => at)]);
    this.#own = new Set(own.map(({ index }) => index));
    this.#enrols =
      own.find((each) => each.index < assertion.decisive && wasOffBefore(each, own))?.index ?? -1;
  }

  arranged(): Arranged {
    const decisive = this.log.exchanges.get(this.assertion.decisive);
    const isOfMfa = this.assertion.refusal === true && takesCode(decisive?.again);
    if (
      decisive !== undefined &&
      isOfMfa &&
      /^Create(?:Session|AccessToken)$/.test(decisive.exchange.operation ?? '')
    )
      if (!this.#isOn(decisive.index)) return { why: 'cluster MFA was off when the run sent it' };
    for (const { index } of this.#leading()) this.#add(index);
    for (const index of this.#deciding) this.#add(index);
    this.#addStateRead();
    this.#addSameBefore();
    const needed = [...this.#steps.values()].flatMap(({ again }) => again?.origins ?? []);
    const handingOut = new Set(needed.flatMap((origin) => ('exchange' in origin ? [origin.exchange] : [])));
    const steps: Step[] = [];
    for (const step of this.#withConfigurations()) {
      if (hasAgain(step)) steps.push(this.#own.has(step.index) ? step : { ...step, arranges: true });
      else if (this.#deciding.has(step.index) || handingOut.has(step.index))
        return {
          why: 'a request that it takes holds bytes, or a secret in an encoding, that a script can not send',
        };
    }
    return { steps: this.#withCaller(steps) };
  }

  /** The test's own steps on the way to the one that decides. */
  #leading(): Exchanged[] {
    const last = Math.max(...this.#deciding);
    const until = this.own.filter(({ index }) => index <= last);
    const readsOnly = until.every(({ exchange }) => exchange.request.method === 'GET');
    const decisive = this.own.find(({ index }) => index === this.assertion.decisive);
    // A bypass that is tried before the one that decides may show the same fault.
    const isLike = ({ exchange }: Exchanged) => exchange.request.method === decisive?.exchange.request.method;
    const leads = (each: Exchanged) =>
      this.#deciding.has(each.index) ||
      (each.again !== undefined &&
        !wasTooSoon(each) &&
        !(isAnonymous(each) && isLike(each)) &&
        !this.#isBypass(each) &&
        (readsOnly || each.exchange.request.method !== 'GET') &&
        (each.index >= this.#enrols || !isOfSupport(each)));
    const leading = until.filter(leads);
    return leading.length <= mostOwn ? this.#withFewRefusals(leading) : [];
  }

  /** Ways that are tried one after the other, each refused, are not what the last one needs. */
  #withFewRefusals(leading: readonly Exchanged[]): Exchanged[] {
    const { decisive } = this.assertion;
    const operation = leading.find(({ index }) => index === decisive)?.exchange.operation;
    const refused = leading.filter(
      (each) => each.index < decisive && each.exchange.operation === operation && !isSuccess(each),
    );
    const dropped = new Set(refused.slice(0, -mostRefused));
    return leading.filter((each) => this.#deciding.has(each.index) || !dropped.has(each));
  }

  #add(index: number): void {
    const exchange = this.log.exchanges.get(index);
    if (exchange === undefined || this.#steps.has(index)) return;
    const step = this.#withNearSessions(exchange);
    this.#steps.set(index, this.#own.has(index) ? step : withoutZero(step));
    const isOff = this.#own.has(index) && index <= this.#enrols;
    const handedOut = (step.again?.origins ?? []).flatMap((origin) =>
      'exchange' in origin ? [origin.exchange] : [],
    );
    const enrolment = this.#own.has(index) ? this.#enrolment(step) : [];
    const needed = [...handedOut, ...(isOff ? [] : this.#supportWrites(step)), ...enrolment];
    for (const each of needed) this.#add(each);
  }

  /**
   * A session of before the test came by a chain of logins and keys. The first login of the chain does as well, unless
   * sessions were ended since.
   */
  #withNearSessions(step: Exchanged): Exchanged {
    const { again } = step;
    if (again === undefined) return step;
    const swapped = new Map<string, Origin>();
    for (const origin of again.origins) {
      if (origin.kind !== 'answer' || origin.member !== 'sessionId' || this.#own.has(origin.exchange))
        continue;
      const root = this.#rootOf(origin.exchange, step.index);
      if (root !== origin.exchange)
        swapped.set(origin.name, { ...origin, name: `${origin.member}-${root}`, exchange: root });
    }
    return swapped.size === 0 ? step : { ...step, again: renamed(again, swapped) };
  }

  /** The plainest login of the same user that the session could be of as well. */
  #rootOf(login: number, usedAt: number): number {
    const given = this.log.exchanges.get(login);
    if (given?.exchange.operation !== 'CreateSession') return login;
    const ended = this.log.endsOfSessions.findLast((index) => index < usedAt) ?? -1;
    const user = userOf(given);
    const isOn = this.#isOn(usedAt);
    const needs = (each: Exchanged) => needsOf(each) + (this.#isBypass(each) ? 60 : 0);
    let [best, least] = [login, needs(given)];
    for (const other of this.log.before(usedAt)) {
      if (other.index < ended) break;
      const isAlike =
        other.exchange.operation === 'CreateSession' &&
        isDone(other) &&
        userOf(other) === user &&
        !this.#own.has(other.index) &&
        !this.log.isGuilty(other.index, '') &&
        this.#isOn(other.index) === isOn;
      if (isAlike && needs(other) < least) [best, least] = [other.index, needs(other)];
    }
    return best;
  }

  /** A login by the password alone under MFA that a fault let in. */
  #isBypass(each: Exchanged): boolean {
    const isLogin = /^Create(?:Session|AccessToken)$/.test(each.exchange.operation ?? '');
    return isLogin && isDone(each) && !takesCode(each.again) && this.#isOn(each.index);
  }

  #isOn(index: number): boolean {
    for (const before of this.log.before(index))
      if (isPut(before) && isDone(before))
        return /"enabled":\s*true/.test(before.exchange.request.body ?? '');
    return false;
  }

  /** The steps in order, before each that meets another configuration of cluster MFA than the script has set, a PUT of it. */
  #withConfigurations(): Exchanged[] {
    const steps = [...this.#steps.values()].sort((a, b) => a.index - b.index);
    const all: Exchanged[] = [];
    let set: string | undefined;
    for (const step of steps) {
      const inForce = this.#feelsConfiguration(step) ? this.#configurationAt(step) : undefined;
      const body = inForce?.exchange.request.body;
      if (inForce !== undefined && body !== set) {
        all.push(this.#byAdmin(inForce));
        set = body;
      }
      all.push(step);
      if (isPut(step) && mayBeDone(step)) set = step.exchange.request.body;
    }
    return all;
  }

  #feelsConfiguration(step: Exchanged): boolean {
    if (isOfSupport(step) || (isProbe(step) && !this.#deciding.has(step.index))) return false;
    return !isPut(step) || this.#deciding.has(step.index) || !isSuccess(step);
  }

  /**
   * The configuration that a request meets: a mistake that was taken for a change is a fault of its own. A login that only
   * prepares, by the password alone, meets MFA off, whatever a fault had switched.
   */
  #configurationAt(step: Exchanged): Exchanged | undefined {
    const isPlain = step.exchange.operation === 'CreateSession' && isDone(step) && !takesCode(step.again);
    const isOff = isPlain && !this.#own.has(step.index);
    for (const before of this.log.before(step.index)) {
      if (!isPut(before) || !mayBeDone(before) || before.mistake !== null) continue;
      if (isOff && !/"enabled":\s*false/.test(before.exchange.request.body ?? '')) continue;
      if (before.again !== undefined && !this.log.isGuilty(before.index, step.requirement)) return before;
    }
    return undefined;
  }

  #byAdmin(put: Exchanged): Exchanged {
    const { byAdminKey } = this.log;
    const { again } = put;
    if (byAdminKey === undefined || again === undefined) return put;
    const { apiKey = '' } = byAdminKey.headers;
    const type = again.headers['Content-Type'] ?? 'application/json';
    return {
      ...put,
      again: { ...again, headers: { 'Content-Type': type, apiKey }, origins: byAdminKey.origins },
    };
  }

  /**
   * Whoever is let in without a credential may be taken for the caller before, by the connection or by what was decided
   * for the same request: one with the admin's key goes before it.
   */
  #withCaller(steps: readonly Step[]): Step[] {
    return steps.flatMap((step) => {
      const caller =
        step.index === this.assertion.decisive && isAnonymous(step) ? this.#caller(step) : undefined;
      return caller === undefined ? [step] : [caller, step];
    });
  }

  #caller(step: Step): Step | undefined {
    const path = step.again.path.split('?')[0];
    const reads = [...this.log.before(step.index)].filter(
      (each) => each.exchange.request.method === 'GET' && isSuccess(each) && this.log.isByAdminKey(each),
    );
    const read = reads.find(({ again }) => again?.path === path) ?? reads[0];
    if (read === undefined || !hasAgain(read)) return undefined;
    return { ...read, arranges: true, together: true };
  }

  /** A fault may need the second login or key of a user: the one before, whichever test it was for. */
  #addSameBefore(): void {
    const decisive = this.#steps.get(this.assertion.decisive);
    const operation = decisive?.exchange.operation ?? '';
    if (decisive === undefined || !/^Create(?:Session|AccessToken|TotpKey)$/.test(operation)) return;
    const user = this.#userOf(decisive);
    for (const before of this.log.before(decisive.index)) {
      if (before.exchange.operation !== operation || !isDone(before) || before.mistake !== null) continue;
      if (user === undefined || this.#userOf(before) !== user) continue;
      const same = this.#rootOf(before.index, decisive.index);
      const given = this.log.exchanges.get(same);
      if (given !== undefined && !this.log.isGuilty(same, '') && !this.#isBypass(given)) this.#add(same);
      return;
    }
  }

  /** Whom a request names, or whose session it carries. */
  #userOf(each: Exchanged): string | undefined {
    const session = originIn(each, ({ member }) => member === 'sessionId' || member === 'accessToken');
    return userOf(each) ?? (session && userOf(this.log.exchanges.get(session.exchange)));
  }

  /** How the run saw the support user's MFA just before: a script that sees it otherwise has not prepared what the run met. */
  #addStateRead(): void {
    const decisive = this.#steps.get(this.assertion.decisive);
    if (decisive === undefined || !speaksOfSupport(decisive) || isProbe(decisive)) return;
    for (const before of this.log.before(decisive.index)) {
      if ((isPatch(before) || isVerify(before)) && isDone(before)) return;
      if (before.exchange.operation !== 'GetSupportMFAConfig' || !this.log.isByAdminKey(before)) continue;
      if (isSuccess(before)) this.#steps.set(before.index, before);
      return;
    }
  }

  /** The support user's MFA that a request meets: nothing where it is off, as it is found. */
  #supportWrites(step: Exchanged): number[] {
    if (isProbe(step)) return [];
    if (!speaksOfSupport(step)) return [];
    // A new key is handed out where it was off, or is made so by a fault that another test has met.
    if (handsOutAnew(step) && step.index !== this.assertion.decisive) return [];
    const found: number[] = [];
    for (const before of this.log.before(step.index)) {
      if (!isDone(before) || this.log.isGuilty(before.index, step.requirement)) continue;
      if (isVerify(before)) found.push(before.index);
      if (!isPatch(before)) continue;
      if (isOff(before)) return found;
      // What left things as they were is no part of the state.
      if (!asksSupportOn(before)) continue;
      found.push(before.index);
      // A key may be handed out again by an enrolment that goes on.
      if (handsOutAnew(before) && !isVerified(before)) return found;
    }
    return found;
  }

  /** The key that a user has enrolled when it logs in under MFA. */
  #enrolment(step: Exchanged): number[] {
    const user = userOf(step);
    if (step.exchange.operation !== 'CreateSession' || user === undefined) return [];
    if (!/"otp(?:Code|Type)"/.test(step.exchange.request.body ?? '')) return [];
    for (const before of this.log.before(step.index)) {
      if (before.exchange.operation !== 'CreateTotpKey' || !isSuccess(before)) continue;
      const session = originIn(before, (origin) => origin.kind === 'answer');
      if (session !== undefined && userOf(this.log.exchanges.get(session.exchange)) === user)
        return [before.index];
    }
    return [];
  }
}

/** How much a login takes: what is odd about it most of all. */
function needsOf({ again, mistake }: Exchanged): number {
  if (again === undefined) return 100;
  const kinds = again.origins.map(({ kind }) => kind);
  const isOdd =
    mistake !== null || Object.keys(again.headers).some((name) => !/^(?:accept|content-type)$/i.test(name));
  return (
    (isOdd ? 50 : 0) + (kinds.includes('code') ? 10 : 0) + (kinds.includes('mailed') ? 5 : 0) + kinds.length
  );
}

/** What comes before the test needs no code that begins with a zero. */
function withoutZero(step: Exchanged): Exchanged {
  if (step.again === undefined) return step;
  const origins = step.again.origins.map((origin) => {
    if (origin.kind !== 'code') return origin;
    const { zero: _, ...code } = origin;
    return code;
  });
  return { ...step, again: { ...step.again, origins } };
}

const hasAgain = (each: Exchanged): each is Exchanged & { readonly again: Again } => each.again !== undefined;

type Answered = Extract<Origin, { readonly kind: 'answer' }>;
function originIn(each: Exchanged | undefined, fits: (origin: Answered) => boolean): Answered | undefined {
  return (each?.again?.origins ?? []).find(
    (origin): origin is Answered & { readonly name: string } => origin.kind === 'answer' && fits(origin),
  );
}

/** It was not taken, and was sent again. */
const wasTooSoon = ({ exchange }: Exchanged) =>
  exchange.response?.status === 429 || exchange.response?.status === 503;
const isOfSupport = ({ exchange }: Exchanged) => exchange.operation?.includes('Support') === true;
const speaksOfSupport = (each: Exchanged) =>
  isOfSupport(each) || /support/i.test(each.exchange.request.url + (each.exchange.request.body ?? ''));
/** A refusal may come with a status of success. */
const isDone = (each: Exchanged) => isSuccess(each) && !each.exchange.response?.body?.includes('"errorCode"');
const isPut = ({ exchange }: Exchanged) => exchange.operation === 'UpdateMFAConfig';
const isPatch = ({ exchange }: Exchanged) => exchange.operation === 'UpdateSupportMFAConfig';
const isVerify = ({ exchange }: Exchanged) => exchange.operation === 'VerifySupportUserTotp';

/** Answers that tell nothing go by what was asked. */
const isOff = ({ exchange: { request, response } }: Exchanged): boolean =>
  /"enabled":\s*false/.test(response?.body?.includes('"enabled"') ? response.body : (request.body ?? ''));

/** A change of what was on already hands out no key. */
const handsOutAnew = (exchange: Exchanged): boolean =>
  isPatch(exchange) &&
  isSuccess(exchange) &&
  asksSupportOn(exchange) &&
  /"totpUri"|"totpSecretKey"|"mfaType":\s*"email"/.test(exchange.exchange.response?.body ?? '');

const isVerified = ({ exchange }: Exchanged): boolean =>
  /"otpVerificationState":\s*"kSuccess"/.test(exchange.response?.body ?? '');

/** Whether a test switched on what was off: a key is handed out then, and for mails the state that was read last says so. */
function wasOffBefore(each: Exchanged, own: readonly Exchanged[]): boolean {
  if (!handsOutAnew(each)) return false;
  if (/"totpUri"|"totpSecretKey"/.test(each.exchange.response?.body ?? '')) return true;
  const before = own.findLast(
    ({ index, exchange }) => index < each.index && exchange.operation === 'GetSupportMFAConfig',
  );
  return /"enabled":\s*false/.test(before?.exchange.response?.body ?? '');
}
