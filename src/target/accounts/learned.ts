import { objectOf, shapedLike, shapes } from '../../base/shape.js';
import { accountRoles } from '../../input/target-file/allow.js';
import type { AccountRole, Target } from '../../input/target-file/target.js';
import type { Belief, TargetModel } from '../beliefs/target-model.js';

/** The two ways to log in; on one cluster at one time only one of them may be open. */
export const loginWays = ['sessions', 'tokens'] as const;
export type LoginWay = (typeof loginWays)[number];

export const wayNames: Readonly<Record<LoginWay, string>> = {
  sessions: 'POST /users/sessions',
  tokens: 'POST /access-tokens',
};

/** What a session of a user who is fully logged in was answered, by operation: a status, and an errorCode. */
export interface Opens {
  readonly support: string;
  readonly config: string;
  /** Of GET /security-config, which has nothing to do with MFA, and which not every target has. */
  readonly outside: string;
}

/** What was learnt of one account of the target file before anything is judged. Holds no secret. */
export interface AccountProof {
  /** Its password was accepted. Null: it could not be tried. */
  readonly letIn: boolean | null;
  /** While cluster MFA is off the password alone logs in. Null: it could not be tried. */
  readonly passwordAlone: boolean | null;
  /** Null: no session of it was seen. */
  readonly opens: Opens | null;
  /** Codes are mailed to it. Null: it could not be tried. */
  readonly mailedCodes: boolean | null;
  /** What is wrong with it, as sentences to the author of the target file; empty where nothing is. */
  readonly problems: readonly string[];
}

export interface Learned {
  /** Ways to log in that the target doesn't have open now, and by what that was told. */
  readonly unavailable: { readonly [Way in LoginWay]?: string };
  readonly accounts: { readonly [Role in AccountRole]?: AccountProof };
  /** So many sessions a user may have, where that is fewer than the suite would open; else null. */
  readonly sessionLimit: number | null;
  /** Why no mail can be judged; null where one came, or none was asked for. */
  readonly mailSilent: string | null;
  /** Why support MFA is not switched on by e-mail: mails came, and none held a code; else null. */
  readonly mailCodeless: string | null;
  /** Codes are mailed to users only while cluster MFA is on with `email`. */
  readonly mailWhileOnOnly: boolean;
}

const { text, number, flag, listOf, orNull } = shapes;

const proof = objectOf<AccountProof>({
  letIn: orNull(flag),
  passwordAlone: orNull(flag),
  opens: orNull(objectOf<Opens>({ support: text, config: text, outside: text })),
  mailedCodes: orNull(flag),
  problems: listOf(text),
});

/** Read from the log of the run. */
const isLearned = shapedLike<Learned>(
  objectOf<Learned>({
    unavailable: objectOf<Learned['unavailable']>({ sessions: text, tokens: text }, loginWays),
    accounts: objectOf<Learned['accounts']>({ admin: proof, viewer: proof, other: proof }, accountRoles),
    sessionLimit: orNull(number),
    mailSilent: orNull(text),
    mailCodeless: orNull(text),
    mailWhileOnOnly: flag,
  }),
);

/** What the run has learned of the accounts. */
export const accountsIn = (model: TargetModel): Belief<Learned> => model.belief('accounts', isLearned);

/** Where nothing may be tried. */
export const nothingLearned: Learned = {
  unavailable: {},
  accounts: {},
  sessionLimit: null,
  mailSilent: null,
  mailCodeless: null,
  mailWhileOnOnly: false,
};

/** The way by which flows log in. */
export function openWay({ unavailable }: Pick<Learned, 'unavailable'>): LoginWay {
  return unavailable.sessions !== undefined && unavailable.tokens === undefined ? 'tokens' : 'sessions';
}

/** All that the author of the target file should hear. */
export function problemsIn({ accounts, mailSilent, mailCodeless }: Learned): string[] {
  const problems = Object.values(accounts).flatMap((proof) => proof?.problems ?? []);
  return [...problems, ...[mailSilent, mailCodeless].filter((problem) => problem !== null)];
}

/**
 * Why nothing should be judged: a password of the target file is refused, while that of another account is accepted.
 * Accounts of other domains may be under MFA always, which is no mistake.
 */
export function mistakeIn({ accounts }: Learned, target: Pick<Target, 'accounts'>): string | undefined {
  const proofs = Object.values(accounts);
  if (!proofs.some((proof) => proof?.letIn)) return undefined;
  const refused = accountRoles.filter(
    (role) => accounts[role]?.letIn === false && target.accounts[role]?.domain.toUpperCase() === 'LOCAL',
  );
  const problems = refused.flatMap((role) => accounts[role]?.problems ?? []);
  return problems.length === 0 ? undefined : problems.join(' ');
}
