import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Call, Credentials, Rules, WireAnswer, World } from './call.js';
import { type Json, type JsonObject, own, text } from './json.js';
import type { Seams, Which } from './seams.js';
import type { MailCode, Owner, State, SupportMfa, TotpKey, User } from './state.js';
import { hotp, stepAt } from './totp.js';

type IsFree = (body: JsonObject, call: Call, world: World) => boolean;

/** If `isFree` accepts a login, it needs no code. */
export function asksNoCode(seams: Seams, isFree: IsFree): void {
  const isFreed = seams.noted('CreateSession', isFree);
  const { asksForCode } = seams.rules;
  seams.rules.asksForCode = (user, world) => !isFreed() && asksForCode(user, world);
}

/** Like {@link asksNoCode}, for logins whose bodies the target would refuse as invalid. */
export const asksNoCodeUnchecked = (seams: Seams, isFree: IsFree) =>
  asksNoCode(seams, (body, call, world) => {
    const isFreed = isFree(body, call, world);
    if (isFreed) call.skip.add('checks');
    return isFreed;
  });

/** @returns a function after whose call logins need no code until one without a code has opened a session */
export function freesNextLogin(seams: Seams): () => void {
  let isFree = false;
  seams.wrap('asksForCode', (asksForCode, ...login) => !isFree && asksForCode(...login));
  seams.answer('CreateSession', ({ status }, { body }) => {
    if (status < 300 && text(body, 'otpCode') === undefined) isFree = false;
  });
  return () => {
    isFree = true;
  };
}

interface Change {
  readonly given: string | undefined;
  readonly body: JsonObject;
  readonly call: Call;
  readonly before: SupportMfa;
  readonly wanted: SupportMfa;
  readonly world: World;
}

/** If `isFree` accepts a change of support MFA, it needs no right mfaCode. */
export function changesFreely(seams: Seams, isFree: (change: Change) => boolean): void {
  const asked = seams.noted('UpdateSupportMFAConfig', (body, call) => ({
    given: text(body, 'mfaCode'),
    body,
    call,
  }));
  const { needsMfaCode } = seams.rules;
  seams.rules.needsMfaCode = (before, wanted, world) => {
    const request = asked();
    const isFreed = request !== undefined && isFree({ ...request, before, wanted, world });
    return !isFreed && needsMfaCode(before, wanted, world);
  };
}

/** If `isFree` accepts a change that switches support MFA off, it needs no right mfaCode. */
export const disablesFreely = (seams: Seams, isFree: (change: Change) => boolean) =>
  changesFreely(seams, (change) => change.before.enabled && !change.wanted.enabled && isFree(change));

/** If `isRight` accepts a code, POST /support-user/verify-totp accepts it too. */
export function verifyAlso(
  seams: Seams,
  isRight: (code: string, now: SupportMfa, world: World) => boolean,
): void {
  seams.answer('VerifySupportUserTotp', (_answer, call, world) => {
    const code = text(call.body, 'totpCode') ?? '';
    const mayVerify = call.caller?.privileges.includes('CLUSTER_MODIFY') ?? false;
    return mayVerify && isRight(code, world.state.support, world) && { status: 200, body: { success: true } };
  });
}

/** Counts the calls under way. Each is so for a moment longer than its handling takes. */
export function countsOpen(seams: Seams, which: Which): () => number {
  let open = 0;
  seams.input(which, () => {
    open += 1;
  });
  seams.answer(which, async () => {
    await pause(25);
    open -= 1;
  });
  return () => open;
}

/** A new address leaves the old one in force. @param claims gets the address to show in the answer */
export function keepsAddress(seams: Seams, claims?: (email: string, world: World) => void): void {
  const isByMail = ({ enabled, mfaType }: SupportMfa) => enabled && mfaType === 'email';
  let wish: string | null = null;
  seams.wrap('storeSupport', (storeSupport, before, wanted, world) => {
    const stays = isByMail(before) && isByMail(wanted) && before.email !== wanted.email;
    wish = stays ? wanted.email : null;
    return storeSupport(before, stays ? { ...wanted, email: before.email } : wanted, world);
  });
  if (claims === undefined) return;
  seams.success('UpdateSupportMFAConfig', (body, _call, world) => {
    if (wish === null) return;
    claims(wish, world);
    return { ...body, email: wish };
  });
}

/** If a request has no known credentials, `who` decides which user sent it. */
export const alsoKnows = (
  seams: Seams,
  who: (credentials: Credentials, call: Call, world: World) => User | undefined,
) => seams.wrap('identify', (identify, ...asked) => identify(...asked) ?? who(...asked));

const handedOut = { CreateSession: 'sessionId', CreateAccessToken: 'accessToken' } as const;

/** Logins return other session ids or access tokens, made by `change`. The target then refuses the original ones. */
export function handsOut(
  seams: Seams,
  operation: keyof typeof handedOut,
  change: (id: string, username: string, now: number) => string,
): void {
  seams.success(operation, (body, _call, { state, clock }) => {
    const known = operation === 'CreateSession' ? state.sessions : state.tokens;
    const id = text(body, handedOut[operation]) ?? '';
    const user = known.get(id);
    if (user === undefined) return;
    const other = change(id, user.username, clock.now());
    known.delete(id);
    known.set(other, user);
    state.issuedAt.set(other, clock.now());
    return { ...body, [handedOut[operation]]: other };
  });
}
export type Handed = 'sessionId' | 'accessToken';

/** Answers show session ids or access tokens in another form. `read` restores the original value from a request. */
export function shownAs(
  seams: Seams,
  property: Handed,
  show: (value: string) => string,
  read: (shown: string) => string,
): void {
  seams.success(['CreateSession', 'CreateAccessToken'], (body) => {
    const value = text(body, property);
    return value === undefined ? undefined : { ...body, [property]: show(value) };
  });
  seams.wrap('identify', (identify, credentials, call, world) => {
    const known = { ...credentials };
    if (property === 'sessionId' && known.sessionId !== undefined) known.sessionId = read(known.sessionId);
    if (property === 'accessToken' && known.authorization !== undefined)
      known.authorization = known.authorization.replace(/(?<= ).*$/, (token) => read(token));
    return identify(known, call, world);
  });
}

export function replaces(seams: Seams, which: Which, status: number, by: Partial<Answer>): void {
  seams.answer(which, (answer) => answer.status === status && structuredClone(by));
}

/** Sends answers with this status as the bytes that {@link WireAnswer.raw} describes. */
export function sendsRaw(seams: Seams, which: Which, status: number, raw: Required<WireAnswer>['raw']): void {
  seams.wire(which, (answer) => answer.status === status && { raw });
}

/** Turns an answer into a web server's page. Keeps only Date of its header fields. */
export function page(answer: WireAnswer, status: number, type: string, content: string): void {
  const { date } = answer.headers;
  answer.status = status;
  answer.headers = { ...(date === undefined ? {} : { date }), 'content-type': type };
  answer.content = Buffer.from(content);
}

export function leavesOut(seams: Seams, name: string): void {
  seams.wire('any', (answer) => {
    answer.headers = Object.fromEntries(Object.entries(answer.headers).filter(([each]) => each !== name));
  });
}

export const codeOf = ({ secret, parameters }: TotpKey, { clock }: Pick<World, 'clock'>, steps = 0): string =>
  hotp(secret, stepAt(clock.now(), parameters.period) + steps, parameters);

/** Makes a key with an empty secret. A faulty target uses it if a user's key is missing. */
export const emptyKey = ({ totp: { algorithm, digits, period } }: Pick<Rules, 'totp'>): TotpKey => ({
  id: '',
  name: null,
  owner: '',
  accountName: '',
  secret: Buffer.alloc(0),
  parameters: { algorithm, digits, period },
  acceptedSteps: new Set(),
});

export const keysOf = (owner: Owner | undefined, { userKeys }: State): readonly TotpKey[] =>
  userKeys.filter((key) => key.owner === owner);

export const mailedTo = (owner: Owner | undefined, { mailCodes }: State): readonly MailCode[] =>
  mailCodes.filter((code) => code.owner === owner);

export const rightCodes = ({ username }: User, kind: 'totp' | 'email', world: World): readonly string[] =>
  kind === 'email'
    ? mailedTo(username, world.state).map(({ code }) => code)
    : keysOf(username, world.state).map((key) => codeOf(key, world));

export const opened = (sessionId: string) => ({
  status: 201,
  headers: { 'cache-control': 'no-store' },
  body: { sessionId },
});

export function opensSession(user: User, { sessions }: State): ReturnType<typeof opened> {
  const sessionId = randomUUID();
  sessions.set(sessionId, user);
  return opened(sessionId);
}

/**
 * @param hand gets an id for each login that was refused because its code was missing, and changes the answer
 * @returns the users by these ids
 */
export function handsWithoutCode(
  seams: Seams,
  hand: (id: string, answer: Answer) => Partial<Answer>,
): ReadonlyMap<string | undefined, User> {
  const users = new Map<string | undefined, User>();
  seams.refusal('CreateSession', (answer, call, world) => {
    const user = userNamed(call.body, world);
    if (user === undefined || own(answer.body, 'errorCode') !== 'KOtpRequired') return;
    const id = randomUUID();
    users.set(id, user);
    return hand(id, answer);
  });
  return users;
}

export function userNamed(body: Json | undefined, { state }: World): User | undefined {
  const name = text(body, 'username');
  return state.users.find(({ username }) => username === name);
}
