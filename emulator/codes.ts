import { type Call, Refusal, type World } from './call.js';
import type { MailCode, Owner, TotpKey, User } from './state.js';

/** Judges a code or a password. Too many consecutive wrong ones lock the account, which then answers 429. */
export function attempt(
  owner: Owner,
  world: World,
  judge: () => boolean,
  { attempts, lockMs } = world.rules.throttle,
): boolean {
  const { failures } = world.state;
  const now = world.clock.now();
  const record = failures.get(owner) ?? { count: 0, lockedUntil: 0 };
  if (record.lockedUntil > now) {
    const seconds = Math.ceil((record.lockedUntil - now) / 1000);
    throw new Refusal(world.rules.lockStatus, 'KTooManyAttempts', 'Too many wrong attempts.', {
      'retry-after': String(seconds),
    });
  }
  if (judge()) {
    failures.delete(owner);
    return true;
  }
  const count = record.count + 1;
  failures.set(owner, count < attempts ? { count, lockedUntil: 0 } : { count: 0, lockedUntil: now + lockMs });
  return false;
}

/** Tells whether a code is right for one of the keys and unused. Marks a right code as used. */
export function useTotpCode(code: string, keys: readonly TotpKey[], world: World): boolean {
  const { rules } = world;
  for (const key of keys) {
    const step = rules.stepOf(code, key, world.clock.now());
    if (step === undefined || rules.isReplay(step, key)) continue;
    key.acceptedSteps.add(step);
    return true;
  }
  return false;
}

export function useMailCode(code: string, owner: Owner, world: World): boolean {
  const now = world.clock.now();
  const entry = world.state.mailCodes.find((known) => world.rules.mailCodeFits(known, code, owner, now));
  if (entry === undefined) return false;
  entry.uses += 1;
  world.state.unusedMails.delete(owner);
  return true;
}

export function useLoginCode(user: User, otpType: string, code: string, world: World): boolean {
  return world.rules
    .kindsOf(otpType)
    .some((kind) =>
      kind === 'totp'
        ? useTotpCode(code, world.rules.loginKeys(user, world), world)
        : useMailCode(code, user.username, world),
    );
}

function countMail(owner: Owner, { state, rules, clock }: World): void {
  const { mails, windowMs } = rules.mailLimit;
  const now = clock.now();
  const known = state.unusedMails.get(owner);
  const record = known === undefined || known.since + windowMs <= now ? { count: 0, since: now } : known;
  if (record.count >= mails) {
    const seconds = Math.ceil((record.since + windowMs - now) / 1000);
    throw new Refusal(429, 'KTooManyMails', 'Too many codes were mailed. Try again later.', {
      'retry-after': String(seconds),
    });
  }
  state.unusedMails.set(owner, { ...record, count: record.count + 1 });
}

/** Returns before the mail is delivered. @throws Refusal 429 after too many mails without use of a code */
export function mailNewCode(owner: Owner, address: string, call: Call, world: World): void {
  countMail(owner, world);
  mailUncounted(owner, address, call, world);
}

export function mailUncounted(owner: Owner, address: string, call: Call, world: World): void {
  const { rules, state, clock } = world;
  if (!rules.mailsNow(owner, world)) return;
  const entry: MailCode = { owner, code: rules.newMailCode(world, owner), issuedAt: clock.now(), uses: 0 };
  const kept = rules.mailCode.newerVoidsOlder
    ? state.mailCodes.filter((other) => other.owner !== owner)
    : state.mailCodes;
  state.mailCodes = [...kept, entry];
  const message = rules.compose(entry.code);
  for (const recipient of rules.recipients(address, call, world)) {
    world.mailer.send(recipient, message, rules.mailCode.delayMs);
    const { copyMs } = rules.mailCode;
    if (copyMs !== undefined) world.mailer.send(recipient, message, copyMs);
  }
}

export function voidMailCodes(owner: Owner, world: World): void {
  world.state.mailCodes = world.state.mailCodes.filter((entry) => entry.owner !== owner);
}

/** The owner of wrong passwords. Unknown names have one too, or locks would reveal which users exist. */
export function passwordOf(username: string | undefined): string {
  return `password of ${username}`;
}
