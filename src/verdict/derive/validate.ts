import type { ErrorObject } from 'ajv';
import type { Verdict } from '../../base/model/verdict.js';
import { parseJsonFile, refusal, specSchema } from '../../base/spec-schema.js';
import { summarise } from './derive.js';

const what = 'verdict';

/** Throws if the verdict breaks its schema, repeats an id or has wrong counts. */
export function validateVerdict(value: unknown, place = 'verdict'): Verdict {
  const version = otherVersion(value);
  if (version !== undefined) throw refusal(place, what, [version]);
  const validate = specSchema<Verdict>('verdict.schema.json');
  if (!validate(value)) throw refusal(place, what, (validate.errors ?? []).map(inWords));
  const problems = [...repeatedIds(value), ...wrongCounts(value)];
  if (problems.length > 0) throw refusal(place, what, problems);
  return value;
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

function inWords({ instancePath, keyword, params, message }: ErrorObject): string {
  const at = instancePath === '' ? '/' : instancePath;
  if (keyword === 'additionalProperties') return `${at}: unknown property ${params['additionalProperty']}`;
  if (keyword === 'enum') return `${at}: must be one of ${[params['allowedValues']].flat().join(', ')}`;
  if (keyword === 'const') return `${at}: must be ${JSON.stringify(params['allowedValue'])}`;
  return `${at}: ${message ?? keyword}`;
}

function repeatedIds({ outcomes }: Verdict): string[] {
  const seen = new Set<string>();
  return outcomes.flatMap(({ id }, index) => {
    if (seen.has(id)) return [`/outcomes/${index}/id: ${id} occurs twice`];
    seen.add(id);
    return [];
  });
}

function wrongCounts({ outcomes, summary }: Verdict): string[] {
  const told = new Map(Object.entries(summary));
  return Object.entries(summarise(outcomes)).flatMap(([name, count]) =>
    told.get(name) === count
      ? []
      : [`/summary/${name}: is ${told.get(name)}, but the outcomes count ${count}`],
  );
}
