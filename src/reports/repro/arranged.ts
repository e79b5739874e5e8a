import type { Again, Exchanged, Origin } from '../../base/model/event.js';
import type { Untold } from './breach-scripts.js';
import { type Assertion, decidingIn } from './check-scripts.js';
import { isReadByAdmin, isSuccess, type LogIndex, userOf } from './log.js';
import {
  asksSupportOn,
  hasCode,
  isAnonymous,
  isLogin,
  isProbe,
  mayBeDone,
  type Step,
  takesCode,
} from './step.js';

/** If the test has more requests before the deciding one, the script leaves them out. */
const mostOwn = 40;

type Arranged = readonly Step[] | Untold;

/** Returns requests that prepare the state, then the test's own; or why a script can't send them. */
export function arrangedFor(log: LogIndex, ofTest: readonly Exchanged[], assertion: Assertion): Arranged {
  const isOfTest = ofTest.some(({ index }) => index === assertion.decisive);
  // If the deciding answer came in another test, the script sends that test's requests.
  const own = isOfTest ? ofTest : log.of(log.exchanges.get(assertion.decisive)?.requirement ?? '').own;
  return new Arrangement(log, own, assertion).arranged();
}

class Arrangement {
  readonly #steps = new Map<number, Exchanged>();

  constructor(
    private readonly log: LogIndex,
    private readonly own: readonly Exchanged[],
    private readonly assertion: Assertion,
  ) {}

  get #deciding(): readonly number[] {
    return decidingIn(this.assertion);
  }

  arranged(): Arranged {
    const { decisive } = this.assertion;
    const last = this.log.exchanges.get(decisive);
    const isOff = /"enabled":\s*false/.test(this.#configurationAt(decisive));
    if (this.assertion.refusal === true && isOff && isLogin(last) && takesCode(last?.again))
      return { why: 'cluster MFA was off in the run, and then the target checks no code' };
    for (const { index } of this.#leading()) this.#add(index);
    for (const index of this.#deciding) this.#add(index);
    this.#addSupportState();
    if (isPatch(last) && (this.assertion.refusal || last?.again?.body?.includes('"email"')))
      this.#addProof(decisive);
    // A faulty target may mail the code to the user who logged in last, so the script repeats that login.
    const isLogged = (each: Exchanged) => isLogin(each) && isDone(each);
    if (last?.exchange.operation === 'SendEmailOtp')
      this.#add(this.log.lastBefore(decisive, isLogged)?.index);
    // A fault may show only at the second login or key of a user, so the script repeats the first one.
    if (isLogin(last) || isKey(last)) this.#add(this.#plainest(last, decisive));
    const steps = this.#withConfigurations();
    if (steps.some((each) => this.#isOwn(each.index) && hasOddCode(each)))
      return { why: 'it needs a few digits of a code, or a code that begins with a zero' };
    if (!steps.every(hasAgain))
      return { why: "it sends bytes, or a secret in an encoding, that a script can't send" };
    return steps.flatMap((step) => this.#withCaller(step));
  }

  #isOwn = (index: number) => this.own.some((each) => each.index === index);

  /** Returns the test's own steps before the deciding ones; none if there are too many. */
  #leading(): Exchanged[] {
    const until = this.own.filter(({ index }) => index <= Math.max(...this.#deciding));
    const readsOnly = until.every(isRead);
    // A script begins with support MFA off, so it needs no earlier step of the support user.
    const enrols =
      until.find((each) => handsOutKey(each) && this.#supportWrites(each).length === 0)?.index ?? -1;
    const leads = (each: Exchanged) =>
      hasAgain(each) &&
      !wasThrottled(each) &&
      !isAnonymous(each) &&
      !this.#isBypass(each) &&
      (readsOnly || !isRead(each)) &&
      (each.index >= enrols || !isOfSupport(each));
    const leading = until.filter(leads);
    return leading.length <= mostOwn ? leading : [];
  }

  #add(index = -1): void {
    const exchange = this.log.exchanges.get(index);
    if (exchange === undefined || this.#steps.has(index)) return;
    const step = this.#withOwnSessions(exchange);
    this.#steps.set(index, step);
    for (const origin of step.again?.origins ?? []) if ('exchange' in origin) this.#add(origin.exchange);
    if (this.#isOwn(index)) this.#addEnrolment(step);
    // A fixed target may refuse the bypass. An earlier login then shows that the password is right.
    if (this.#isBypass(step)) this.#add(this.#plainest(step, index));
  }

  /** Replaces the login of another test's session by a plainer one. */
  #withOwnSessions(step: Exchanged): Exchanged {
    if (step.again === undefined) return step;
    const origins = step.again.origins.map((origin) => {
      if (!isToken(origin) || this.#isOwn(origin.exchange)) return origin;
      const login = this.#plainest(this.log.exchanges.get(origin.exchange), step.index);
      return { ...origin, exchange: login ?? origin.exchange };
    });
    return { ...step, again: { ...step.again, origins } };
  }

  /** Returns the request of the same kind, user and state of cluster MFA with the fewest inputs. */
  #plainest(given: Exchanged | undefined, before: number): number | undefined {
    if (given === undefined) return undefined;
    const user = this.#userOf(given);
    const isOn = this.#isOn(given.index) && !this.#isBypass(given);
    const isLike = (each: Exchanged) =>
      each.exchange.operation === given.exchange.operation &&
      user !== undefined &&
      this.#userOf(each) === user &&
      this.#isOn(each.index) === isOn &&
      isDone(each) &&
      each.mistake === null &&
      hasUsualFields(each.again) &&
      !(isOn && isLogin(each) && !hasCode(each.again));
    const like = this.log.before(before).filter(isLike);
    const needs = ({ again }: Exchanged) => again?.origins.length ?? 0;
    return like.sort((a, b) => needs(a) - needs(b))[0]?.index;
  }

  #userOf(each: Exchanged): string | undefined {
    const session = each.again?.origins.find(isToken);
    const login = session && this.log.exchanges.get(session.exchange);
    return userOf(each) ?? userOf(login);
  }

  #isBypass(each: Exchanged): boolean {
    return isLogin(each) && isDone(each) && !takesCode(each.again) && this.#isOn(each.index);
  }

  #isOn = (index: number) => /"enabled":\s*true/.test(this.#configurationAt(index));

  /** Returns the body of the last accepted PUT /mfa-config before this exchange. Empty without one. */
  #configurationAt(index: number): string {
    const put = this.log.lastBefore(index, (each) => isPut(each) && isDone(each));
    return put?.exchange.request.body ?? '';
  }

  /** Returns the steps in order, each after a PUT if it met another configuration than the script has set. */
  #withConfigurations(): Exchanged[] {
    const all: Exchanged[] = [];
    let set: string | undefined;
    for (const step of this.#inOrder()) {
      const isUnaffected = isProbe(step) || (isPut(step) && isSuccess(step));
      const feels = !isOfSupport(step) && (!isUnaffected || this.#deciding.includes(step.index));
      const inForce = feels ? this.log.lastBefore(step.index, setsConfiguration) : undefined;
      if (inForce !== undefined && inForce.exchange.request.body !== set) {
        all.push(this.#byAdmin(inForce));
        set = inForce.exchange.request.body;
      }
      all.push(step);
      if (isPut(step) && mayBeDone(step)) set = step.exchange.request.body;
    }
    return all;
  }

  #inOrder = () => [...this.#steps.values()].sort((a, b) => a.index - b.index);

  #byAdmin(put: Exchanged): Exchanged {
    const { byAdminKey } = this.log;
    const { again } = put;
    if (byAdminKey === undefined || again === undefined) return put;
    const { apiKey = '' } = byAdminKey.headers;
    const type = again.headers['Content-Type'] ?? 'application/json';
    const headers = { 'Content-Type': type, apiKey };
    return { ...put, again: { ...again, headers, origins: byAdminKey.origins } };
  }

  /** Puts a read by the admin before an anonymous deciding request: a fault may mix them up. */
  #withCaller(own: Exchanged & Pick<Step, 'again'>): Step[] {
    const step: Step = this.#isOwn(own.index) ? own : { ...own, arranges: true };
    if (step.index !== this.assertion.decisive || !isAnonymous(step)) return [step];
    const reads = this.log.before(step.index).filter((each) => isSuccess(each) && isReadByAdmin(each));
    const path = step.again.path.split('?')[0];
    const read = reads.findLast(({ again }) => again?.path === path) ?? reads.at(-1);
    return read === undefined || !hasAgain(read)
      ? [step]
      : [{ ...read, arranges: true, together: true }, step];
  }

  /** Adds the requests that set support MFA, and the last read, which shows that they worked. */
  #addSupportState(): void {
    const { decisive } = this.assertion;
    const needsState = (each: Exchanged) =>
      speaksOfSupport(each) && !isProbe(each) && (!handsOutKey(each) || each.index === decisive);
    const first = this.#inOrder().find(needsState);
    if (first !== undefined) for (const { index } of this.#supportWrites(first)) this.#add(index);
    const last = this.#steps.get(decisive);
    if (last === undefined || !speaksOfSupport(last) || isProbe(last)) return;
    const concerns = (each: Exchanged) =>
      ((isPatch(each) || isVerify(each)) && isDone(each)) ||
      (each.exchange.operation === 'GetSupportMFAConfig' && isReadByAdmin(each));
    const read = this.log.lastBefore(decisive, concerns);
    if (read !== undefined && isRead(read) && isSuccess(read)) this.#steps.set(read.index, read);
  }

  /** Adds a proven change of support MFA: a faulty target may accept an unproven change only after it. */
  #addProof(before: number): void {
    const hasPassed = ({ requirement }: Exchanged) => this.log.of(requirement).failed.length === 0;
    const isProof = (each: Exchanged) =>
      isPatch(each) && isDone(each) && isOff(each) && hasCode(each.again) && hasPassed(each);
    const found = this.log.before(before).filter(isProof);
    const proofs = found.map((each) => [...this.#supportWrites(each), each]);
    // A script must wait between codes of a key, but not between mailed codes.
    const cost = (steps: readonly Exchanged[]) => steps.length + (steps.some(hasMailedCode) ? 0 : 9);
    const [plainest = []] = proofs.sort((a, b) => cost(a) - cost(b));
    for (const { index } of plainest) this.#add(index);
  }

  /** Returns the requests that switched support MFA on and changed it since; empty while it is off. */
  #supportWrites(step: Exchanged): Exchanged[] {
    const done = this.log.before(step.index).filter(isDone);
    const begins = done.findLastIndex((each) => (isPatch(each) && isOff(each)) || handsOutKey(each));
    const isPart = (each: Exchanged) =>
      verifies(each) || (isPatch(each) && asksSupportOn(each) && !isOff(each));
    const found = done.slice(Math.max(0, begins)).filter(isPart);
    return found.some(isPatch) ? found : [];
  }

  #addEnrolment(step: Exchanged): void {
    if (!isLogin(step) || !/"otp(?:Code|Type)"/.test(step.exchange.request.body ?? '')) return;
    const isOfUser = (each: Exchanged) =>
      isKey(each) && isSuccess(each) && this.#userOf(each) === userOf(step);
    this.#add(this.log.lastBefore(step.index, isOfUser)?.index);
  }
}

const hasAgain = (each: Exchanged): each is Exchanged & { readonly again: Again } => each.again !== undefined;
const hasOddCode = ({ again }: Exchanged) =>
  /"(?:otp|totp|mfa)Code":"\d{1,3}"/.test(again?.body ?? '') ||
  again?.origins.some((origin) => origin.kind === 'code' && origin.zero);
const hasMailedCode = ({ again }: Exchanged) => again?.origins.some(({ kind }) => kind === 'mailed');
const isRead = ({ exchange }: Exchanged) => exchange.request.method === 'GET';
const isKey = (each: Exchanged | undefined) => each?.exchange.operation === 'CreateTotpKey';
const hasUsualFields = (again: Again | undefined) =>
  again !== undefined &&
  Object.keys(again.headers).every((name) => /^(?:accept|content-type|session-id)$/i.test(name));
const isToken = (origin: Origin): origin is Extract<Origin, { readonly kind: 'answer' }> =>
  origin.kind === 'answer' && (origin.member === 'sessionId' || origin.member === 'accessToken');

/** The suite sent such a request again, so the script leaves this one out. */
const wasThrottled = ({ exchange }: Exchanged) =>
  exchange.response?.status === 429 || exchange.response?.status === 503;
const isOfSupport = ({ exchange }: Exchanged) => exchange.operation?.includes('Support') === true;
const speaksOfSupport = (each: Exchanged) =>
  isOfSupport(each) || /support/i.test(each.exchange.request.url + (each.exchange.request.body ?? ''));
/** Some targets refuse with a success status and an errorCode. */
const isDone = (each: Exchanged) => isSuccess(each) && !each.exchange.response?.body?.includes('"errorCode"');
const isPut = ({ exchange }: Exchanged) => exchange.operation === 'UpdateMFAConfig';
/** A malformed request that changes the configuration shows a fault; it prepares nothing. */
const setsConfiguration = (each: Exchanged) =>
  isPut(each) && mayBeDone(each) && hasAgain(each) && each.mistake === null;
const isPatch = (each: Exchanged | undefined) => each?.exchange.operation === 'UpdateSupportMFAConfig';
const isVerify = ({ exchange }: Exchanged) => exchange.operation === 'VerifySupportUserTotp';

const verifies = (each: Exchanged) =>
  isVerify(each) && /"success":\s*true/.test(each.exchange.response?.body ?? '');

/** If the answer doesn't show the state, the request's body decides. */
const isOff = ({ exchange: { request, response } }: Exchanged): boolean =>
  /"enabled":\s*false/.test(response?.body?.includes('"enabled"') ? response.body : (request.body ?? ''));

/** While support MFA is on, a change returns no key. */
const handsOutKey = (each: Exchanged): boolean =>
  isPatch(each) &&
  isSuccess(each) &&
  asksSupportOn(each) &&
  !hasCode(each.again) &&
  /"totpUri"|"totpSecretKey"|"mfaType":\s*"email"/.test(each.exchange.response?.body ?? '');
