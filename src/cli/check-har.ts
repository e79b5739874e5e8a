import { basename, join } from 'node:path';
import { ConfigurationError } from '../base/errors.js';
import type { EventBody } from '../base/model/event.js';
import type { ReleaseName } from '../base/model/releases.js';
import type { PlannedRequirement } from '../base/model/results.js';
import type { Verdict } from '../base/model/verdict.js';
import { suiteVersion } from '../base/package-root.js';
import { coverageUniverse } from '../contract/openapi/coverage.js';
import { loadContract } from '../contract/openapi/load.js';
import { appliesTo, loadRequirements } from '../contract/requirements/catalogue.js';
import { renderSummary } from '../reports/forms/summary.js';
import { quietLine } from '../reports/forms/verdict-words.js';
import { writeReports } from '../reports/forms/write.js';
import { HarCheck } from '../target/har/check.js';
import { readEntries, recordingsIn } from '../target/har/entry.js';
import { ownRequirements } from '../target/har/own-requirements.js';
import { exitCode } from '../verdict/derive/exit-code.js';
import { RunFold } from '../verdict/derive/fold.js';
import type { RunCommand } from './run-options.js';
import { fromHere, say, terminal } from './terminal.js';

export interface CheckHarCommand extends Pick<RunCommand, 'out' | 'strict' | 'quiet' | 'json'> {
  readonly paths: readonly string[];
  readonly release: ReleaseName;
  /** The API root whose entries are judged; by default the only root in the recordings. */
  readonly baseUrl?: string | undefined;
  readonly name?: string | undefined;
}

export async function checkHar(command: CheckHarCommand): Promise<number> {
  const verdict = await verdictOf(command);
  const folder = join(command.out, verdict.target.name);
  const files = writeReports(verdict, folder);
  if (command.json) say(JSON.stringify(verdict));
  else if (command.quiet) say(quietLine(verdict));
  else say(renderSummary(verdict, { ...terminal(), outDir: fromHere(folder), files }));
  return exitCode([verdict]);
}

async function verdictOf(command: CheckHarCommand): Promise<Verdict> {
  const startedAt = new Date().toISOString();
  const files = recordingsIn(command.paths);
  const contract = await loadContract(command.release);
  const fold = new RunFold();
  const take = (event: EventBody, at = startedAt) => fold.take({ ...event, at });
  const check = new HarCheck(contract, take, command.baseUrl);
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
      `The recordings call ${roots.length} targets, but a verdict is about one target. Choose one with --base-url: ${roots.join(', ')}.`,
    );
  }
  for (const [name, value] of Object.entries({ entries, ...check.facts }))
    take({ type: 'fact', requirement: '', name, value });
  take({ type: 'restored', restored: true, residue: [] });
  take({ type: 'run ended', interrupted: null }, new Date().toISOString());
  return fold.verdictOf({
    type: 'run began',
    at: startedAt,
    schemaVersion: 2,
    suiteVersion: suiteVersion(),
    target: { name: nameOf(command, files), baseUrl: root, tlsInsecure: false },
    release: contract.release,
    contract: { source: contract.source, sha256: contract.sha256 },
    mode: 'read-only',
    selection: { by: 'recording', leftOut: 0 },
    seed: 0,
    planned: planned(command.release),
    parts: coverageUniverse(contract),
    options: { strict: command.strict, requireComplete: false },
    warnings: [],
  });
}

/** Lists all requirements, each with the reason to give if the recording does not show it. */
function planned(release: ReleaseName): PlannedRequirement[] {
  const ofTarget = loadRequirements().map((requirement): PlannedRequirement => {
    const { id, level, text: title, source, operations } = requirement;
    const base = { id, level, title, source, operations };
    return appliesTo(requirement, release)
      ? { ...base, notRun: 'the recording does not show it; run against a live target does' }
      : { ...base, notApplicable: `does not apply to release ${release}` };
  });
  const own = ownRequirements.map((each) => ({ ...each, notRun: 'no such request was recorded' }));
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
  return given.replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '') || 'recording';
}
