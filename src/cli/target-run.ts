import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Connection } from '../connection/connection.js';
import { type GivenBack, giveBack, type TellWait } from '../connection/give-back.js';
import type { Contract } from '../contract/contract.js';
import { coverageUniverse } from '../contract/coverage.js';
import { type Detected, detectRelease } from '../detect/auto.js';
import { ConfigurationError, SuiteError } from '../errors.js';
import { EventLog, eventsFile, nextIndex } from '../events/log.js';
import { knownAs } from '../journal/aliases.js';
import type { Journal } from '../journal/journal.js';
import { Lease } from '../journal/lease.js';
import type { RunBegan } from '../model/event.js';
import type { BaselineVerdict, GateBy, PlannedRequirement } from '../model/results.js';
import type { Verdict } from '../model/verdict.js';
import type { ConcernedWaiver } from '../model/waiver.js';
import { contractFile } from '../raw-files.js';
import type { SecretCollector } from '../redaction/secrets-channel.js';
import type { ReportExtras } from '../report/extras.js';
import { writeReports } from '../report/write.js';
import { loadRequirements, whyNotApplicable } from '../requirements/catalogue.js';
import { idPattern } from '../requirements/glob.js';
import type { PlannedTarget } from '../run-plan.js';
import { readOnlyReason } from '../target-file/allow.js';
import { readTarget, secretsOf } from '../target-file/read.js';
import type { Target } from '../target-file/target.js';
import { notesOn } from '../verdict/gating.js';
import { cleanLog, judgeLog } from '../verdict/judge-log.js';
import { suiteVersion } from '../version.js';
import { concernedWaivers } from '../waivers/apply.js';
import { checkWaivers } from '../waivers/check.js';
import { dayOf } from '../waivers/dates.js';
import { readWaivers, type WaiversFile } from '../waivers/read.js';
import { type GatedBy, gateByOf } from './baseline.js';
import { changesOf, remember } from './history.js';
import { type JudgedBy, judgedBy, writeContract } from './judged-by.js';
import { preflight } from './preflight.js';
import type { RunCommand } from './run-options.js';
import { Safekeeping, waitTeller } from './safekeeping.js';
import { complain } from './terminal.js';

/** What is left of a run on a target. */
export interface Finished {
  readonly verdict: Verdict;
  /** Names of the files in the target's folder of reports. */
  readonly files: readonly string[];
  readonly extras: ReportExtras;
}

/** One target in a run: the look before, what the tests are told, and the verdict after. */
export class TargetRun {
  readonly folder: string;
  /** Why nothing can be judged; known after the look before. */
  unusable: string | undefined;
  /** The fault is the target file's or the machine's, not the target's: exit 2. */
  misconfigured: ConfigurationError | undefined;
  readonly #safekeeping: Safekeeping;
  #log: EventLog | undefined;
  #lease: Lease | undefined;

  private constructor(
    readonly target: Target,
    private readonly judgedBy: JudgedBy,
    private readonly detected: Detected | undefined,
    private readonly command: RunCommand,
    private readonly stateDir: string,
    /** The base URL by which the target is known in the state folder. */
    private readonly knownAs: string,
    private readonly waivers: WaiversFile | undefined,
    private readonly gateBy: GatedBy | undefined,
    private readonly secrets: SecretCollector,
  ) {
    this.folder = join(command.out, target.name);
    this.#safekeeping = new Safekeeping(stateDir, knownAs);
  }

  /** @throws ConfigurationError when the target file is wrong */
  static async prepare(
    file: string,
    command: RunCommand,
    stateDir: string,
    secrets: SecretCollector,
  ): Promise<TargetRun> {
    const read = readTarget(file, process.env);
    const detected =
      read.detectRelease && command.release === undefined && !command.plan
        ? await detectRelease(read, stateDir)
        : undefined;
    const target = { ...read, release: command.release ?? detected?.release ?? read.release };
    const by = await judgedBy(target.release, command.contract, command.allowExternalRefs);
    for (const { value, what } of secretsOf(target)) secrets.tell(target.baseUrl, value.reveal(), what);
    const waiversFile = command.waivers ?? target.waivers;
    const waivers = waiversFile === undefined ? undefined : readWaivers(waiversFile);
    const gateBy = gateByOf(command, target.name);
    const known = await knownAs(stateDir, target.baseUrl);
    return new TargetRun(target, by, detected, command, stateDir, known, waivers, gateBy, secrets);
  }

  /** What the user should know before anything is sent. */
  get warnings(): readonly string[] {
    const problems =
      this.waivers === undefined
        ? []
        : checkWaivers(
            this.waivers,
            loadRequirements().map(({ id }) => id),
            dayOf(new Date()),
          );
    const { target, gateBy } = this;
    const notes =
      gateBy?.baseline === undefined
        ? []
        : notesOn(gateBy.baseline.verdict, { release: target.release, target });
    return [...(target.warnings ?? []), ...problems.map(({ text }) => text), ...notes];
  }

  get contract(): Contract {
    return this.judgedBy.contract;
  }

  /** What the user should know before the run. */
  get notes(): readonly string[] {
    return [...(this.detected === undefined ? [] : [this.detected.note]), ...this.judgedBy.notes];
  }

  private get journal(): Journal {
    return this.#safekeeping.journal;
  }

  get planned(): PlannedTarget {
    const { name, file } = this.target;
    const release = this.command.release ?? this.detected?.release ?? null;
    const { source } = this.contract;
    const contract = this.judgedBy.given ? { file: resolve(contractFile(this.#rawDir)), source } : null;
    const log = resolve(eventsFile(this.folder));
    return { name, file, release, contract, workDir: this.#rawDir, log };
  }

  /** Whether the run may change anything on the target. */
  get mayChange(): boolean {
    return readOnlyReason(this.target, this.command.mode) === undefined;
  }

  /** Whether something of the target's state is still to be restored. */
  get isChanged(): boolean {
    try {
      return this.journal.read() !== undefined;
    } catch (error) {
      // What can't be read may hold anything.
      if (error instanceof SuiteError) return true;
      throw error;
    }
  }

  /**
   * Keeps other runs off the target until {@link release}.
   *
   * @returns who has it, where it is in use
   * @throws ConfigurationError when the state folder can't be written to, unless nothing is to be changed
   */
  async takeLease(tell: (message: string) => void): Promise<string | undefined> {
    const options = { wait: this.command.wait, tell, env: process.env };
    try {
      const taken = await Lease.take(this.stateDir, this.knownAs, options);
      if (!(taken instanceof Lease)) return taken.holder;
      this.#lease = taken;
    } catch (error) {
      if (this.mayChange || !(error instanceof ConfigurationError)) throw error;
      tell(`warning: ${this.target.name}: nothing keeps another run off the target. ${error.message}`);
    }
    return undefined;
  }

  /** @param tell told why the run can't go on: the lease, or the folder that it and the journal lie in, is lost */
  onLost(tell: (reason: string) => void): void {
    this.#lease?.onLost(tell);
    if (this.#lease !== undefined && this.mayChange) this.#safekeeping.watch(tell);
  }

  release(): void {
    this.#safekeeping.end();
    this.#lease?.release();
  }

  /** @throws ConfigurationError when an earlier run's changes are still there, and are not to be given back */
  checkJournal(): void {
    const { journal, target, command } = this;
    // While another run has the lease the journal is that run's, and open rightly.
    if (this.#lease === undefined && Lease.holderOf(journal.folder) !== undefined) return;
    if (journal.read() === undefined) return;
    const readOnly = readOnlyReason(target, command.mode);
    if (command.restoreFirst && readOnly === undefined) return;
    if (command.restoreFirst) {
      throw new ConfigurationError(
        `--restore-first ${readOnly}. Give back first: mfa-conformance restore -t ${target.file}.`,
      );
    }
    throw new ConfigurationError(
      `An earlier run left changes on ${this.target.baseUrl} (journal ${journal.file}). ` +
        `Give them back first: mfa-conformance restore -t ${this.target.file}, or run --restore-first.`,
    );
  }

  /** Gives back what an earlier run left, and looks at the target. What is wrong is kept, not thrown. */
  async lookBefore(): Promise<void> {
    this.#emptyRawDir();
    if (this.judgedBy.given) writeContract(this.contract, contractFile(this.#rawDir));
    const log = EventLog.create(eventsFile(this.folder));
    this.#log = log;
    log.write(this.#began());
    try {
      await this.#connected(async (connection) => {
        const { problems } = await giveBack(connection, this.#tellWait);
        this.unusable =
          problems.length > 0
            ? `the earlier run's changes could not be given back: ${problems.join(' ')}`
            : await preflight(connection, this.command.mode);
        if (this.unusable === undefined && this.mayChange) await this.#safekeeping.lookAt(connection);
      });
    } catch (error) {
      if (!(error instanceof SuiteError)) throw error;
      this.unusable = error.message;
      if (error instanceof ConfigurationError) this.misconfigured = error;
    }
    if (this.unusable !== undefined) log.write({ type: 'unusable', reason: this.unusable });
  }

  #began(): RunBegan {
    const { target, command, waivers, gateBy } = this;
    const { strict, requireComplete, waiverProblems } = command;
    return {
      type: 'run began',
      schemaVersion: 1,
      suiteVersion: suiteVersion(),
      target: { name: target.name, baseUrl: target.baseUrl, tlsInsecure: target.tls.insecure },
      release: target.release,
      contract: this.judgedBy.inVerdict,
      mode: command.mode,
      seed: command.seed,
      planned: this.#plannedRequirements(),
      parts: coverageUniverse(this.contract),
      options: { strict, requireComplete, waiverProblems },
      ...(gateBy === undefined ? {} : { gateBy: slimmed(gateBy) }),
      ...(waivers === undefined ? {} : { waivers: this.#concerned(waivers) }),
      warnings: target.warnings ?? [],
    };
  }

  /**
   * Restores the state, then derives the verdict and writes the reports.
   *
   * @param atOnce fulfilled when nobody is willing to wait for the state to be restored
   */
  async finish(interrupted: string | undefined, atOnce: Promise<void>): Promise<Finished> {
    const { restored, residue, problems } = await Promise.race([
      this.#giveBack(),
      atOnce.then(() => this.#leftAsItIs),
    ]);
    const { redactor } = this.secrets;
    this.#log?.write({ type: 'restored', restored, residue: [...residue, ...problems] });
    if (this.detected !== undefined) {
      const { fits } = this.detected;
      this.#log?.write({ type: 'fact', requirement: '', name: 'detectedReleases', value: fits });
    }
    this.#log?.write({ type: 'run ended', interrupted: interrupted ?? null });
    this.#log?.close();
    const file = eventsFile(this.folder);
    cleanLog(file, redactor);
    const verdict = judgeLog(file);
    const changes = changesOf(verdict, this.command.out, this.gateBy?.baseline?.verdict);
    const extras = changes === undefined ? {} : { changes };
    const files = writeReports(verdict, this.folder, extras);
    remember(verdict, this.command.out);
    return { verdict, files, extras };
  }

  #emptyRawDir(): void {
    try {
      rmSync(this.#rawDir, { recursive: true, force: true });
      // What the target said, before anybody has looked at it: for the user alone.
      mkdirSync(this.#rawDir, { recursive: true, mode: 0o700 });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ConfigurationError(`Nothing can be written to ${this.folder} (--out): ${why}`);
    }
  }

  get #rawDir(): string {
    return join(this.folder, 'raw');
  }

  #plannedRequirements(): PlannedRequirement[] {
    const { grep } = this.command;
    const pattern = grep === undefined ? undefined : idPattern(grep);
    return loadRequirements()
      .filter(({ id }) => pattern?.test(id) ?? true)
      .map((requirement) => {
        const { id, level, text: title, source, operations } = requirement;
        const reason = whyNotApplicable(requirement, this.contract);
        const notApplicable = reason === undefined ? {} : { notApplicable: reason };
        return { id, level, title, source, operations, ...notApplicable };
      });
  }

  #concerned({ waivers }: WaiversFile): ConcernedWaiver[] {
    const { name, release } = this.target;
    const today = dayOf(new Date());
    return concernedWaivers(waivers, { target: name, release, today, catalogue: loadRequirements() });
  }

  get #leftAsItIs(): GivenBack {
    return { restored: !this.isChanged, residue: [], problems: [] };
  }

  async #giveBack(): Promise<GivenBack> {
    this.#safekeeping.look();
    try {
      // Without a journal there is nothing to restore, and a target out of reach is no reason for alarm.
      if (this.journal.read() === undefined) return { restored: true, residue: [], problems: [] };
      const made = await this.#connected((connection) => giveBack(connection, this.#tellWait));
      return this.#safekeeping.told(made);
    } catch (error) {
      if (!(error instanceof SuiteError)) throw error;
      return this.#safekeeping.told({ restored: false, residue: [], problems: [error.message] });
    }
  }

  get #tellWait(): TellWait {
    return waitTeller(this.command.quiet || this.command.json ? () => {} : complain, this.target.name);
  }

  async #connected<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    const { target, contract, stateDir, command } = this;
    const readOnly = readOnlyReason(target, command.mode);
    const connection = await Connection.open(target, contract, {
      stateDir,
      journal: this.journal,
      readOnly,
      ...(this.#log === undefined ? {} : { write: this.#log.write, firstIndex: nextIndex(this.#log.file) }),
      onSecret: (value, what) => this.secrets.tell(this.target.baseUrl, value, what),
    });
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }
}

/** What of the baseline the log holds. */
function slimmed({ policy, baseline }: GateBy): GateBy {
  if (baseline === undefined) return { policy };
  const { suite, target, release, startedAt, gate, cause, summary } = baseline.verdict;
  const outcomes = baseline.verdict.outcomes.map(({ id, outcome }) => ({ id, outcome }));
  const verdict: BaselineVerdict = {
    suite,
    target,
    release,
    startedAt,
    gate,
    cause,
    summary,
    outcomes,
  };
  return { policy, baseline: { file: baseline.file, verdict } };
}
