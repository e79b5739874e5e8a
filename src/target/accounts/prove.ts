import { ArrangeError, NotAllowedError, returning, SuiteError } from '../../base/errors.js';
import { membersIn } from '../../base/shape.js';
import { textOf } from '../../contract/judging/body.js';
import { effectiveAllow, mayReplaceTotp } from '../../input/target-file/allow.js';
import { inOrderOfUse, type Target, usualSessionsPerUser } from '../../input/target-file/target.js';
import type { Credential } from '../../wire/http/credential.js';
import { codeless } from '../beliefs/target-model.js';
import type { Answer, Api } from '../connection/api.js';
import { keyOf } from '../connection/call.js';
import type { Connection } from '../connection/connection.js';
import {
  type AccountProof,
  accountsIn,
  type Learned,
  type LoginWay,
  loginOperations,
  loginWays,
  nothingLearned,
  wayNames,
} from './learned.js';
import { credentialIn, endSessions, isUsable, logIn, look, type MailUser, type User } from './log-in.js';
import { proveMail } from './mail-path.js';

/** Checks the accounts before any judgement: a wrong account is the target file's fault. */
export async function proveAccounts(connection: Connection, maySwitch = false): Promise<Learned> {
  const learned = await learn(connection, maySwitch);
  accountsIn(connection.model).learn(learned);
  const noCode = learned.mailSilent ?? learned.mailCodeless;
  if (noCode !== null) connection.model.text(codeless).learn(noCode);
  return learned;
}

async function learn(connection: Connection, maySwitch: boolean): Promise<Learned> {
  const users = usersOf(connection.target);
  const cluster = await connection.cluster();
  const found = await cluster.found();
  const mayChange = effectiveAllow(connection.target.allow).clusterMfa;
  if (found.enabled && !mayChange) {
    // Cluster MFA must stay on, so the suite can't try passwords without codes.
    const accounts = Object.fromEntries(users.map(({ role }) => [role, nothingProven]));
    return { ...nothingLearned, accounts };
  }
  // Logins may obey the switch later than GET shows it.
  if (found.enabled) await cluster.off().then(() => cluster.rest());
  try {
    return await prove(connection, users, maySwitch && mayChange);
  } finally {
    if (found.enabled) await cluster.giveBack(found);
  }
}

async function prove(connection: Connection, users: readonly User[], maySwitch: boolean): Promise<Learned> {
  const unavailable: Unavailable = {};
  const answered: Tried[] = [];
  // Accounts with failures come last: by then the suite knows the open way to log in.
  const failed = users.filter(({ role }) => connection.api.attempts.hasSeries(role));
  const inOrder = [...users.filter((user) => !failed.includes(user)), ...failed];
  for (const user of inOrder) answered.push(await tryPassword(connection, user, unavailable));
  const tried = withoutPending(answered);
  await learnTokens(connection, tried, unavailable);
  const cookies = whySessionsAreUnusable(connection, tried);
  if (cookies !== undefined) unavailable.sessions ??= cookies;
  const letIn = tried.flatMap(({ user, entered }) => (entered ? [{ user, session: entered.session }] : []));
  const { mailedCodes, ...mail } = await proveMail(connection, letIn, maySwitch);
  const accounts: Learned['accounts'] = Object.fromEntries(
    tried.map((one) => [one.user.role, proofOf(one, mailedCodes.get(one.user.role) ?? null, tried)]),
  );
  const sessionLimit = await learnSessionLimit(connection, tried);
  return { unavailable, accounts, sessionLimit, ...mail };
}

type Unavailable = { -readonly [Way in LoginWay]?: string };

interface Tried {
  readonly user: User;
  readonly entered?: {
    readonly way: LoginWay;
    readonly session: Credential | undefined;
    /** Whether the target set a cookie and returned no session id. */
    readonly byCookie: boolean;
    readonly opens: AccountProof['opens'];
  };
  readonly refusals: readonly string[];
  readonly error?: SuiteError;
}

async function tryPassword({ api }: Connection, user: User, unavailable: Unavailable): Promise<Tried> {
  const refused: { way: LoginWay; answer: Answer }[] = [];
  // If this password logged in before, it is worth the risk of a lock: a success resets the failures.
  const expects = api.attempts.wasLetIn(user.role) ? 'accepted' : 'refused';
  for (const way of loginWays) {
    if (unavailable[way] !== undefined) continue;
    const answer = await logIn(api, way, user, { expects }).catch(
      returning<SuiteError>(ArrangeError, NotAllowedError),
    );
    if (answer instanceof SuiteError) return { user, refusals: [answer.message], error: answer };
    if (answer.status >= 300) {
      refused.push({ way, answer });
      continue;
    }
    for (const before of refused) {
      const why = await whyUnavailable(api, before.way, before.answer);
      if (why !== undefined) unavailable[before.way] = why;
    }
    const session = credentialIn(answer);
    const opens = session === undefined ? null : await look(api, session);
    const byCookie = session === undefined && answer.headers['set-cookie'] !== undefined;
    return { user, entered: { way, session, byCookie, opens }, refusals: [] };
  }
  const refusals = refused.map(({ way, answer }) => `${wayNames[way]} answers ${answer.status}`);
  return { user, refusals };
}

/** A pending session of a domain other than LOCAL counts as a refusal: such accounts may always be under MFA. */
function withoutPending(tried: readonly Tried[]): readonly Tried[] {
  const isKnown = ({ entered }: Tried) => entered?.opens?.support.startsWith('401') === false;
  if (!tried.some(isKnown)) return tried;
  return tried.map((one) => {
    const { user, entered } = one;
    const isLocal = user.domain.toUpperCase() === 'LOCAL';
    if (!entered?.opens || isLocal || isKnown(one)) return one;
    return { user, refusals: [`${wayNames[entered.way]} returns a pending session`] };
  });
}

async function learnTokens({ api }: Connection, tried: readonly Tried[], unavailable: Unavailable) {
  const known = tried.find(({ entered }) => entered?.way === 'sessions');
  if (known === undefined || tried.some(({ entered }) => entered?.way === 'tokens')) return;
  if (!api.contract.operations.has('CreateAccessToken')) return;
  const answer = await logIn(api, 'tokens', known.user);
  if (answer.status < 300) return;
  const why = await whyUnavailable(api, 'tokens', answer);
  if (why !== undefined) unavailable.tokens = why;
}

/** Learns a user's session limit, because a login beyond it would waste its code in the middle of a test. */
async function learnSessionLimit({ api, target }: Connection, tried: readonly Tried[]) {
  const known = tried.find(({ user, entered }) => entered?.way === 'sessions' && user.sid !== undefined);
  const { admin } = target.accounts;
  if (known === undefined || admin.apiKey === undefined || !effectiveAllow(target.allow).disposable)
    return null;
  const most = target.limits.sessionsPerUser ?? usualSessionsPerUser;
  let limit: number | null = null;
  for (let opened = 1; opened < most && limit === null; opened += 1)
    if ((await logIn(api, 'sessions', known.user)).status >= 400) limit = opened;
  await endSessions(api, known.user);
  return limit;
}

/** A release without the header session-id may use a cookie instead, but the suite sends no cookies. */
function whySessionsAreUnusable({ api }: Connection, tried: readonly Tried[]): string | undefined {
  if (api.contract.credentials.includes('SessionIdHeader')) return undefined;
  if (tried.some(({ entered }) => entered?.byCookie))
    return `the target sets a cookie, and release ${api.contract.release} declares no header session-id to send an id in`;
  const seen = tried.flatMap(({ entered }) => (entered?.way === 'sessions' ? (entered.opens ?? []) : []));
  if (seen.length === 0 || seen.some(isUsable)) return undefined;
  return `the target refuses its session ids in a header session-id that release ${api.contract.release} does not declare`;
}

function proofOf(
  { user, entered, refusals, error }: Tried,
  mailedCodes: boolean | null,
  all: readonly Tried[],
): AccountProof {
  if (entered !== undefined) {
    const opens = entered.opens !== null && isUsable(entered.opens) ? entered.opens : null;
    return { letIn: true, opens, mailedCodes, problems: [] };
  }
  const where = `accounts.${user.role}`;
  const what =
    user.domain.toUpperCase() === 'LOCAL'
      ? 'Check its password, and whether it is locked'
      : `Its domain is ${user.domain}: accounts of domains other than LOCAL may always need a code`;
  const others = all.some((other) => other.entered) ? 'Another account' : 'No account';
  const problem = `${where} could not log in with its password while cluster MFA is off: ${refusals.join(', ')}. ${others} of the target file could. ${what}.`;
  // If the target asked to wait, a later login may succeed.
  const letIn = error instanceof ArrangeError ? null : false;
  return { ...nothingProven, letIn, problems: [problem] };
}

const nothingProven: AccountProof = { letIn: null, opens: null, mailedCodes: null, problems: [] };

export function usersOf({ accounts }: Target): User[] {
  return inOrderOfUse(accounts).flatMap((account) => {
    const { username, password } = account;
    return username === undefined || password === undefined ? [] : [{ ...account, username, password }];
  });
}

export const isLetIn = ({ accounts }: Pick<Learned, 'accounts'>, { role }: User): boolean =>
  accounts[role]?.letIn !== false;

export function getsMail({ accounts }: Pick<Learned, 'accounts'>, user: User): user is MailUser {
  return user.email !== undefined && user.mailedCodes !== false && accounts[user.role]?.mailedCodes !== false;
}

/** Returns the accounts that can have a lane of their own. Each has its own address. */
export function usersOfLanes(target: Target, learned: Pick<Learned, 'accounts'> = nothingLearned): User[] {
  const fit = usersOf(target).filter(
    (user) =>
      user.role !== 'admin' &&
      user.mfaExempt !== true &&
      isLetIn(learned, user) &&
      getsMail(learned, user) &&
      mayReplaceTotp(target.allow, user),
  );
  const addresses = fit.map(({ email }) => email?.toLowerCase());
  return fit.filter((_, at) => addresses.indexOf(addresses[at]) === at);
}

const saysSo =
  /access denied|session management|\b(?:disabled|unavailable|not available|not enabled|not supported)\b/i;

/** Returns why a way to log in is closed, which is no fault. Undefined if it may be open. */
async function whyUnavailable(api: Api, way: LoginWay, refusal: Answer): Promise<string | undefined> {
  const { status, body } = refusal;
  if (status < 400 || (status >= 500 && status !== 501)) return undefined;
  const message = textOf(body, 'message') ?? '';
  // Some builds answer 400 with no message and no errorCode.
  const isWordless = status === 400 && message === '' && textOf(body, 'errorCode') === undefined;
  if ([403, 404, 405, 501].includes(status) || isWordless || saysSo.test(message))
    return `it answers ${status} ${message === '' ? 'to a right password' : `"${message.slice(0, 120)}"`}`;
  if (await isSwitchedOff(api, way)) return 'GET /security-config says so in sessionManagementEnabled';
  // If an invalid body gets the same refusal, the target refuses this way to log in without reading the body.
  const other = await api.call(loginOperations[way], { anyJson: [] });
  const isTheSame =
    other.status === status &&
    textOf(other.body, 'errorCode') === textOf(body, 'errorCode') &&
    textOf(other.body, 'message') === textOf(body, 'message');
  return isTheSame ? `it refuses a right password and an invalid body alike (${status})` : undefined;
}

async function isSwitchedOff(api: Api, way: LoginWay): Promise<boolean> {
  const as = keyOf(api.target.accounts.admin);
  if (as === undefined) return false;
  const { status, body } = await api.probe('GET', '/security-config', { as });
  // The contract doesn't know this member, so a target may lack it.
  const told = [...membersIn(body)].find(([name]) => name === 'sessionManagementEnabled');
  return status === 200 && told?.[1] === (way === 'tokens');
}
