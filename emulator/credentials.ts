import type { Call, Credentials, World } from './call.js';
import type { User } from './state.js';

export const tokenType = 'Bearer';

/** `name` is in lower case. If the field is repeated, its first value counts. */
export function header(call: Call, name: string): string | undefined {
  const field = call.headers[name];
  return Array.isArray(field) ? field[0] : field;
}

export function cookie(call: Call, name: string): string | undefined {
  return new RegExp(`\\b${name}=([\\w-]+)`).exec(header(call, 'cookie') ?? '')?.[1];
}

export function credentialsOf(call: Call, world: World): Credentials {
  const apiKey = header(call, 'apikey');
  const authorization = world.release.bearer ? header(call, 'authorization') : undefined;
  const sessionId = header(call, 'session-id');
  return {
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(authorization === undefined ? {} : { authorization }),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}

export function isAnonymous(credentials: Credentials): boolean {
  return Object.keys(credentials).length === 0;
}

/** Returns the user of the first valid credential. A request may send several, and one of them is enough. */
export function identify(credentials: Credentials, call: Call, world: World): User | undefined {
  const { state, rules } = world;
  const byKey = state.users.find((user) => user.apiKey === credentials.apiKey);
  const bySession =
    credentials.sessionId !== undefined && isAlive(credentials.sessionId, rules.lifetimes.sessionMs, world)
      ? state.sessions.get(credentials.sessionId)
      : undefined;
  const byFirstStep = rules.firstStepMay(call.operation)
    ? state.firstSteps.get(credentials.sessionId ?? '')
    : undefined;
  return byKey ?? bySession ?? byFirstStep ?? byToken(credentials.authorization, world);
}

function byToken(authorization: string | undefined, world: World): User | undefined {
  const [type, token, ...rest] = authorization?.split(' ') ?? [];
  if (type?.toLowerCase() !== tokenType.toLowerCase() || token === undefined || rest.length > 0)
    return undefined;
  return isAlive(token, world.rules.lifetimes.tokenMs, world) ? world.state.tokens.get(token) : undefined;
}

/** Tells whether an id has not expired. If its time of issue is unknown, it counts as new. */
export function isAlive(id: string, lifetimeMs: number, { state, clock }: World): boolean {
  return clock.now() - (state.issuedAt.get(id) ?? clock.now()) <= lifetimeMs;
}

/** The challenges of a 401 (RFC 9110 11.6.1). */
export function challenges(world: World): Record<string, string> {
  const schemes = world.release.bearer ? ['ApiKey', tokenType] : ['ApiKey'];
  return { 'www-authenticate': schemes.map((scheme) => `${scheme} realm="cluster"`).join(', ') };
}
