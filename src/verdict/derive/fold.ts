import { defined } from '../../base/defined.js';
import { type Check, decidingAnswer, evidenceOf, type Shown } from '../../base/model/check.js';
import {
  blames,
  type EventOfTest,
  type Exchanged,
  type RunBegan,
  type RunEvent,
  type TestStatus,
} from '../../base/model/event.js';
import type { Exchange } from '../../base/model/exchange.js';
import type { PlannedRequirement, RawKind, RawOutcome } from '../../base/model/results.js';
import type { Blamed, Verdict, Wait } from '../../base/model/verdict.js';
import { wordsOf } from '../../base/wording/check.js';
import { onOneLine } from '../../base/words.js';
import { operationsWith } from '../../contract/openapi/operations.js';
import { Breaches } from './breaches.js';
import { CoverageCount } from './coverage.js';
import { deriveVerdict, worstFirst } from './derive.js';
import { Logins } from './logins.js';
import { ObservedFacts } from './observed-facts.js';
import { Commands } from './reproduce.js';

const mostExchanges = 20;

const stopped = 'The run was stopped during this test.';

export const outOfTime = (within: string): string => `did not fit into ${within} (--within)`;

type Began = RunBegan & { readonly at: string };
type Blaming = Extract<EventOfTest, { readonly lacks?: 'mail' }>;

interface Report {
  readonly kind: RawKind;
  readonly reason: string;
  readonly check?: Check;
  readonly blame?: Blamed;
  readonly about?: readonly About[];
}

interface About extends Pick<Shown, 'way'> {
  readonly exchange: Exchange;
}

const newTest = () => ({
  exchanges: [] as Exchange[],
  reports: [] as Report[],
  /** Whether the test runs beside tests of another lane. Then its failure alone proves nothing. */
  isBeside: false,
  failedBeside: [] as Report[],
  ended: false,
  isStopped: false,
  durationMs: 0,
});

type Tested = ReturnType<typeof newTest>;

/** Derives a run's results on one target from its events, whether live, logged or recorded. */
export class RunFold {
  readonly #commands = new Commands();
  readonly #breaches = new Breaches();
  readonly #observed = new ObservedFacts();
  readonly #tests = new Map<string, Tested>();
  readonly #exchanges = new Map<number, Exchange>();
  readonly #facts: Record<string, unknown> = {};
  readonly #lanes = new Set<string>();
  readonly #waits: Wait[] = [];
  readonly #retries = { '429': 0, '503': 0 };
  readonly #coverage = new CoverageCount();
  readonly #logins = new Logins();
  #began: Began | undefined;
  #last = '';
  #unusable: string | undefined;
  /** Whether the target file is wrong. Then the answers may come from another server, and prove nothing. */
  #isMistaken = false;
  #interrupted: string | null = 'its process ended before the run did';
  #mayHaveChanged = false;
  #restored: { readonly restored: boolean; readonly residue: readonly string[] } | undefined;

  take(event: RunEvent): void {
    this.#last = event.at;
    switch (event.type) {
      case 'run began':
        this.#began = event;
        break;
      case 'exchange':
        this.#exchanged(event);
        break;
      case 'finding': {
        const exchange = this.#exchanges.get(event.exchange);
        if (exchange !== undefined) this.#breaches.add(event.requirement, { exchange }, event.breach);
        break;
      }
      case 'unusable':
        this.#unusable = event.reason;
        this.#isMistaken = event.mistaken;
        break;
      case 'shut out':
        this.#logins.shutOut(event.username, event.reason);
        break;
      case 'restored':
        this.#restored = event;
        break;
      case 'run ended':
        this.#interrupted = event.interrupted;
        break;
      case 'wait':
        this.#waits.push({ requirement: event.requirement, ms: event.ms, for: event.for });
        break;
      case 'retry':
        if (event.status === 429 || event.status === 503) this.#retries[event.status] += 1;
        break;
      case 'fact':
        this.#facts[event.name] = event.value;
        break;
      case 'wait began':
      case 'learned':
      case 'used':
        break;
      default:
        this.#tested(event);
    }
  }

  /** Includes requirements that were not planned. */
  outcomes(baseUrl = this.#began?.target.baseUrl ?? ''): RawOutcome[] {
    const command = (exchange: Exchange) => this.#commands.of(exchange, baseUrl);
    const ofTests = [...this.#tests].map(([id, tested]) => {
      const isOpen = tested.isStopped || (!tested.ended && tested.reports.length === 0);
      const reports = [
        ...reportsOf(tested).map((one) => unconfirmed(this.#excused(one), tested)),
        ...(isOpen ? [this.#stopped()] : []),
      ];
      return outcomeOf(id, { ...tested, reports }, command);
    });
    if (this.#isMistaken) return ofTests;
    const judged = new Map(ofTests.map(({ id, kind }) => [id, kind]));
    const byAnswers = this.#breaches
      .outcomes(command)
      // A failed expectation explains more than a finding on the same requirement.
      .filter(({ id, kind }) => judged.get(id) !== 'fail' && (kind === 'fail' || !judged.has(id)));
    return [...ofTests, ...byAnswers];
  }

  hasEnded(id: string): boolean {
    return this.#tests.get(id)?.ended === true;
  }

  verdict(): Verdict | undefined {
    return this.#began === undefined ? undefined : this.verdictOf(this.#began);
  }

  verdictOf(began: Began): Verdict {
    const { type: _type, schemaVersion: _version, parts, at, ...input } = began;
    const known = new Map(began.planned.map((each) => [each.id, each]));
    const isChanged = this.#mayHaveChanged;
    const unknown = { restored: !isChanged, residue: isChanged ? [notRestored] : [] };
    const { restored, residue } = this.#restored ?? unknown;
    return deriveVerdict({
      ...input,
      startedAt: at,
      durationMs: Math.max(0, Date.parse(this.#last) - Date.parse(at)),
      planned: this.#outOfTime(began),
      lanes: Math.max(1, this.#lanes.size),
      // A finding may concern a requirement that is not selected, or that does not apply.
      raw: this.outcomes(began.target.baseUrl).filter(({ id }) => {
        const planned = known.get(id);
        return planned === undefined ? this.#tests.has(id) : planned.notApplicable === undefined;
      }),
      ...defined({ interrupted: this.#interrupted ?? undefined, unusable: this.#unusable }),
      ...{ restored, residue },
      facts: { ...this.#observed.facts, ...this.#facts },
      waits: this.#waits,
      retries: this.#retries,
      coverage: this.#coverage.of(parts),
    });
  }

  #outOfTime({ planned, selection }: Began): readonly PlannedRequirement[] {
    if (selection?.within === undefined || this.#interrupted !== null) return planned;
    const reason = outOfTime(selection.within);
    return planned.map((each) =>
      this.#tests.has(each.id) || each.notRun !== undefined ? each : { ...each, notRun: reason },
    );
  }

  #stopped(): Report {
    const within = this.#began?.selection?.within;
    return within === undefined
      ? { kind: 'inconclusive', reason: stopped }
      : { kind: 'not run', reason: outOfTime(within) };
  }

  #excused(report: Report): Report {
    const deciding = report.check && decidingAnswer(report.check);
    const excuse = report.kind === 'fail' && this.#logins.excuseFor(deciding?.exchange ?? null);
    return excuse ? undecided(report, excuse) : report;
  }

  #exchanged(event: Exchanged): void {
    const { exchange, index, requirement } = event;
    this.#logins.take(event);
    this.#coverage.add(event);
    this.#observed.take(event);
    this.#breaches.take(event);
    this.#commands.take(exchange);
    this.#mayHaveChanged ||= changing.has(exchange.operation ?? '');
    // Recorded traffic has no tests, and may be too large to keep in memory.
    if (requirement === '') return;
    this.#exchanges.set(index, exchange);
    this.#tests.get(requirement)?.exchanges.push(exchange);
  }

  #blamed({ exchange: index = -1, lacks, breaks }: Blaming): Blamed {
    const exchange = this.#exchanges.get(index);
    return defined({ answer: exchange && shownOf(index, exchange), lacks, breaks });
  }

  #tested(event: EventOfTest): void {
    const tested = this.#tests.get(event.requirement) ?? newTest();
    this.#tests.set(event.requirement, tested);
    switch (event.type) {
      case 'test began':
        begin(tested, event);
        if (event.lane !== undefined) this.#lanes.add(event.lane);
        break;
      case 'adopted':
        tested.exchanges.unshift(...event.exchanges.flatMap((index) => this.#exchanges.get(index) ?? []));
        break;
      case 'expectation failed':
        tested.reports.push({
          kind: 'fail',
          reason: wordsOf(event.check),
          check: event.check,
          about: evidenceOf(event.check).flatMap(({ exchange: index, way }) => {
            const exchange = this.#exchanges.get(index);
            return exchange === undefined ? [] : defined({ exchange, way });
          }),
        });
        break;
      case 'not run':
      case 'not applicable':
        tested.reports.push({ kind: event.type, reason: event.reason });
        break;
      case 'test ended':
        tested.ended = true;
        tested.durationMs += event.durationMs;
        tested.isStopped = event.status === 'interrupted';
        tested.reports.push(...reportsByStatus(event.status, tested.reports.length > 0));
        break;
      default:
        if (blames.some((blame) => blame === event.type) && 'reason' in event)
          tested.reports.push({ kind: 'inconclusive', reason: event.reason, blame: this.#blamed(event) });
    }
  }
}

const notRestored =
  'it is unknown if the target was restored: mfa-conformance restore checks that, and restores it';

const changing: ReadonlySet<string> = new Set(operationsWith('sets'));

function shownOf(exchange: number, { operation, request, response }: Exchange): Shown {
  const { method, url } = request;
  return { exchange, operation, method, path: new URL(url).pathname, status: response?.status ?? null };
}

/** A test that runs again alone keeps only its failures, in `failedBeside`. */
function begin(tested: Tested, { lane, again }: Extract<EventOfTest, { type: 'test began' }>): void {
  if (again) {
    tested.failedBeside = tested.reports.filter(({ kind }) => kind === 'fail');
    tested.reports = [];
  }
  Object.assign(tested, { exchanges: [], ended: false, isStopped: false, isBeside: lane !== undefined });
}

const onlyBeside: Report = {
  kind: 'inconclusive',
  reason: 'The test failed beside tests of another lane and passed alone. Run it with --lanes 1.',
};

/** A failure beside others counts even if the test was inconclusive alone: it may have spoilt the state. */
function reportsOf({ reports, failedBeside, ended }: Tested): readonly Report[] {
  if (failedBeside.length === 0) return reports;
  if (reports.length === 0) return ended ? [onlyBeside] : [];
  return reports.every(({ kind }) => kind === 'inconclusive') ? failedBeside : reports;
}

/** A failure beside other tests is inconclusive if the run ended before the test could run alone. */
function unconfirmed(report: Report, { isBeside }: Tested): Report {
  if (report.kind !== 'fail' || !isBeside) return report;
  return undecided(
    report,
    'The test failed beside tests of another lane, and the run ended before it ran alone.',
  );
}

function undecided(report: Report, why: string): Report {
  return { ...report, kind: 'inconclusive', reason: `${why} What was seen:\n${report.reason}` };
}

function reportsByStatus(status: TestStatus, hasReport: boolean): Report[] {
  if (status === 'timedOut')
    return [{ kind: 'inconclusive', reason: 'The test took longer than its limit.' }];
  const lacksReason = (status === 'failed' || status === 'skipped') && !hasReport;
  return lacksReason ? [{ kind: 'inconclusive', reason: `The test ${status} without a reason.` }] : [];
}

function outcomeOf(
  id: string,
  { exchanges, reports, durationMs }: Tested,
  command: (exchange: Exchange) => string,
): RawOutcome {
  const kind = worstFirst.find((each) => reports.some((one) => one.kind === each)) ?? 'pass';
  const deciding = reports.filter((one) => one.kind === kind);
  const reason = [...new Set(deciding.map((one) => one.reason))].join('\n');
  if (kind !== 'fail' && kind !== 'inconclusive')
    return { id, kind, reason, reproduce: '', exchanges: [], durationMs };
  const checks = deciding.flatMap(({ check }) => check ?? []);
  const blame = deciding.find((one) => one.blame !== undefined)?.blame;
  const last = exchanges.findLast(({ request }) => request.method !== 'GET') ?? exchanges.at(-1);
  const about =
    deciding.find((one) => one.about !== undefined && one.about.length > 0)?.about ??
    (last === undefined ? [] : [{ exchange: last }]);
  return {
    id,
    kind,
    reason,
    reproduce: commandsOf(about, command),
    exchanges: exchanges.slice(-mostExchanges),
    ...(checks.length > 0 && { checks }),
    ...(blame && { blame }),
    durationMs,
  };
}

/** If there are several commands, a comment above each says how its request differs. */
function commandsOf(about: readonly About[], command: (exchange: Exchange) => string): string {
  return about
    .flatMap(({ exchange, way }) => [
      ...(way === undefined || about.length === 1 ? [] : [`# ${onOneLine(way)}`]),
      command(exchange),
    ])
    .join('\n');
}
