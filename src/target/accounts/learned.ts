import { objectOf, type Shaped, shapes } from '../../base/shape.js';
import type { Target } from '../../input/target-file/target.js';
import type { Belief, TargetModel } from '../beliefs/target-model.js';

/** The ways to log in. Some clusters close one of them. */
export const loginWays = ['sessions', 'tokens'] as const;
export type LoginWay = (typeof loginWays)[number];

export const wayNames: Readonly<Record<LoginWay, string>> = {
  sessions: 'POST /users/sessions',
  tokens: 'POST /access-tokens',
};
export const loginOperations = { sessions: 'CreateSession', tokens: 'CreateAccessToken' } as const;

const { text, number, flag, listOf, mapOf, orNull } = shapes;

/** How the target answers reads in a user's full session: each is a status, followed by the errorCode of a refusal. */
const opens = objectOf({
  support: text,
  config: text,
  /** The answer to GET /security-config, which is not about MFA. Some targets lack this operation. */
  outside: text,
});
export type Opens = Shaped<typeof opens>;

/** Facts about an account of the target file, learned before the tests. They hold no secret. */
const accountProof = objectOf({
  /** Whether the password logs in while MFA is off. Here and below, null means that it could not be tried. */
  letIn: orNull(flag),
  opens: orNull(opens),
  mailedCodes: orNull(flag),
  problems: listOf(text),
});
export type AccountProof = Shaped<typeof accountProof>;

const isLearned = objectOf({
  unavailable: objectOf({ sessions: text, tokens: text }, loginWays),
  accounts: mapOf(accountProof),
  /** The session limit of a user. Null if unknown: then the suite opens few sessions. */
  sessionLimit: orNull(number),
  /** Why the suite can't judge mails: none arrived, or it can't tell which text is the code. Otherwise null. */
  mailSilent: orNull(text),
  /** Why support MFA by e-mail stays off: mails arrived without readable codes. Otherwise null. */
  mailCodeless: orNull(text),
  mailWhileOnOnly: flag,
});
export type Learned = Shaped<typeof isLearned>;

export const accountsIn = (model: TargetModel): Belief<Learned> => model.belief('accounts', isLearned);

export const nothingLearned: Learned = {
  unavailable: {},
  accounts: {},
  sessionLimit: null,
  mailSilent: null,
  mailCodeless: null,
  mailWhileOnOnly: false,
};

export function openWay({ unavailable }: Pick<Learned, 'unavailable'>): LoginWay {
  return unavailable.sessions !== undefined && unavailable.tokens === undefined ? 'tokens' : 'sessions';
}

export function whyWayClosed({ unavailable }: Pick<Learned, 'unavailable'>, way: LoginWay) {
  const why = unavailable[way];
  return why === undefined ? undefined : `${wayNames[way]} is closed on the target: ${why}`;
}

export function problemsIn({ accounts, mailSilent, mailCodeless }: Learned): string[] {
  const problems = Object.values(accounts).flatMap((proof) => proof?.problems ?? []);
  return [...problems, ...[mailSilent, mailCodeless].filter((problem) => problem !== null)];
}

/** Returns why a run must stop: the target refuses some LOCAL passwords and accepts others. */
export function mistakeIn({ accounts }: Learned, target: Pick<Target, 'accounts'>): string | undefined {
  const proofs = Object.values(accounts);
  if (!proofs.some((proof) => proof?.letIn)) return undefined;
  const refused = Object.values(target.accounts).filter(
    ({ role, domain }) => accounts[role]?.letIn === false && domain.toUpperCase() === 'LOCAL',
  );
  const problems = refused.flatMap(({ role }) => accounts[role]?.problems ?? []);
  return problems.length === 0 ? undefined : problems.join(' ');
}
