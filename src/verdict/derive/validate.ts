import type { Verdict } from '../../base/model/verdict.js';
import { checkBy, parseJsonFile, refusal } from '../../base/spec-schema.js';
import { summarise } from './derive.js';

const what = 'verdict';
const check = checkBy<Verdict>('verdict.schema.json', what);

/** Throws if the verdict breaks its schema, repeats an id or has wrong counts. */
export function validateVerdict(value: unknown, place = 'verdict'): Verdict {
  const version = otherVersion(value);
  if (version !== undefined) throw refusal(place, what, [version]);
  const verdict = check(value, place);
  const problems = [...repeatedIds(verdict), ...wrongCounts(verdict)];
  if (problems.length > 0) throw refusal(place, what, problems);
  return verdict;
}

export function parseVerdict(text: string, place: string): Verdict {
  return validateVerdict(parseJsonFile(text, place, what), place);
}

/** Another schema version is reported alone, because it explains all other problems. */
function otherVersion(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('schemaVersion' in value)) return undefined;
  const { schemaVersion } = value;
  if (schemaVersion === 1 || typeof schemaVersion !== 'number') return undefined;
  const age = schemaVersion > 1 ? 'a newer' : 'an older';
  return `/schemaVersion: must be 1, is ${schemaVersion}: it is of ${age} version of the suite; run that one, or run again to get a verdict of this one`;
}

function repeatedIds({ outcomes }: Verdict): string[] {
  const ids = outcomes.map(({ id }) => id);
  return ids.flatMap((id, at) => (ids.indexOf(id) < at ? [`/outcomes/${at}/id: ${id} occurs twice`] : []));
}

function wrongCounts({ outcomes, summary }: Verdict): string[] {
  const told = new Map(Object.entries(summary));
  return Object.entries(summarise(outcomes)).flatMap(([name, count]) =>
    told.get(name) === count
      ? []
      : [`/summary/${name}: is ${told.get(name)}, but the outcomes count ${count}`],
  );
}
