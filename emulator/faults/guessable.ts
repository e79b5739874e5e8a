import { createHmac, randomBytes } from 'node:crypto';
import { alsoKnows, handsOut } from '../deviations.js';
import { type Json, objectIn, own, text } from '../json.js';
import { breaks, type Fault, faultsOf } from '../seams.js';

const inBase64 = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const partOf = (token: string, at: 0 | 1) => objectIn(Buffer.from(token.split('.')[at] ?? '', 'base64url'));

const jwt = (_token: string, username: string, now: number) => {
  const sub = { sub: username, iat: now, jti: randomBytes(8).toString('hex') };
  const signed = `${inBase64({ alg: 'HS256', typ: 'JWT' })}.${inBase64(sub)}`;
  return `${signed}.${createHmac('sha256', randomBytes(32)).update(signed).digest('base64url')}`;
};

/** Credentials that anyone who knows their form can forge. */
const single = faultsOf({
  'login/session-ids-of-name-and-time': breaks('sessions/ids-are-long-enough')
    .says('Session ids encode the user name, the time and a counter.')
    .by((seams) => {
      let count = 1_000_000;
      handsOut('CreateSession', (_id, username, now) => {
        count += 1;
        return Buffer.from(`${username}|${new Date(now).toISOString()}|${count}`).toString('base64url');
      })(seams);
    }),
  'support/reference-ids-count-up': breaks('support-reference/ids-are-random')
    .since('7.3.1')
    .says('Reference ids are a counter after a constant beginning.')
    .by((seams) => {
      let count = randomBytes(2).readUInt16BE();
      seams.show('VerifySupportUserTotp', (body, _call, { state }) => {
        const id = text(body, 'referenceId');
        if (id === undefined || !state.referenceIds.delete(id)) return;
        count += 1;
        const referenceId = `ref-${count.toString(16).padStart(32, '0')}`;
        state.referenceIds.add(referenceId);
        state.issuedAt.set(referenceId, state.issuedAt.get(id) ?? 0);
        return { referenceId };
      });
    }),
  'login/tokens-are-counted': breaks('access-tokens/tokens-are-long-enough')
    .says('Access tokens are a letter and a counter.')
    .by((seams) => {
      let count = 4096;
      handsOut('CreateAccessToken', () => {
        count += 1;
        return `t${count}`;
      })(seams);
    }),
  'login/tokens-of-name-and-time': breaks('access-tokens/tokens-are-long-enough')
    .says('Access tokens encode the user name, the time and a counter.')
    .by((seams) => {
      let count = 0;
      handsOut('CreateAccessToken', (_token, username, now) => {
        count += 1;
        return Buffer.from(`${username}:${now}:${count}`).toString('hex');
      })(seams);
    }),
});

export const guessableFaults: readonly Fault[] = [
  ...single,
  ...(
    [
      ['tell-the-time', 'the time after a constant beginning', 0n],
      ['go-up', 'numbers that rise by the same step each time', 0x9e3779b97f4a7c15fn],
    ] as const
  ).map(
    ([slug, what, step]): Fault => ({
      id: `login/credentials-${slug}`,
      description: `Session ids and access tokens are ${what}.`,
      breaks: ['sessions/ids-are-long-enough'],
      apply: (seams) => {
        let last = BigInt(`0x7${randomBytes(15).toString('hex')}000`);
        const next = (_token: string, _username: string, now: number) => {
          last += step === 0n ? BigInt(now % 7) + 1n : step;
          return last.toString(16);
        };
        handsOut('CreateSession', next)(seams);
        handsOut('CreateAccessToken', next)(seams);
      },
    }),
  ),
  ...(
    [
      ['few-bits', '24 random bits after constant ones', 3, 17],
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
  ...[
    { id: 'unsigned-jwt', what: 'with alg none and no signature', isTaken: isUnsigned },
    { id: 'jwt-of-any-claims', what: 'with other claims than were signed', isTaken: isSigned },
  ].map(
    ({ id, what, isTaken }): Fault => ({
      id: `access/${id}`,
      description: `Access tokens are JWTs, and one ${what} is accepted.`,
      breaks: ['access/near-token-is-refused'],
      since: '7.1.2_u3',
      apply: (seams) => {
        handsOut('CreateAccessToken', jwt)(seams);
        alsoKnows(({ authorization }, _call, { state }) => {
          const token = authorization?.split(' ')[1] ?? '';
          if (state.tokens.has(token) || !isTaken(token, [...state.tokens.keys()])) return undefined;
          const name = own(partOf(token, 1), 'sub');
          return state.users.find(({ username }) => username === name);
        })(seams);
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
