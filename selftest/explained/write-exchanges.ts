import { createHash } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Explained, ToldExchange } from '../../src/base/model/explained.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { exchangesFile, loadExchanges, type Named } from '../../src/contract/requirements/exchanges.js';
import type { LogIndex } from '../../src/reports/repro/log.js';
import { groupsOf, together } from '../detection/groups.js';
import { judge } from '../detection/matrix.js';
import { asItIs, asItIsInLatest, type Expectation, expectationOfFault } from '../detection/problems.js';
import { scratchFolder } from '../tool/processes.js';
import { askedOfLatest, faultsFor, logOf, passesOf } from './recorded.js';
import { failsIn } from './sent.js';

// Run by `npm run generate -- explain [part of an id …]`. Without an id, it records a failure again only if
// the record is missing or the fault has changed.
const parts = process.argv.slice(2);

const requirements = loadRequirements();
const folder = scratchFolder('explain');
const found = new Map<string, Explained['fails']>();
const logs: LogIndex[] = [];
const batchSize = 3;
const options = { jobs: 3, mailTimeoutMs: 2000 };
const reference = join(folder, 'reference');
await judge([asItIs], reference, options);
const usual = logOf(join(reference, 'out', asItIs.name));
const asked = askedOfLatest((id) => passesOf(id, [usual]).passes.length === 0);
await judge([asItIsInLatest], reference, { ...options, only: asked });
logs.push(usual, logOf(join(reference, 'out', asItIsInLatest.name)));

const rounds = [0, 0, 1].map((nth, round) => ({ isAlone: round > 0, nth }));
let left = toRecord();
console.log(`${left.length} requirements to be failed`);
// The last round uses the next fault of each requirement.
for (const { isAlone, nth } of rounds) {
  const wanted = left.flatMap((id) => faultOf(id, nth));
  await record(wanted, isAlone);
  left = left.filter((id) => !found.has(id));
}
write();
for (const id of left) console.log(`WRONG ${id}: no fault made it fail`);
process.exitCode = left.length === 0 ? 0 : 1;

interface Wanted {
  readonly id: string;
  readonly fault: Expectation;
}

/** The requirements to record. A record is kept if its fault still breaks the requirement and no argument names it. */
function toRecord(): string[] {
  const recorded = existsSync(exchangesFile) ? loadExchanges() : new Map<string, Explained>();
  return requirements.flatMap(({ id }) => {
    const known = recorded.get(id)?.fails;
    const isKnown = faultsFor(id).some((fault) => fault.id === known?.fault);
    if (known === undefined || !isKnown || parts.some((part) => id.includes(part))) return [id];
    found.set(id, known);
    return [];
  });
}

function faultOf(id: string, nth: number): Wanted[] {
  const fault = faultsFor(id)[nth];
  return fault === undefined ? [] : [{ id, fault: expectationOfFault(fault) }];
}

/** Tries faults in groups, each for its own requirements. A fault that another one hides runs again alone. */
async function record(wanted: readonly Wanted[], isAlone: boolean): Promise<void> {
  const faults = [...new Map(wanted.map(({ fault }) => [fault.name, fault])).values()];
  const groups = isAlone ? faults.map((fault) => [fault]) : groupsOf(faults, requirements);
  for (let at = 0; at < groups.length; at += batchSize) {
    const batch = groups.slice(at, at + batchSize);
    const own = join(folder, `${isAlone ? 'alone' : 'group'}-${at}`);
    const subjects = batch.map((group, index) => together(group, `group-${index + 1}`));
    const asked = batch.flatMap((group) => wanted.filter(({ fault }) => group.includes(fault)));
    const only = isAlone ? {} : { only: asked.map(({ id }) => id) };
    await judge(subjects, own, { ...options, ...only });
    for (const [index, { name }] of subjects.entries()) {
      const log = logOf(join(own, 'out', name));
      for (const { id, fault } of asked.filter((each) => batch[index]?.includes(each.fault))) {
        const fails = failsIn(log, id, fault.faults[0] ?? '');
        if (fails !== undefined) found.set(id, fails);
      }
    }
    console.log(
      `${Math.min(at + batchSize, groups.length)} of ${groups.length} groups, ${found.size} recorded`,
    );
    rmSync(own, { recursive: true, force: true });
    // The work takes long, so the results of each group are written at once.
    write();
  }
}

function write(): void {
  const explained = requirements.flatMap(({ id }) => {
    const fails = found.get(id);
    return fails === undefined ? [] : [[id, { ...passesOf(id, logs), fails }] as const];
  });
  writeFileSync(exchangesFile, exchangesText(new Map(explained)));
}

/** The text of the file. Each exchange has a line and its hash as its name, so that diffs are small. */
function exchangesText(explained: ReadonlyMap<string, Explained>): string {
  const lines = new Map<string, string>();
  const names = (all: readonly ToldExchange[]): string[] =>
    all.map((each) => {
      const line = JSON.stringify(each);
      const name = createHash('sha256').update(line).digest('hex').slice(0, 8);
      lines.set(name, line);
      return name;
    });
  const requirements = [...explained].map(([id, { passes, fails, ...rest }]) => {
    const failing = { ...fails, exchanges: names(fails.exchanges) };
    const named: Named = { ...rest, passes: names(passes), fails: failing };
    return `    ${JSON.stringify(id)}: ${JSON.stringify(named)}`;
  });
  const exchanges = [...lines].sort().map(([name, line]) => `    "${name}": ${line}`);
  return `{\n  "exchanges": {\n${exchanges.join(',\n')}\n  },\n  "requirements": {\n${requirements.join(',\n')}\n  }\n}\n`;
}
