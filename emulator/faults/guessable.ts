import { createHmac, randomBytes } from 'node:crypto';
import { alsoKnows, handsOut } from '../deviations.js';
import { type Json, objectIn, own, text } from '../json.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';

const inBase64 = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const partOf = (token: string, at: 0 | 1) => objectIn(Buffer.from(token.split('.')[at] ?? '', 'base64url'));

const jwt = (_token: string, username: string, now: number) => {
  const sub = { sub: username, iat: now, jti: randomBytes(8).toString('hex') };
  const signed = `${inBase64({ alg: 'HS256', typ: 'JWT' })}.${inBase64(sub)}`;
  return `${signed}.${createHmac('sha256', randomBytes(32)).update(signed).digest('base64url')}`;
};

/** Session ids and access tokens rise by `step`; without `step`, by 1 to 7, as the time decides. */
function handsOutRising(seams: Seams, step?: bigint): void {
  let last = BigInt(`0x7${randomBytes(15).toString('hex')}000`);
  const next = (_token: string, _username: string, now: number) => {
    last += step ?? BigInt(now % 7) + 1n;
    return last.toString(16);
  };
  handsOut(seams, 'CreateSession', next);
  handsOut(seams, 'CreateAccessToken', next);
}

function makesSecrets({ rules }: Seams, random: number, times: number, constant = 0): void {
  const same = randomBytes(constant);
  rules.newSecret = () => Buffer.concat([same, ...Array<Buffer>(times).fill(randomBytes(random))]);
}

/** Access tokens are JWTs. If `isTaken` accepts a token that the target did not issue, the target accepts it. */
function takesForged(seams: Seams, isTaken: (token: string, issued: readonly string[]) => boolean): void {
  handsOut(seams, 'CreateAccessToken', jwt);
  alsoKnows(seams, ({ authorization }, _call, { state }) => {
    const token = authorization?.split(' ')[1] ?? '';
    if (state.tokens.has(token) || !isTaken(token, [...state.tokens.keys()])) return undefined;
    const name = own(partOf(token, 1), 'sub');
    return state.users.find(({ username }) => username === name);
  });
}

const areRandom = ['totp-key/secrets-are-random', 'support-totp/secrets-are-random'];

export const guessableFaults: readonly Fault[] = faultsOf({
  'keys/secrets-are-hexadecimal-text': breaks(...areRandom)
    .says('TOTP secrets are 20 hexadecimal digits in ASCII, which have 80 random bits.')
    .rules(() => ({ newSecret: () => Buffer.from(randomBytes(10).toString('hex')) })),
  'login/session-ids-of-name-and-time': breaks('sessions/ids-are-long-enough')
    .says('Session ids encode the user name, the time and a counter.')
    .by((seams) => {
      let count = 1_000_000;
      handsOut(seams, 'CreateSession', (_id, username, now) => {
        count += 1;
        return Buffer.from(`${username}|${new Date(now).toISOString()}|${count}`).toString('base64url');
      });
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
      handsOut(seams, 'CreateAccessToken', () => {
        count += 1;
        return `t${count}`;
      });
    }),
  'login/tokens-of-name-and-time': breaks('access-tokens/tokens-are-long-enough')
    .says('Access tokens encode the user name, the time and a counter.')
    .by((seams) => {
      let count = 0;
      handsOut(seams, 'CreateAccessToken', (_token, username, now) => {
        count += 1;
        return Buffer.from(`${username}:${now}:${count}`).toString('hex');
      });
    }),
  'login/credentials-tell-the-time': breaks('sessions/ids-are-long-enough')
    .says('Session ids and access tokens are the time after a constant beginning.')
    .with(handsOutRising),
  'login/credentials-go-up': breaks('sessions/ids-are-long-enough')
    .says('Session ids and access tokens are numbers that rise by the same step each time.')
    .with(handsOutRising, 0x9e3779b97f4a7c15fn),
  'totp/secrets-of-few-bits': breaks(...areRandom)
    .says('TOTP secrets are 24 random bits after constant ones.')
    .with(makesSecrets, 3, 1, 17),
  'totp/secrets-of-repeated-bits': breaks(...areRandom)
    .says('TOTP secrets are the same 40 bits four times.')
    .with(makesSecrets, 5, 4),
  'access/unsigned-jwt': breaks('access/near-token-is-refused')
    .since('7.1.2_u3')
    .says('Access tokens are JWTs, and one with alg none and no signature is accepted.')
    .with(takesForged, isUnsigned),
  'access/jwt-of-any-claims': breaks('access/near-token-is-refused')
    .since('7.1.2_u3')
    .says('Access tokens are JWTs, and one with other claims than were signed is accepted.')
    .with(takesForged, isSigned),
});

function isUnsigned(token: string): boolean {
  return own(partOf(token, 0), 'alg') === 'none' && token.split('.')[2] === '';
}

function isSigned(token: string, known: readonly string[]): boolean {
  const signature = token.split('.')[2];
  return known.some((other) => other.split('.')[2] === signature);
}
