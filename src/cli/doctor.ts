import { ConfigurationError, TransportError } from '../base/errors.js';
import type { Secret } from '../base/secret.js';
import { steadyNow } from '../base/steady-now.js';
import { memberOf } from '../contract/judging/body.js';
import { loadContract } from '../contract/openapi/load.js';
import { effectiveAllow, readOnlyReason } from '../input/target-file/allow.js';
import { readTarget } from '../input/target-file/read.js';
import type { Account, Target } from '../input/target-file/target.js';
import type { Learned } from '../target/accounts/learned.js';
import { proveAccounts } from '../target/accounts/prove.js';
import { Connection } from '../target/connection/connection.js';
import { misfit, withDetectedRelease } from '../target/detect/detect.js';
import { Lease } from '../target/journal/lease.js';
import { stateDirOf } from '../target/journal/state-dir.js';
import { readStatement } from '../verdict/statement/read.js';
import { preflight } from './preflight.js';
import { reachLines } from './reach.js';
import { complain, say } from './terminal.js';

type Finding = readonly [kind: 'ok' | 'wrong' | 'not tried', what: string, words: string];

const mark = { ok: 'ok       ', wrong: 'WRONG    ', 'not tried': 'not tried' } as const;

export async function doctor(file: string, stateDirFlag: string | undefined): Promise<number> {
  const stateDir = stateDirOf(stateDirFlag, process.env);
  try {
    const target = await withDetectedRelease(readTarget(file, process.env), stateDir);
    for (const warning of target.warnings ?? []) complain(`warning: ${warning}`);
    const options = { stateDir, readOnly: readOnlyReason(target, 'full') };
    const contract = await loadContract(target.release);
    return await Connection.during(target, contract, options, async (connection) => {
      const holder = Lease.holderOf(connection.journal.folder);
      if (holder !== undefined)
        throw new ConfigurationError(`${target.baseUrl} is in use by ${holder}. Nothing was sent.`);
      let isWrong = false;
      for await (const [kind, what, words] of findings(connection, stateDir)) {
        say(`${mark[kind]}  ${what.padEnd(8)}  ${connection.recorder.redactor.redact(words)}`);
        isWrong ||= kind === 'wrong';
      }
      const statement = target.statement === undefined ? undefined : readStatement(target.statement);
      if (isWrong) say('Once what is WRONG above is corrected:');
      for (const line of reachLines(target, connection.api.contract, statement)) say(line);
      return isWrong ? 2 : 0;
    });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    complain(error.message);
    return 3;
  }
}

async function* findings(connection: Connection, stateDir: string): AsyncGenerator<Finding> {
  const { target } = connection;
  const { stateChanges } = effectiveAllow(target.allow);
  const unusable = await preflight(connection, stateChanges ? 'full' : 'read-only');
  if (unusable !== undefined) {
    yield ['wrong', 'target', unusable];
    return;
  }
  const refuted = await misfit(target, stateDir);
  if (refuted === undefined)
    yield ['ok', 'target', `${target.baseUrl} speaks this API; nothing refutes release ${target.release}`];
  else yield ['wrong', 'release', refuted];
  yield tlsOf(target);
  yield clockOf(connection);
  const [login, clusterMfaOn] = await loginOf(connection);
  yield login;
  for (const account of Object.values(target.accounts))
    if (account?.apiKey !== undefined) yield await keyOf(connection, account, account.apiKey);
  if (!stateChanges) yield ['not tried', 'accounts', 'allow.stateChanges is not true: no logins, no mails'];
  else if (clusterMfaOn) yield ['not tried', 'accounts', 'cluster MFA is on: a login takes a code'];
  else yield* accountsOf(target, await proveAccounts(connection));
  yield await rateOf(connection);
}

function tlsOf({ baseUrl, tls }: Target): Finding {
  if (!baseUrl.startsWith('https:')) return ['ok', 'TLS', 'none: the target speaks plain HTTP'];
  return tls.insecure
    ? ['wrong', 'TLS', 'tls.insecure trusts any certificate: set tls.ca or tls.pin instead']
    : ['ok', 'TLS', 'the certificate is trusted'];
}

function clockOf({ clock, clockOffsetMs }: Connection): Finding {
  if (!clock.known || clockOffsetMs === null)
    return ['wrong', 'clock', "the target sends no Date: codes follow this machine's clock and may be wrong"];
  const seconds = Math.round(clockOffsetMs / 1000);
  const movable = clock.canMove ? '; it can be moved' : '';
  const offset = `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'}`;
  return ['ok', 'clock', `${offset} this machine${movable}`];
}

async function loginOf(connection: Connection): Promise<[finding: Finding, clusterMfaOn: boolean]> {
  const { status, body } = await connection.api.call('GetMFAConfig', { as: await connection.admin() });
  const enabled = memberOf(body, 'enabled');
  const types = memberOf(body, 'authenticationTypes');
  if (typeof enabled !== 'boolean')
    return [['wrong', 'login', `GET /mfa-config as the admin answered ${status}`], true];
  const words = enabled ? `cluster MFA is on (${String(types)})` : 'cluster MFA is off: the password logs in';
  return [['ok', 'login', words], enabled];
}

async function keyOf({ api }: Connection, { role }: Account, key: Secret): Promise<Finding> {
  const { status } = await api.call('GetMFAConfig', { as: { scheme: 'APIKeyHeader', key } });
  return status < 300
    ? ['ok', role, 'the API key may read /mfa-config']
    : ['wrong', role, `the API key is refused: GET /mfa-config answered ${status}`];
}

function* accountsOf(target: Target, learned: Learned): Generator<Finding> {
  for (const [way, why] of Object.entries(learned.unavailable)) yield ['not tried', way, why];
  for (const account of Object.values(target.accounts)) {
    const proof = account === undefined ? undefined : learned.accounts[account.role];
    if (account === undefined || proof === undefined) continue;
    for (const problem of proof.problems) yield ['wrong', account.role, problem];
    if (proof.letIn === true) yield ['ok', account.role, `${account.username} logs in`];
    if (proof.mailedCodes === true)
      yield ['ok', account.role, `a code was mailed to ${account.email}, and arrived`];
    if (proof.mailedCodes === false && anyAccount(learned, 'mailedCodes'))
      yield ['not tried', account.role, 'the target mails it no codes'];
  }
  const { mailCodeless, mailSilent } = learned;
  const noneMailed = anyAccount(learned, 'letIn') && !anyAccount(learned, 'mailedCodes');
  const why = 'the target mailed no code to any account: it may refuse to while cluster MFA is off';
  if (mailCodeless !== null) yield ['wrong', 'mail', mailCodeless];
  if (mailSilent !== null) yield ['wrong', 'mail', mailSilent];
  else if (target.mail === undefined) yield ['not tried', 'mail', 'the target file has no mail section'];
  else if (mailCodeless === null && noneMailed) yield ['not tried', 'mail', why];
}

function anyAccount({ accounts }: Learned, key: 'letIn' | 'mailedCodes'): boolean {
  return Object.values(accounts).some((account) => account[key] === true);
}

async function rateOf(connection: Connection): Promise<Finding> {
  const as = await connection.admin();
  const startedAt = steadyNow();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => connection.api.call('GetMFAConfig', { as, expects: 'either' })),
  );
  const throttled = answers.filter(({ status }) => status === 429).length;
  const perSecond = connection.target.limits.requestsPerSecond;
  const advice = `set limits.requestsPerSecond lower than ${perSecond ?? 10}`;
  if (throttled > 0) return ['wrong', 'rate', `${throttled} of 10 quick requests got 429: ${advice}`];
  return ['ok', 'rate', `10 requests in ${steadyNow() - startedAt} ms, none refused`];
}
