import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../base/files.js';
import type { Outcome, Verdict } from '../../base/model/verdict.js';
import { jsonOf, objectOf, type Shape, shapes } from '../../base/shape.js';

export const allureResults = 'allure-results';

export const categoryLabel = 'category';

/** The categories of problems, by the action that they need. Allure shows them in this order. */
export const categories = ['contract failure', 'advisory', 'inconclusive', 'waived'] as const;
type Category = (typeof categories)[number];

function categoryOf({ outcome, level }: Pick<Outcome, 'outcome' | 'level'>): Category | undefined {
  if (outcome === 'fail') return level === 'must' ? 'contract failure' : 'advisory';
  return outcome === 'inconclusive' || outcome === 'waived' ? outcome : undefined;
}

interface Named {
  readonly name: string;
  readonly value?: unknown;
}

interface AllureResult {
  status?: unknown;
  statusDetails?: unknown;
  labels: readonly Named[];
  attachments?: unknown;
  readonly parameters: readonly Named[];
}

/** Copies a target's Allure results, with the outcomes of the verdict, which knows the waivers. */
export function takeAllureResults(from: string, verdict: Verdict, folder: string): void {
  const to = join(folder, allureResults);
  rmSync(to, { recursive: true, force: true });
  if (!existsSync(from)) return;
  makeFolder(to);
  const outcomes = new Map(verdict.outcomes.map((outcome) => [outcome.id, outcome]));
  for (const name of readdirSync(from).filter((each) => each.endsWith('-result.json'))) {
    const result = jsonOf(readFileSync(join(from, name), 'utf8'), isResult);
    const project = result?.parameters.find((each) => each.name === 'Project')?.value;
    if (result === undefined || project !== verdict.target.name) continue;
    const [outcome] = result.labels.flatMap(({ value }) => outcomes.get(String(value)) ?? []);
    if (outcome !== undefined) align(result, outcome);
    for (const source of dropNoise(result)) {
      if (existsSync(join(from, source))) copyFileSync(join(from, source), join(to, source));
    }
    if (outcome !== undefined && outcome.exchanges.length > 0) {
      const source = name.replace(/-result\.json$/, '-exchanges.json');
      writeFileSync(join(to, source), JSON.stringify(outcome.exchanges, undefined, 1));
      const others: unknown[] = Array.isArray(result.attachments) ? result.attachments : [];
      result.attachments = [...others, { name: 'exchanges', source, type: 'application/json' }];
    }
    writeFileSync(join(to, name), JSON.stringify(result));
  }
  writeFileSync(join(to, 'environment.properties'), properties(environmentOf(verdict)));
  writeFileSync(join(to, 'categories.json'), `${JSON.stringify(categoryFile, undefined, 1)}\n`);
}

function environmentOf({ target, contract, suite, ...run }: Verdict): Record<string, string> {
  return {
    Target: target.name,
    'Base URL': target.baseUrl,
    Release: run.release,
    Contract: `${contract.source} (sha256 ${contract.sha256.slice(0, 12)})`,
    Mode: run.mode,
    Seed: String(run.seed),
    Verdict: run.gate,
    Suite: `${suite.name} ${suite.version}`,
    'Node.js': process.version,
  };
}

/** Writes Java's properties format, in ASCII. */
export function properties(values: Readonly<Record<string, string>>): string {
  const escaped = (text: string) =>
    text
      .replace(/[\\:=#! ]/g, '\\$&')
      .replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `${Object.entries(values)
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .join('\n')}\n`;
}

/** For other report generators. The suite's own report takes categories from labels. */
const categoryFile = categories.map((name) => ({
  name,
  matchedStatuses: name === 'inconclusive' ? ['broken'] : name === 'waived' ? ['skipped'] : ['failed'],
  messageRegex: `(?s)${name}.*`,
}));

const statuses: Readonly<Record<Outcome['outcome'], string>> = {
  pass: 'passed',
  fail: 'failed',
  inconclusive: 'broken',
  // A waived failure needs no action, but it is not a pass.
  waived: 'skipped',
  'not run': 'skipped',
  'not applicable': 'skipped',
};

function align(result: AllureResult, outcome: Outcome): void {
  const category = categoryOf(outcome);
  result.status = statuses[outcome.outcome];
  const others = result.labels.filter(({ name }) => name !== categoryLabel);
  result.labels = category === undefined ? others : [...others, { name: categoryLabel, value: category }];
  const message = outcome.outcome === 'pass' ? '' : `${category ?? outcome.outcome}: ${outcome.reason}`;
  result.statusDetails = message === '' ? {} : { message };
}

/** Removes the tests' output, which is no evidence. @returns the files that the result and its steps refer to */
function dropNoise(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(dropNoise);
  if ('attachments' in value && Array.isArray(value.attachments)) {
    value.attachments = value.attachments.filter(
      (each: unknown) => !(isNamed(each) && (each.name === 'stdout' || each.name === 'stderr')),
    );
  }
  const own =
    'source' in value && 'type' in value && typeof value.source === 'string' && isFileName(value.source)
      ? [value.source]
      : [];
  return [...own, ...Object.values(value).flatMap(dropNoise)];
}

const isFileName = (name: string): boolean => /^[\w-]+(?:\.[\w-]+)*$/.test(name);

const isNamed = objectOf({ name: shapes.text });

const isResult: Shape<AllureResult> = objectOf({
  labels: shapes.listOf(isNamed),
  parameters: shapes.listOf(isNamed),
});
