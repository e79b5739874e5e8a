import type { Call, World } from '../call.js';
import { text } from '../json.js';
import type { Seams } from '../seams.js';
import type { TotpKey, User } from '../state.js';

type Where = () => boolean;

const everywhere: Where = () => true;

/** Shows a value of the state with a delay in real milliseconds. A change that no request made shows at once. */
function past<T>(seams: Seams, now: (world: World) => T, delayMs: number, where: Where): (world: World) => T {
  let known: { readonly from: number; readonly value: T }[] = [];
  seams.input('any', (_call, world) => {
    const value = now(world);
    if (known.at(-1)?.value !== value) known = [{ from: 0, value }];
  });
  seams.answer('any', (_answer, _call, world) => {
    const value = now(world);
    if (known.at(-1)?.value !== value) known.push({ from: Date.now() + delayMs, value });
  });
  return (world) => {
    const shown = known.findLast(({ from }) => from <= Date.now());
    return where() && shown !== undefined ? shown.value : now(world);
  };
}

export function showClusterLate(seams: Seams, delayMs: number, where = everywhere): void {
  seams.rules.readCluster = past(seams, seams.rules.readCluster, delayMs, where);
}

export function showSupportLate(seams: Seams, delayMs: number, where = everywhere): void {
  seams.rules.readSupport = past(seams, seams.rules.readSupport, delayMs, where);
}

/** Logins follow a change of the configuration only after some time. */
export function enforceLate(seams: Seams, delayMs: number, where = everywhere): void {
  const { rules } = seams;
  const { asksForCode, mechanismEnabled, tokenByPasswordAlone } = rules;
  const inForce = past(seams, ({ state }) => state.cluster, delayMs, where);
  const late = (world: World) => {
    const config = inForce(world);
    return config === world.state.cluster ? undefined : config;
  };
  rules.asksForCode = (user, world) => late(world)?.enabled ?? asksForCode(user, world);
  rules.mechanismEnabled = (mechanism, world) =>
    late(world)?.authenticationTypes?.includes(mechanism) ?? mechanismEnabled(mechanism, world);
  rules.tokenByPasswordAlone = (user, world) =>
    late(world) === undefined ? tokenByPasswordAlone(user, world) : late(world)?.enabled === false;
}

/** The target refuses codes of a new key for some time after it returned the key. */
export function keysLate({ rules }: Seams, delayMs: number): void {
  const { keyUri, stepOf } = rules;
  const answeredAt = new WeakMap<TotpKey, number>();
  rules.keyUri = (key, secretText) => {
    answeredAt.set(key, Date.now());
    return keyUri(key, secretText);
  };
  rules.stepOf = (code, key, now) => {
    const isInForce = Date.now() - (answeredAt.get(key) ?? 0) >= delayMs;
    return isInForce ? stepOf(code, key, now) : undefined;
  };
}

export function endSessionsLate(seams: Seams, delayMs: number, where = everywhere): void {
  const ended = new Map<string, number>();
  const users = new Map<string, User | undefined>();
  seams.input('DeleteSession', (_call, { state }) => {
    for (const id of state.sessions.keys()) ended.set(id, Date.now() + delayMs);
  });
  seams.success('CreateSession', (body, _call, { state }) => {
    const id = text(body, 'sessionId') ?? '';
    users.set(id, state.sessions.get(id));
  });
  seams.wrap('identify', (identify, credentials, call, world) => {
    const id = credentials.sessionId ?? '';
    const isLate = where() && (ended.get(id) ?? 0) > Date.now();
    return identify(credentials, call, world) ?? (isLate ? users.get(id) : undefined);
  });
}

/** A second node serves every other request of an operation. It learns of changes late. */
export function twoNodes(seams: Seams, delayMs: number): void {
  const requests = new Map<Call['operation'], number>();
  let isSecond = false;
  seams.input('any', ({ operation }) => {
    const count = requests.get(operation) ?? 0;
    requests.set(operation, count + 1);
    isSecond = count % 2 === 1;
  });
  const second = () => isSecond;
  showClusterLate(seams, delayMs, second);
  showSupportLate(seams, delayMs, second);
  enforceLate(seams, delayMs, second);
  endSessionsLate(seams, delayMs, second);
}
