import type { ErrorObject } from 'ajv';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import type { Verdict } from '../../base/model/verdict.js';
import { specSchema } from '../../base/spec-schema.js';
import { summarise } from './derive.js';

/** More problems than this are of one kind, or the file is no verdict at all. */
const shown = 5;

/**
 * A value that came from outside, or is about to go there, as a verdict: by the schema in spec/, with outcomes
 * of one id each and counts that agree with them.
 *
 * @param place where the value is from, for the message: a file's name
 * @throws ConfigurationError that names the place and what is wrong at which JSON pointer
 */
export function validateVerdict(value: unknown, place = 'verdict'): Verdict {
  const version = otherVersion(value);
  if (version !== undefined) throw refusal(place, [version]);
  const validate = specSchema<Verdict>('verdict.schema.json');
  if (!validate(value)) throw refusal(place, (validate.errors ?? []).map(inWords));
  const problems = [...repeatedIds(value), ...wrongCounts(value)];
  if (problems.length > 0) throw refusal(place, problems);
  return value;
}

/** Reads and checks a verdict.json. */
export function parseVerdict(text: string, place: string): Verdict {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refusal(place, [`no JSON: ${reasonOf(error)}`]);
  }
  return validateVerdict(value, place);
}

/** All else that may be wrong with a verdict of another version follows from that. */
function otherVersion(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('schemaVersion' in value)) return undefined;
  const { schemaVersion } = value;
  if (schemaVersion === 1 || typeof schemaVersion !== 'number') return undefined;
  const age = schemaVersion > 1 ? 'a newer' : 'an older';
  return `/schemaVersion: must be 1, is ${schemaVersion}: it is of ${age} version of the suite; run that one, or run again to get a verdict of this one`;
}

function refusal(place: string, problems: readonly string[]): ConfigurationError {
  const more = problems.length > shown ? [`and ${problems.length - shown} more`] : [];
  const lines = [...problems.slice(0, shown), ...more].map((problem) => `\n  ${problem}`);
  return new ConfigurationError(`${place} is not a valid verdict:${lines.join('')}`);
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
    if (seen.has(id)) return [`/outcomes/${index}/id: ${id} stands there twice`];
    seen.add(id);
    return [];
  });
}

function wrongCounts({ outcomes, summary }: Verdict): string[] {
  const counted = summarise(outcomes);
  const names = [
    'planned',
    'pass',
    'fail',
    'failShould',
    'notRun',
    'notApplicable',
    'waived',
    'inconclusive',
  ] as const;
  return names
    .filter((name) => summary[name] !== counted[name])
    .map((name) => `/summary/${name}: is ${summary[name]}, but the outcomes count ${counted[name]}`);
}
