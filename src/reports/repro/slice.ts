import type { Exchanged, Origin } from '../../base/model/event.js';
import type { Assertion } from './conditions.js';
import { isSuccess, type LogIndex, userOf } from './log.js';
import { asksSupportOn, isProbe, mayBeDone } from './step.js';

/** A test that sent more than this is not repeated whole: what decides, and what led there. */
const mostOwn = 40;

/** What is sent again for a requirement, in order: the arrangement by other tests included. */
export interface Slice {
  readonly steps: readonly Exchanged[];
  /** Of the requirement's own test. */
  readonly own: ReadonlySet<number>;
}

/** The exchanges that show what the assertion says, and all that they need. */
export function sliceOf(log: LogIndex, own: readonly Exchanged[], assertion: Assertion): Slice {
  const last = Math.max(assertion.decisive, ...assertion.conditions.map(({ at }) => at));
  const enrols = own.find((each) => each.index < assertion.decisive && wasOffBefore(each, own))?.index ?? -1;
  // Before the test itself switches the support user's MFA on, it is off: what ends an enrolment of before is left out.
  const deciding = new Set([assertion.decisive, ...assertion.conditions.map(({ at }) => at)]);
  const until = own.filter(
    (each) =>
      each.index <= last &&
      (each.index >= enrols || !isOfSupport(each.exchange)) &&
      (deciding.has(each.index) || !wasTooSoon(each)),
  );
  const isWhole = until.length <= mostOwn && until.some(({ index }) => index === assertion.decisive);
  const wanted = isWhole
    ? withoutPolls(withoutOldSessions(withoutSearch(until, assertion), assertion), assertion)
        .filter(({ again }) => again !== undefined)
        .map(({ index }) => index)
    : [];
  const steps = new Map<number, Exchanged>();
  const ids = new Set(own.map(({ index }) => index));
  const add = (index: number): void => {
    const exchange = log.exchanges.get(index);
    if (exchange === undefined || steps.has(index)) return;
    steps.set(index, exchange);
    const isOff = ids.has(index) && index <= enrols;
    for (const needed of neededBy(exchange, log, isOff)) add(needed);
  };
  for (const index of [...wanted, assertion.decisive, ...assertion.conditions.map(({ at }) => at)])
    add(index);
  return { steps: [...steps.values()].sort((a, b) => a.index - b.index), own: ids };
}

/**
 * Where ways in are searched, many together are tried before each alone: what opened something on the way to the one that
 * decides shows the same fault, and is answered otherwise where it is fixed.
 */
function withoutSearch(own: readonly Exchanged[], { wanted, decisive }: Assertion): readonly Exchanged[] {
  if (!wanted.startsWith('nothing opened')) return own;
  const operation = own.find(({ index }) => index === decisive)?.exchange.operation;
  const dropped = new Set<number>();
  for (const { index, exchange, again } of own) {
    const origins = again?.origins ?? [];
    const status = exchange.response?.status ?? 0;
    const isTry =
      index < decisive &&
      exchange.operation === operation &&
      status < 300 &&
      !origins.some(({ kind }) => kind === 'code' || kind === 'mailed');
    const usesTry = origins.some((origin) => origin.kind === 'answer' && dropped.has(origin.exchange));
    if (isTry || usesTry) dropped.add(index);
  }
  return own.filter(({ index }) => !dropped.has(index));
}

/** Whether a session of an earlier test still opens something: why it no longer did lies outside of this test. */
function withoutOldSessions(own: readonly Exchanged[], { conditions }: Assertion): readonly Exchanged[] {
  const ids = new Set(own.map(({ index }) => index));
  const deciding = new Set(conditions.map(({ at }) => at));
  return own.filter(({ index, exchange, again }) => {
    const isRefusedRead =
      exchange.request.method === 'GET' && Math.floor((exchange.response?.status ?? 0) / 100) === 4;
    const isOfBefore = again?.origins.some(
      (origin) => origin.kind === 'answer' && origin.member !== 'totpUri' && !ids.has(origin.exchange),
    );
    return deciding.has(index) || !isRefusedRead || isOfBefore !== true;
  });
}

/** What is read again and again until it is as it should be: the last time. */
function withoutPolls(own: readonly Exchanged[], { conditions }: Assertion): readonly Exchanged[] {
  // Where nothing but reads were sent, it is they that did it.
  if (own.every(({ exchange }) => exchange.request.method === 'GET')) return own;
  const asked = ({ exchange: { request } }: Exchanged) =>
    request.method === 'GET' ? request.url + JSON.stringify(request.headers) : undefined;
  const deciding = new Set(conditions.map(({ at }) => at));
  return own.filter((each, at) => {
    const next = own[at + 1];
    return (
      deciding.has(each.index) ||
      next === undefined ||
      asked(each) === undefined ||
      asked(each) !== asked(next)
    );
  });
}

/** Answers that hand out what a request holds, and the writes that made the state it meets. */
function neededBy(exchange: Exchanged, log: LogIndex, supportIsOff: boolean): number[] {
  const handedOut = (exchange.again?.origins ?? []).flatMap((origin: Origin) =>
    origin.kind === 'answer' || origin.kind === 'mailed' ? [origin.exchange] : [],
  );
  return [
    ...handedOut,
    ...clusterWrite(exchange, log),
    ...(supportIsOff ? [] : supportWrites(exchange, log)),
    ...enrolment(exchange, log),
  ];
}

/** It was not taken, and was sent again. */
const wasTooSoon = ({ exchange }: Exchanged) =>
  exchange.response?.status === 429 || exchange.response?.status === 503;
const isOfSupport = ({ operation }: Exchanged['exchange']) => operation?.includes('Support') === true;
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
  /"otpVerificationState":\s*"kVerified"/.test(exchange.response?.body ?? '');

/** Whether a test switched on what was off: a key is handed out then, and for mails the state that was read last says so. */
function wasOffBefore(each: Exchanged, own: readonly Exchanged[]): boolean {
  if (!handsOutAnew(each)) return false;
  if (/"totpUri"|"totpSecretKey"/.test(each.exchange.response?.body ?? '')) return true;
  const before = own.findLast(
    ({ index, exchange }) => index < each.index && exchange.operation === 'GetSupportMFAConfig',
  );
  return /"enabled":\s*false/.test(before?.exchange.response?.body ?? '');
}

/** The configuration of cluster MFA that a request meets. */
function clusterWrite(exchange: Exchanged, log: LogIndex): number[] {
  if (isPut(exchange)) return [];
  for (const before of log.before(exchange.index)) {
    // A mistake that was taken for a change is a fault of its own, as is one that nobody had the right to.
    if (!isPut(before) || !mayBeDone(before) || before.mistake !== null) continue;
    if (before.again !== undefined && !log.isGuilty(before.index, exchange.requirement))
      return [before.index];
  }
  return [];
}

/** The support user's MFA that a request meets: nothing where it is off, as it is found. */
function supportWrites(exchange: Exchanged, log: LogIndex): number[] {
  if (isProbe(exchange)) return [];
  const { operation, request } = exchange.exchange;
  const speaksOfIt =
    operation?.includes('Support') === true || /support/i.test(request.url + (request.body ?? ''));
  if (!speaksOfIt) return [];
  const found: number[] = [];
  for (const before of log.before(exchange.index)) {
    if (!isSuccess(before) || log.isGuilty(before.index, exchange.requirement)) continue;
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

/** The key that a user has enrolled when it logs in with a code. */
function enrolment(exchange: Exchanged, log: LogIndex): number[] {
  const user = userOf(exchange);
  if (exchange.exchange.operation !== 'CreateSession' || user === undefined) return [];
  if (!/"otp(?:Code|Type)"/.test(exchange.exchange.request.body ?? '')) return [];
  for (const before of log.before(exchange.index)) {
    if (before.exchange.operation !== 'CreateTotpKey' || !isSuccess(before)) continue;
    const session = before.again?.origins.find((origin) => origin.kind === 'answer');
    const login = session?.kind === 'answer' ? log.exchanges.get(session.exchange) : undefined;
    if (login !== undefined && userOf(login) === user) return [before.index];
  }
  return [];
}
