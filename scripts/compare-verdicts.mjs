// Compares two verdicts except for times, ports and numbers of requests, which differ from run to run.
//   node scripts/compare-verdicts.mjs [--outcomes] BEFORE/verdict.json AFTER/verdict.json
// --outcomes compares only the outcomes of common requirements, for versions with differently worded reasons.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

const onlyOutcomes = process.argv.includes('--outcomes');
const [before, after] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
if (before === undefined || after === undefined) {
  console.error('Usage: compare-verdicts.mjs [--outcomes] BEFORE/verdict.json AFTER/verdict.json');
  process.exit(2);
}

const [a, b] = [before, after].map((file) => JSON.parse(readFileSync(file, 'utf8')));
const differences = onlyOutcomes
  ? [...differing('', kinds(a, b), kinds(b, a))]
  : [...differing('', comparable(a), comparable(b))];
for (const line of differences) console.log(line);
console.log(differences.length === 0 ? 'The verdicts are equal.' : `${differences.length} differences.`);
process.exitCode = differences.length === 0 ? 0 : 1;

/** The outcomes by id, for requirements in both verdicts. */
function kinds(verdict, other) {
  const known = new Set(other.outcomes.map(({ id }) => id));
  const both = verdict.outcomes.filter(({ id }) => known.has(id));
  return Object.fromEntries(both.map(({ id, outcome }) => [id, outcome]));
}

/** The parts of a verdict that stay the same in two runs on one target. */
function comparable(verdict) {
  const { startedAt, durationMs, suite, waits, coverage, facts, ...rest } = verdict;
  const { clockOffsetMs, ...measured } = facts;
  return {
    ...rest,
    target: { ...rest.target, baseUrl: withoutPort(rest.target.baseUrl) },
    facts: measured,
    waits: [...new Set(waits.map((wait) => wait.for))].sort(),
    coverage: Object.fromEntries(Object.entries(coverage).map(([part, counts]) => [part, used(counts)])),
    outcomes: Object.fromEntries(rest.outcomes.map((outcome) => [outcome.id, comparableOutcome(outcome)])),
  };
}

/** Secrets, ids and times of a failure's exchanges differ; its requests don't. */
function comparableOutcome({ durationMs, exchanges, reproduce, ...outcome }) {
  const { method, url } = exchanges.at(-1)?.request ?? {};
  return { ...outcome, reproducible: reproduce !== '', last: method && `${method} ${withoutPort(url)}` };
}

function used(counts) {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([key]) => key)
    .sort();
}

function withoutPort(url) {
  return url.replace(/^(https?:\/\/[^/:]+):\d+/, '$1');
}

function* differing(at, left, right) {
  if (isDeepStrictEqual(left, right)) return;
  const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(left) || !isObject(right)) {
    yield `${at}: ${JSON.stringify(left)} before, ${JSON.stringify(right)} after`;
    return;
  }
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
    yield* differing(`${at}/${key}`, left[key], right[key]);
}
