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

/** Likewise other session ids. */
function changeId(seams: Seams, change: Change): void {
  seams.success('CreateSession', (body, _call, { state, clock }) => {
    const id = text(body, 'sessionId') ?? '';
    const user = state.sessions.get(id);
    if (user === undefined) return body;
    const sessionId = change(id, user.username, clock.now());
    state.sessions.delete(id);
    state.sessions.set(sessionId, user);
    state.issuedAt.set(sessionId, clock.now());
    return { ...body, sessionId };
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
    breaks: ['sessions/ids-are-long-enough'],
    apply: (seams) => {
      let count = 1_000_000;
      changeId(seams, (_id, username, now) => {
        count += 1;
        return Buffer.from(`${username}|${new Date(now).toISOString()}|${count}`).toString('base64url');
      });
    },
  },
  ...(
    [
      ['tell-the-time', 'the time, after what stays the same', 0n],
      ['go-up', 'numbers that go up by the same each time', 0x9e3779b97f4a7c15fn],
    ] as const
  ).map(
    ([slug, what, step]): Fault => ({
      id: `login/credentials-${slug}`,
      description: `Session ids and access tokens are ${what}.`,
      breaks: ['sessions/ids-are-long-enough'],
      apply: (seams) => {
        let last = BigInt(`0x7${randomBytes(15).toString('hex')}000`);
        const next: Change = (_token, _username, now) => {
          last += step === 0n ? BigInt(now % 7) + 1n : step;
          return last.toString(16);
        };
        changeId(seams, next);
        changeToken(seams, next);
      },
    }),
  ),
  {
    id: 'support/reference-ids-count-up',
    description: 'Reference ids are a count after what stays the same.',
    breaks: ['support-reference/ids-are-random'],
    since: '7.3.1',
    apply: (seams) => {
      let count = randomBytes(2).readUInt16BE();
      seams.success('VerifySupportUserTotp', (body, _call, { state }) => {
        const id = text(body, 'referenceId');
        if (id === undefined || !state.referenceIds.delete(id)) return body;
        count += 1;
        const referenceId = `ref-${count.toString(16).padStart(32, '0')}`;
        state.referenceIds.add(referenceId);
        state.issuedAt.set(referenceId, state.issuedAt.get(id) ?? 0);
        return { ...body, referenceId };
      });
    },
  },
  ...(
    [
      ['few-bits', '24 bits that are random, after others that are the same', 3, 17],
      ['repeated-bits', 'the same 40 bits four times', 5, 0],
    ] as const
  ).map(
    ([slug, what, random, constant]): Fault => ({
      id: `totp/secrets-of-${slug}`,
      description: `TOTP secrets are ${what}.`,
      breaks: ['totp-key/secrets-are-random', 'support-totp/secrets-are-random'],
      apply: ({ rules }) => {
        const same = randomBytes(constant);
        rules.newSecret = () =>
          Buffer.concat([same, ...Array<Buffer>(constant === 0 ? 4 : 1).fill(randomBytes(random))]);
      },
    }),
  ),
  {
    id: 'login/tokens-are-counted',
    description: 'Access tokens are a letter and a count.',
    breaks: ['access-tokens/tokens-are-long-enough'],
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
    breaks: ['access-tokens/tokens-are-long-enough'],
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
      breaks: ['access/near-token-is-refused'],
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
