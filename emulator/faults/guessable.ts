import { createHmac, randomBytes } from 'node:crypto';
import { type Json, objectIn, own, text } from '../json.js';
import type { Fault, Seams } from '../seams.js';

type Change = (token: string, username: string, now: number) => string;

/** Hands out other tokens; those that were made are no good. */
function changeToken(seams: Seams, change: Change): void {
  seams.success('CreateAccessToken', (body, _call, { state, clock }) => {
    const token = text(body, 'accessToken') ?? '';
    const user = state.tokens.get(token);
    if (user === undefined) return body;
    const accessToken = change(token, user.username, clock.now());
    state.tokens.delete(token);
    state.tokens.set(accessToken, user);
    state.issuedAt.set(accessToken, clock.now());
    return { ...body, accessToken };
  });
}

const inBase64 = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const partOf = (token: string, at: 0 | 1) => objectIn(Buffer.from(token.split('.')[at] ?? '', 'base64url'));

const jwt: Change = (_token, username, now) => {
  const sub = { sub: username, iat: now, jti: randomBytes(8).toString('hex') };
  const signed = `${inBase64({ alg: 'HS256', typ: 'JWT' })}.${inBase64(sub)}`;
  return `${signed}.${createHmac('sha256', randomBytes(32)).update(signed).digest('base64url')}`;
};

/** Credentials that can be made by whoever knows how they are. */
export const guessableFaults: readonly Fault[] = [
  {
    id: 'login/session-ids-of-name-and-time',
    description: 'Session ids are an encoding of the name, the time and a count.',
    level: 'should',
    fails: ['sessions/ids-are-long-enough'],
    apply: (seams) => {
      let count = 1_000_000;
      seams.success('CreateSession', (body, _call, { state, clock }) => {
        const id = text(body, 'sessionId') ?? '';
        const user = state.sessions.get(id);
        if (user === undefined) return body;
        count += 1;
        const words = `${user.username}|${new Date(clock.now()).toISOString()}|${count}`;
        const sessionId = Buffer.from(words).toString('base64url');
        state.sessions.delete(id);
        state.sessions.set(sessionId, user);
        state.issuedAt.set(sessionId, clock.now());
        return { ...body, sessionId };
      });
    },
  },
  {
    id: 'login/tokens-are-counted',
    description: 'Access tokens are a letter and a count.',
    level: 'should',
    fails: ['access-tokens/tokens-are-long-enough'],
    apply: (seams) => {
      let count = 4096;
      changeToken(seams, () => {
        count += 1;
        return `t${count}`;
      });
    },
  },
  {
    id: 'login/tokens-of-name-and-time',
    description: 'Access tokens are an encoding of the name, the time and a count.',
    level: 'should',
    fails: ['access-tokens/tokens-are-long-enough'],
    apply: (seams) => {
      let count = 0;
      changeToken(seams, (_token, username, now) => {
        count += 1;
        return Buffer.from(`${username}:${now}:${count}`).toString('hex');
      });
    },
  },
  ...[
    { id: 'unsigned-jwt', what: 'with alg none and no signature', isTaken: isUnsigned },
    { id: 'jwt-of-any-claims', what: 'with other claims than were signed', isTaken: isSigned },
  ].map(
    ({ id, what, isTaken }): Fault => ({
      id: `access/${id}`,
      description: `Access tokens are JWTs, and one ${what} is taken.`,
      level: 'must',
      fails: ['access/near-token-is-refused'],
      since: '7.1.2_u3',
      apply: (seams) => {
        changeToken(seams, jwt);
        const { identify } = seams.rules;
        seams.rules.identify = (credentials, call, world) => {
          const known = identify(credentials, call, world);
          const token = credentials.authorization?.split(' ')[1] ?? '';
          if (known !== undefined || world.state.tokens.has(token)) return known;
          const name = own(partOf(token, 1), 'sub');
          const owner = world.state.users.find(({ username }) => username === name);
          return isTaken(token, [...world.state.tokens.keys()]) ? owner : undefined;
        };
      },
    }),
  ),
];

function isUnsigned(token: string): boolean {
  return own(partOf(token, 0), 'alg') === 'none' && token.split('.')[2] === '';
}

/** By a signature that belongs to another token. */
function isSigned(token: string, known: readonly string[]): boolean {
  const signature = token.split('.')[2];
  return known.some((other) => other.split('.')[2] === signature);
}
