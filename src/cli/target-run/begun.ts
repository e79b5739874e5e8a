import { ConfigurationError, ignoring, orExplain, SuiteError } from '../../base/errors.js';
import { isFile, isFileError, makeFolder } from '../../base/files.js';
import { decidingAnswer } from '../../base/model/check.js';
import type { EventBody, RunEvent } from '../../base/model/event.js';
import type { Verdict } from '../../base/model/verdict.js';
import type { SecretCollector } from '../../base/redaction/secrets-channel.js';
import { readOnlyReason } from '../../input/target-file/allow.js';
import type { ReportExtras } from '../../reports/forms/extras.js';
import { requestLine } from '../../reports/forms/request-line.js';
import { writeHar, writeReports } from '../../reports/forms/write.js';
import { accountsIn, mistakeIn, openWay, problemsIn, wayNames } from '../../target/accounts/learned.js';
import { logIn } from '../../target/accounts/log-in.js';
import { proveAccounts, usersOf } from '../../target/accounts/prove.js';
import { Connection } from '../../target/connection/connection.js';
import type { ConnectionOptions } from '../../target/connection/connection-parts.js';
import { type GivenBack, giveBack } from '../../target/connection/give-back.js';
import { misfit } from '../../target/detect/detect.js';
import { cleanLog, judgeEvents } from '../../verdict/derive/judge-log.js';
import { Logins } from '../../verdict/derive/logins.js';
import { EventLog, eventsIn, readEvents } from '../../verdict/events/log.js';
import { redactedEvent } from '../../verdict/events/redact.js';
import { extrasOf, remember } from '../history.js';
import { writeContract } from '../judged-by.js';
import { preflight } from '../preflight.js';
import { writeScripts } from '../repro.js';
import { waitTeller } from '../state-guard.js';
import { complain, isWritten } from '../terminal.js';
import type { Leased } from './leased.js';
import { isChanged, mayChange, type Prepared, runBeganOf } from './prepared.js';

export interface Finished {
  readonly verdict: Verdict;
  readonly files: readonly string[];
  readonly extras: ReportExtras;
  readonly folder: string;
  readonly targetFile: string;
  readonly misconfigured: boolean;
}

interface Trouble {
  readonly reason: string;
  readonly mistaken: boolean;
  /** Present if the mistake is in the target file or on this machine: exit code 2. */
  readonly misconfigured?: ConfigurationError;
}

export class Begun {
  trouble: Trouble | undefined;

  private constructor(
    readonly prepared: Prepared,
    private readonly log: EventLog,
    private readonly secrets: SecretCollector,
  ) {}

  /** Restores an earlier run's changes and checks the target. Errors of these steps go to `trouble`. */
  static async on({ prepared }: Leased, secrets: SecretCollector): Promise<Begun> {
    const { judgedBy, planned, folder } = prepared;
    // The folder's log may hold secrets until it is cleaned, so only the user may enter the folder.
    orExplain(`Nothing can be written to ${folder} (--out)`, () => makeFolder(folder, 0o700));
    if (planned.contract !== null) writeContract(judgedBy.contract, planned.contract.file);
    const log = EventLog.create(planned.log);
    log.write(runBeganOf(prepared));
    const begun = new Begun(prepared, log, secrets);
    begun.trouble = await begun.#check();
    if (begun.trouble !== undefined) {
      const { reason, mistaken } = begun.trouble;
      log.write({ type: 'unusable', reason, mistaken });
    }
    return begun;
  }

  get isThrough(): boolean {
    const text = this.log.text();
    const [first] = eventsIn(text.slice(0, text.indexOf('\n')), this.log.file);
    if (first?.type !== 'run began') return false;
    const ended = text.matchAll(/^\{"at":"[^"]*","type":"test ended"/gm);
    return [...ended].length >= first.planned.length;
  }

  async finish(interrupted: string | undefined, atOnce: Promise<void>): Promise<Finished> {
    const { prepared, log, secrets, trouble } = this;
    const { folder, command, detected, gateBy, target } = prepared;
    const stop = new AbortController();
    const stopped = atOnce.then((): GivenBack => {
      stop.abort();
      return { restored: !isChanged(prepared), residue: [], problems: [] };
    });
    const restored = await Promise.race([this.#restore(stop.signal), stopped]);
    if (restored.restored && !stop.signal.aborted) await Promise.race([this.#findShutOut(), atOnce]);
    const residue = [...restored.residue, ...restored.problems];
    log.write({ type: 'restored', restored: restored.restored, residue });
    if (detected !== undefined)
      log.write({ type: 'fact', requirement: '', name: 'detectedReleases', value: detected });
    log.write({ type: 'run ended', interrupted: interrupted ?? null });
    let isFull = false;
    const write = (act: () => unknown) => {
      if (!isWritten(act, target.name)) isFull = true;
    };
    write(() => {
      if (log.rescue())
        throw new ConfigurationError(
          `${folder} was lost during the run; the files in it now were written again (--out).`,
        );
    });
    const held = log.text();
    log.close();
    // The run may have learned secrets late, so it cleans the log before it derives the verdict.
    const redactor = secrets.redactorOf(target.baseUrl);
    write(() => {
      cleanLog(log.file, redactor);
      if (log.unwritten.length > 0) throw new ConfigurationError(`${log.file}: there is no room for it.`);
    });
    const events = isFile(log.file)
      ? readEvents(log.file)
      : eventsIn(held, log.file).map((event) => redactedEvent(event, redactor));
    const verdict = judgeEvents([...events, ...log.unwritten], log.file);
    let extras: ReportExtras = { trend: [] };
    let files: readonly string[] = [];
    write(() => {
      extras = extrasOf(verdict, command.out, gateBy?.baseline?.verdict);
      writeScripts(events, verdict, folder);
      files = writeReports(verdict, folder, extras);
      writeHar(verdict, folder, command.har);
      remember(verdict, command.out);
    });
    const misconfigured = trouble?.misconfigured !== undefined || isFull;
    return { verdict, files, extras, folder, targetFile: target.file, misconfigured };
  }

  async #findShutOut(): Promise<void> {
    const { prepared, log } = this;
    if (!mayChange(prepared) || log.unwritten.length > 0) return;
    const text = log.text();
    // Parsing a long log takes a second, and most logs hold no failure.
    if (!text.includes('"expectation failed"')) return;
    const suspects = refusedUsersIn(eventsIn(text, log.file));
    if (suspects.size === 0) return;
    const finding = this.#connected((connection) => findShutOut(connection, suspects));
    // If no answer comes, the earlier observations stay valid.
    for (const event of (await finding.catch(ignoring(SuiteError))) ?? []) log.write(event);
  }

  async #check(): Promise<Trouble | undefined> {
    const { prepared } = this;
    try {
      const reason = await this.#connected(async (connection) => {
        const { problems } = await giveBack(connection, tellWait(prepared));
        if (problems.length > 0)
          return `the earlier run's changes could not be restored: ${problems.join(' ')}`;
        const unusable = (await preflight(connection, prepared.command.mode)) ?? (await refuted(prepared));
        if (unusable !== undefined || !mayChange(prepared)) return unusable;
        await prepared.stateGuard.readState(connection);
        return learn(connection, prepared);
      });
      return reason === undefined ? undefined : { reason, mistaken: true };
    } catch (thrown) {
      // Does not throw, because the state must be restored even if a folder was lost.
      const error = isFileError(thrown) ? new ConfigurationError(thrown.message) : thrown;
      if (!(error instanceof SuiteError)) throw error;
      const { message: reason } = error;
      return error instanceof ConfigurationError
        ? { reason, mistaken: true, misconfigured: error }
        : { reason, mistaken: false };
    }
  }

  async #restore(stop: AbortSignal): Promise<GivenBack> {
    const { stateGuard } = this.prepared;
    stateGuard.check();
    try {
      // Without a journal, the run changed nothing. So it does not matter if the target is unreachable.
      if (stateGuard.journal.read() === undefined) return { restored: true, residue: [], problems: [] };
      const wait = tellWait(this.prepared);
      const made = await this.#connected((connection) => giveBack(connection, wait, stop));
      return stateGuard.withFoundState(made);
    } catch (error) {
      if (!(error instanceof SuiteError)) throw error;
      return stateGuard.withFoundState({ restored: false, residue: [], problems: [error.message] });
    }
  }

  async #connected<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    const { target, judgedBy, stateDir, stateGuard, command } = this.prepared;
    const { log, secrets } = this;
    const options: ConnectionOptions = {
      stateDir,
      journal: stateGuard.journal,
      readOnly: readOnlyReason(target, command.mode),
      write: (event) => {
        log.write(event);
        if (command.verbose && event.type === 'exchange') complain(requestLine(event, target.name));
      },
      firstIndex: log.nextIndex(),
      learned: log.learned(),
      onSecret: (value, what) => secrets.tell(target.baseUrl, value, what),
    };
    return Connection.during(target, judgedBy.contract, options, use);
  }
}

/** Returns why the target can't speak its release, unless the user insists on it or the run detected it. */
async function refuted({ target, command, stateDir, judgedBy, detected }: Prepared) {
  const isGiven = command.releaseAsGiven || judgedBy.given || detected !== undefined;
  return isGiven ? undefined : misfit(target, stateDir);
}

/** @returns why the target can't be judged */
async function learn(connection: Connection, { target }: Prepared): Promise<string | undefined> {
  const learned = await proveAccounts(connection, true);
  const mistake = mistakeIn(learned, target);
  if (mistake !== undefined) return mistake;
  for (const problem of problemsIn(learned)) complain(`warning: ${target.name}: ${problem}`);
  return undefined;
}

function tellWait({ command, target }: Prepared): ReturnType<typeof waitTeller> {
  return waitTeller(command.quiet || command.json ? () => {} : complain, target.name);
}

/** Returns the users, in lower case, whose last login the target refused in a failed test. */
function refusedUsersIn(events: readonly RunEvent[]): ReadonlySet<string> {
  const logins = new Logins();
  for (const event of events) if (event.type === 'exchange') logins.take(event);
  const checks = events.flatMap((event) => (event.type === 'expectation failed' ? event.check : []));
  return new Set(checks.flatMap((check) => logins.refusedIn(decidingAnswer(check)?.exchange ?? null) ?? []));
}

/** Tries these users' passwords, unless cluster MFA is on: then a password alone shows nothing. */
async function findShutOut(connection: Connection, suspects: ReadonlySet<string>): Promise<EventBody[]> {
  const learned = accountsIn(connection.model).value;
  if (learned === undefined || (await (await connection.cluster()).readAsShown()).enabled) return [];
  const way = openWay(learned);
  const events: EventBody[] = [];
  for (const user of usersOf(connection.target)) {
    const { role, username } = user;
    if (!suspects.has(username.toLowerCase()) || learned.accounts[role]?.letIn !== true) continue;
    const { status } = await logIn(connection.api, way, user);
    if (status !== 401 && status !== 403) continue;
    const reason =
      `accounts.${role} logged in with its password before the tests, and no longer does: ` +
      `${wayNames[way]} answers ${status}. The password was changed, or the account was locked, during the run.`;
    events.push({ type: 'shut out', username, reason });
  }
  return events;
}
