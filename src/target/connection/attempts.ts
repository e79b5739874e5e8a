import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { NotAllowedError } from '../../base/errors.js';
import { makeFolder, overwriteFile } from '../../base/files.js';
import { jsonOf, objectOf, type Shaped, shapes } from '../../base/shape.js';
import { memberOf, textIn, textOf } from '../../contract/judging/body.js';
import { type OperationId, operationRow } from '../../contract/openapi/operations.js';
import { effectiveAllow } from '../../input/target-file/allow.js';
import type { Account, Target } from '../../input/target-file/target.js';
import type { Credential } from '../../wire/http/credential.js';
import type { Answered, Call, Link } from './call.js';

/** The most consecutive failures on one account. Targets lock after five: a person may make mistakes too. */
const budget = 3;

/** The limit for attempts that are probably right. It allows one failure more, because a success resets the count. */
const budgetOfRight = 4;

/** Targets reset an account's failures after minutes to a day, even without a success. Older counts don't matter. */
const forgottenAfterMs = 24 * 60 * 60 * 1000;

type Said = Pick<Answered, 'status' | 'body'>;

export const supportUser = 'supportUser';

export class Attempts {
  readonly #failed = new Map<string, number>();
  readonly #accounts: readonly Account[];
  readonly #isLimited: boolean;
  readonly #isToldToLock: boolean;
  /** For each session or token: its account, and how many consecutive failures the account had before that login. */
  readonly #begun = new Map<string, Begun>();

  /** Accounts whose passwords the target accepted, in this run or in an earlier run that ended with failures. */
  readonly #letIn = new Set<string>();

  /** All failures of this run, by account. A lock may count all of them, even if successes came in between. */
  readonly #all = new Map<string, number>();
  #countsAll = false;

  /** Accounts that may be locked: the target refused a login although it had accepted the same one before. */
  readonly #unsure = new Set<string>();

  readonly #others: Readonly<Record<string, Count>>;

  /** @param file keeps the counts after this run, because the target continues to count */
  constructor(
    target: Target,
    private readonly file: string,
  ) {
    this.#accounts = Object.values(target.accounts);
    this.#isLimited = !effectiveAllow(target.allow).lockOut;
    this.#isToldToLock = target.limits.lockMinutes !== undefined;
    const counts = new Map(read(file));
    for (const who of [...this.#accounts.map(({ role }) => role), supportUser]) {
      const name = this.#nameOf(who);
      this.#failed.set(who, counts.get(name)?.count ?? 0);
      if (counts.get(name)?.letIn === true) this.#letIn.add(who);
      counts.delete(name);
    }
    this.#others = Object.fromEntries(counts);
  }

  readonly link: Link = async (call, next) => {
    const who = this.#whose(call);
    this.#check(who, call);
    const answer = await next(call);
    this.#note(who ?? judgedAsCode(call, answer), call, answer);
    return answer;
  };

  /** Records a session that another process of the run opened, because requests in it count as attempts too. */
  takenOver(session: string, who: string): void {
    this.#begun.set(session, { who, failed: this.#failed.get(who) ?? 0 });
  }

  /** Tells whether one more failure would use up the limit: then a right login should come first. */
  isNearLimit = (who: string): boolean => (this.#failed.get(who) ?? 0) >= budget - 1;

  mayHaveLocked = (who: string): boolean => (this.#failed.get(who) ?? 0) >= budget;

  /** Like {@link isNearLimit}, but true only if a lock would do harm. Then a right login is worth even a wait. */
  mightLock(who: string): boolean {
    // A lock of the support user refuses right and wrong codes alike, so tests of refusals would prove nothing.
    const isHarmful = this.#isLimited || (this.#isToldToLock && who === supportUser);
    return isHarmful && this.isNearLimit(who);
  }

  /** Tells whether the account has failures while locks are forbidden. A person's own mistakes would add to them. */
  hasSeries = (who: string): boolean => this.#isLimited && (this.#failed.get(who) ?? 0) > 0;

  /** Call this if the target refused a right login that it accepted before: the account may be locked. */
  rightWasRefused(who: string): void {
    if ((this.#all.get(who) ?? 0) <= budget) return;
    this.#unsure.add(who);
    this.#countsAll = true;
  }

  mayBeLocked = (who: string): boolean => this.#unsure.has(who);

  wasLetIn = (who: string): boolean => this.#letIn.has(who);

  #check(who: string | undefined, call: Call): void {
    if (who === undefined || !this.#isLimited) return;
    const isRight = call.options.expects === 'accepted';
    // The suite must always be able to switch off support MFA that it switched on.
    if (isRight && who === supportUser) return;
    const consecutive = this.#failedBefore(who, call);
    if (consecutive >= (isRight ? budgetOfRight : budget))
      throw new NotAllowedError(
        `might lock ${who}, after ${consecutive} consecutive failed attempts: allow.lockOut is not true`,
      );
    const all = this.#all.get(who) ?? 0;
    if (!isRight && this.#countsAll && all >= budget)
      throw new NotAllowedError(
        `might lock ${who}, after ${all} failed attempts in this run: a right login of ${[...this.#unsure].join(', ') || 'another account'} ` +
          'was refused after earlier ones had succeeded, perhaps by a lock that counts all failures of some minutes; allow.lockOut is not true',
      );
  }

  #note(who: string | undefined, call: Call, answer: Said): void {
    if (who === undefined) return;
    const count = this.#failed.get(who) ?? 0;
    const handedOut = textOf(answer.body, 'sessionId') ?? textOf(answer.body, 'accessToken');
    if (handedOut !== undefined) this.#begun.set(handedOut, { who, failed: count });
    const failed = this.#hasFailed(call, answer);
    // A mailed code shows only that the password was right, so the count of wrong codes continues.
    if (failed === undefined || (call.operation === 'CreateEmailOtp' && !failed)) return;
    if (!failed && this.#accountOf(call.json) !== undefined) this.#letIn.add(who);
    this.#failed.set(who, failed ? this.#failedBefore(who, call) + 1 : 0);
    if (failed) this.#all.set(who, (this.#all.get(who) ?? 0) + 1);
    else this.#unsure.delete(who);
    if (failed || count > 0) this.#keep();
  }

  /** In a pending session, also counts the failures before its login, because opening one resets no count. */
  #failedBefore(who: string, { operation, credential }: Call): number {
    const begun = triedBy(operation) === 'begunLogin' ? this.#loginOf(credential) : undefined;
    return Math.max(this.#failed.get(who) ?? 0, begun?.failed ?? 0);
  }

  #hasFailed({ operation, json, credential }: Call, { status, body }: Said): boolean | undefined {
    // A target doesn't count requests that it can't read or that it refuses for other reasons.
    if (status >= 500 || [404, 405, 413, 415, 423, 429].includes(status)) return undefined;
    if (this.#accountOf(json) !== undefined && isForWantOfRoom({ status, body })) return undefined;
    const tries = triedBy(operation);
    if (status >= 400) {
      // If the target can't mail codes now, it refuses a right password without counting a failed attempt.
      if (operation === 'CreateEmailOtp' && status !== 401 && this.#isRight(json)) return undefined;
      // A target refuses an unauthorised caller before it checks a code.
      const isOfSupportUser = tries === 'totpCode' || tries === 'mfaCode';
      return isOfSupportUser && [401, 403].includes(status) && !this.#isKnown(credential) ? undefined : true;
    }
    if (operation === 'VerifySupportUserTotp') return memberOf(body, 'success') !== true;
    if (operation === 'VerifyUserOtp') return false;
    // Some targets answer a wrong password with success, to hide which accounts exist.
    return this.#accountOf(json) !== undefined && !this.#isRight(json);
  }

  #isRight(json: unknown): boolean {
    const password = this.#accountOf(json)?.password?.reveal();
    return password !== undefined && textOf(json, 'password') === password;
  }

  /** Returns the role of the account whose secret a request tries; undefined for accounts outside the target file. */
  #whose({ operation, json, credential }: Call): string | undefined {
    switch (triedBy(operation)) {
      case 'account':
        // A target may also count malformed passwords.
        return this.#accountOf(json)?.role;
      case 'totpCode':
        return /^\d{6,8}$/.test(textOf(json, 'totpCode') ?? '') ? supportUser : undefined;
      case 'begunLogin':
        return this.#loginOf(credential)?.who;
      case 'mfaCode':
        return textOf(json, 'mfaCode') === undefined ? undefined : supportUser;
      case undefined:
        return undefined;
    }
  }

  #loginOf(credential: Credential): Begun | undefined {
    if (credential.scheme === 'SessionIdHeader') return this.#begun.get(credential.id.reveal());
    return credential.scheme === 'Bearer' ? this.#begun.get(credential.token.reveal()) : undefined;
  }

  #isKnown(credential: Credential): boolean {
    if (credential.scheme !== 'APIKeyHeader') return this.#loginOf(credential) !== undefined;
    return this.#accounts.some(({ apiKey }) => apiKey?.reveal() === credential.key.reveal());
  }

  #accountOf(json: unknown): Account | undefined {
    const name = nameIn(memberOf(json, 'username'));
    return name === undefined
      ? undefined
      : this.#accounts.find(({ username = '' }) => username !== '' && plain(username) === plain(name));
  }

  #keep(): void {
    const failed = [...this.#failed].filter(([, count]) => count > 0);
    const at = Date.now();
    // If locks are allowed, the file holds the limit at most, so that the next run may try a login.
    const most = this.#isLimited ? Number.POSITIVE_INFINITY : budget;
    const own = failed.map(
      ([who, count]) =>
        [this.#nameOf(who), { count: Math.min(count, most), at, letIn: this.#letIn.has(who) }] as const,
    );
    const counts = { ...this.#others, ...Object.fromEntries(own) };
    try {
      if (Object.keys(counts).length === 0) rmSync(this.file, { force: true });
      else {
        makeFolder(dirname(this.file), 0o700);
        overwriteFile(this.file, JSON.stringify(counts));
      }
    } catch {
      // If the file can't be written, the counts of this process still hold.
    }
  }

  /** Counts are kept by user name, because two target files may give one user different roles. */
  #nameOf(who: string): string {
    return this.#accounts.find(({ role }) => role === who)?.username?.toLowerCase() ?? who;
  }
}

function triedBy(operation: OperationId | null) {
  return operation === null ? 'account' : operationRow(operation).tries;
}

/** Returns the user name in a login. A target may take the first value of a list or object as the name. */
function nameIn(given: unknown): string | undefined {
  const [first]: unknown[] = typeof given === 'object' && given !== null ? Object.values(given) : [given];
  return textIn(first);
}

/** Brings a name into one form: targets may treat a name in capitals, full-width letters or with spaces as the same. */
function plain(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/[\s\0]/g, '')
    .toLowerCase();
}

interface Begun {
  readonly who: string;
  readonly failed: number;
}

/** Counts of older versions have no `letIn`. */
const counted = objectOf({ count: shapes.number, at: shapes.number, letIn: shapes.flag }, ['letIn']);
type Count = Shaped<typeof counted>;
const isCounts = shapes.mapOf(counted);

function read(file: string): [name: string, count: Count][] {
  if (!existsSync(file)) return [];
  // The file is empty if a kill cut it off.
  const counts = jsonOf(readFileSync(file, 'utf8'), isCounts) ?? {};
  return Object.entries(counts).filter(
    ([, { count, at }]) => count > 0 && Date.now() - at < forgottenAfterMs,
  );
}

/** Returns the support user if the target judged a malformed code, and so may have counted a failure. */
function judgedAsCode({ operation, json }: Call, { status }: Pick<Answered, 'status'>): string | undefined {
  const isJudged = operation === 'VerifySupportUserTotp' && status < 300;
  return isJudged && memberOf(json, 'totpCode') !== undefined ? supportUser : undefined;
}

/** Tells whether a login was refused because its user has too many sessions. Such a refusal counts as no failure. */
export function isForWantOfRoom({ status, body }: Said): boolean {
  if (status < 400) return false;
  const said = `${textOf(body, 'errorCode') ?? ''} ${textOf(body, 'message') ?? ''}`;
  // Locks word their refusals alike, and such a refusal does follow failures.
  if (/attempt|\block/i.test(said)) return false;
  return /sessions?/i.test(said) && /limit|max(?:imum)?\b|too many|exceed/i.test(said);
}
