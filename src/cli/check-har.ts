import { basename, join, relative } from 'node:path';
import { loadContract } from '../contract/load.js';
import { ConfigurationError } from '../errors.js';
import { HarCheck } from '../har/check.js';
import { ownRequirements } from '../har/own-requirements.js';
import { readEntries, recordingsIn } from '../har/read.js';
import type { ReleaseName } from '../model/releases.js';
import type { PlannedRequirement } from '../model/results.js';
import type { Verdict } from '../model/verdict.js';
import { renderSummary } from '../report/summary.js';
import { writeReports } from '../report/write.js';
import { appliesTo, loadRequirements } from '../requirements/catalogue.js';
import { deriveVerdict } from '../verdict/derive.js';
import { exitCode } from '../verdict/exit-code.js';
import { suiteVersion } from '../version.js';
import { CoverageCount } from './results.js';

export interface CheckHarCommand {
  /** Recordings, or folders of them. */
  readonly paths: readonly string[];
  readonly release: ReleaseName;
  /** The one API root to look at. */
  readonly baseUrl?: string | undefined;
  /** In reports, and of their folder; default: the first recording's. */
  readonly name?: string | undefined;
  readonly out: string;
  readonly strict: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** `mfa-conformance check-har`. @returns the exit code */
export async function checkHar(command: CheckHarCommand): Promise<number> {
  const verdict = await verdictOf(command);
  const folder = join(command.out, verdict.target.name);
  const files = writeReports(verdict, folder);
  if (command.json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else if (command.quiet) {
    process.stdout.write(
      `${verdict.target.name}: ${verdict.gate}${verdict.cause === '' ? '' : ` (${verdict.cause})`}\n`,
    );
  } else {
    const colour = process.stdout.isTTY === true && !process.env['NO_COLOR'];
    const outDir = relative(process.cwd(), folder) || '.';
    const width = process.stdout.columns ?? 100;
    process.stdout.write(renderSummary(verdict, { colour, width, outDir, files }));
  }
  return exitCode([verdict]);
}

async function verdictOf(command: CheckHarCommand): Promise<Verdict> {
  const startedAt = Date.now();
  const files = recordingsIn(command.paths);
  const contract = await loadContract(command.release);
  const coverage = new CoverageCount(contract);
  const check = new HarCheck(contract, (observation) => coverage.add(observation), command.baseUrl);
  let entries = 0;
  for (const file of files) {
    const several = files.length > 1 ? `${basename(file)} ` : '';
    entries += await readEntries(file, (entry, place) => check.take(entry, `${several}${place}`));
  }
  const { roots } = check;
  const [root] = roots;
  if (root === undefined || check.judged === 0)
    throw new ConfigurationError(nothingFound(entries, command.baseUrl));
  if (roots.length > 1) {
    throw new ConfigurationError(
      `The recordings call ${roots.length} targets, and a verdict speaks of one. Choose it by --base-url: ${roots.join(', ')}.`,
    );
  }
  return deriveVerdict({
    suiteVersion: suiteVersion(),
    target: { name: nameOf(command, files), baseUrl: root, tlsInsecure: false },
    release: contract.release,
    contract: { source: contract.source, sha256: contract.sha256 },
    mode: 'read-only',
    seed: 0,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: Date.now() - startedAt,
    planned: planned(command.release, new Set(check.outcomes().map(({ id }) => id))),
    raw: check.outcomes(),
    restored: true,
    residue: [],
    facts: { entries, ...check.facts },
    waits: [],
    retries: { '429': 0, '503': 0 },
    coverage: coverage.coverage,
    options: { strict: command.strict, requireComplete: false },
  });
}

function planned(release: ReleaseName, told: ReadonlySet<string>): PlannedRequirement[] {
  const ofTarget = loadRequirements().map((requirement): PlannedRequirement => {
    const { id, level, text: title, source, operations } = requirement;
    const base = { id, level, title, source, operations };
    if (!appliesTo(requirement, release)) {
      return { ...base, notApplicable: `does not hold for release ${release}` };
    }
    return told.has(id)
      ? base
      : { ...base, notRun: 'the recording does not show it; run against a live target does' };
  });
  const own = ownRequirements.map((each) =>
    told.has(each.id) ? each : { ...each, notRun: 'no such request was recorded' },
  );
  return [...ofTarget, ...own];
}

function nothingFound(entries: number, baseUrl: string | undefined): string {
  const where = baseUrl === undefined ? 'a root that ends in /v2; name another by --base-url' : baseUrl;
  return `Nothing to judge: none of the ${entries} recorded entries is an answered call of the MFA API under ${where}.`;
}

function nameOf({ name }: CheckHarCommand, [first = 'recording']: readonly string[]): string {
  const given =
    name ??
    basename(first)
      .replace(/\.gz$/i, '')
      .replace(/\.har$/i, '');
  const safe = given.replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '');
  return safe === '' ? 'recording' : safe;
}
