import { objectOf, shapedLike, shapes } from '../../base/shape.js';
import type { ByRole, Target } from '../../input/target-file/target.js';
import type { Belief, TargetModel } from '../beliefs/target-model.js';

/** The ways to log in. A cluster may accept only one of them. */
export const loginWays = ['sessions', 'tokens'] as const;
export type LoginWay = (typeof loginWays)[number];

export const wayNames: Readonly<Record<LoginWay, string>> = {
  sessions: 'POST /users/sessions',
  tokens: 'POST /access-tokens',
};

/** The answers to a full session of a user: a status with an errorCode. */
export interface Opens {
  readonly support: string;
  readonly config: string;
  /** Of GET /security-config, which is not about MFA; some targets lack it. */
  readonly outside: string;
}

/** What the suite knows about an account of the target file before it judges. It holds no secret. */
export interface AccountProof {
  /** Whether the target accepts its password. Null, as below: the suite could not try it. */
  readonly letIn: boolean | null;
  /** Whether the password alone logs in while cluster MFA is off. */
  readonly passwordAlone: boolean | null;
  /** Null: the suite has seen no session. */
  readonly opens: Opens | null;
  /** Whether the target mails it codes. */
  readonly mailedCodes: boolean | null;
  /** Sentences for the author of the target file. */
  readonly problems: readonly string[];
}

export interface Learned {
  /** Closed ways to log in, each with the reason. */
  readonly unavailable: { readonly [Way in LoginWay]?: string };
  readonly accounts: ByRole<AccountProof>;
  /** The session limit of a user; null: the suite stays below it. */
  readonly sessionLimit: number | null;
  /** Why no mail can be judged; null: one came, or the suite asked for none. */
  readonly mailSilent: string | null;
  /** Why support MFA stays off by e-mail: mails came without codes; else null. */
  readonly mailCodeless: string | null;
  /** The target mails codes only while cluster MFA is on with `email`. */
  readonly mailWhileOnOnly: boolean;
}

const { text, number, flag, listOf, mapOf, orNull } = shapes;

const proof = objectOf<AccountProof>({
  letIn: orNull(flag),
  passwordAlone: orNull(flag),
  opens: orNull(objectOf<Opens>({ support: text, config: text, outside: text })),
  mailedCodes: orNull(flag),
  problems: listOf(text),
});

const isLearned = shapedLike<Learned>(
  objectOf<Learned>({
    unavailable: objectOf<Learned['unavailable']>({ sessions: text, tokens: text }, loginWays),
    accounts: mapOf(proof),
    sessionLimit: orNull(number),
    mailSilent: orNull(text),
    mailCodeless: orNull(text),
    mailWhileOnOnly: flag,
  }),
);

export const accountsIn = (model: TargetModel): Belief<Learned> => model.belief('accounts', isLearned);

export const nothingLearned: Learned = {
  unavailable: {},
  accounts: {},
  sessionLimit: null,
  mailSilent: null,
  mailCodeless: null,
  mailWhileOnOnly: false,
};

/** The way that flows use to log in. */
export function openWay({ unavailable }: Pick<Learned, 'unavailable'>): LoginWay {
  return unavailable.sessions !== undefined && unavailable.tokens === undefined ? 'tokens' : 'sessions';
}

export function problemsIn({ accounts, mailSilent, mailCodeless }: Learned): string[] {
  const problems = Object.values(accounts).flatMap((proof) => proof?.problems ?? []);
  return [...problems, ...[mailSilent, mailCodeless].filter((problem) => problem !== null)];
}

/**
 * Why a run should stop: the target refuses one account's password and accepts another's.
 * Accounts of other domains may always be under MFA, so they don't count.
 */
export function mistakeIn({ accounts }: Learned, target: Pick<Target, 'accounts'>): string | undefined {
  const proofs = Object.values(accounts);
  if (!proofs.some((proof) => proof?.letIn)) return undefined;
  const refused = Object.values(target.accounts).filter(
    ({ role, domain }) => accounts[role]?.letIn === false && domain.toUpperCase() === 'LOCAL',
  );
  const problems = refused.flatMap(({ role }) => accounts[role]?.problems ?? []);
  return problems.length === 0 ? undefined : problems.join(' ');
}
