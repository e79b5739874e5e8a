import type { OperationId } from '../contract/operations.js';
import type { Level } from '../model/verdict.js';
import { type Requirement, requirementById } from '../requirements/catalogue.js';
import { curlOf, type OperationPlace, type Step } from '../requirements/curl.js';
import { meaningOf } from '../requirements/needs.js';
import { recipeOf } from '../requirements/recipes.js';

/** Where the operations are found in the release that is explained; a contract's operations will do. */
export type OperationPlaces = ReadonlyMap<OperationId, OperationPlace>;

/**
 * One requirement in full, with the commands that show it by hand. Ends with a line break.
 *
 * @throws ConfigurationError naming the nearest ids where there is none of this name
 */
export function renderExplain(id: string, all: readonly Requirement[], operations: OperationPlaces): string {
  const requirement = requirementById(id, all);
  const facts: [string, readonly string[]][] = [
    ['Level', [`${requirement.level} (${levelMeanings[requirement.level]})`]],
    ['Area', [`${requirement.area}: ${requirement.areaTitle}`]],
    ['Ground', [requirement.ground]],
    ['Source', [requirement.source]],
    ['Claim', claimLines(requirement)],
    ['Operations', operationLines(requirement, operations)],
    ['Releases', [releasesOf(requirement)]],
    ['Needs', needLines(requirement)],
  ];
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  const lines = facts.flatMap(([name, values]) =>
    values.map((value, index) => `${(index === 0 ? name : '').padEnd(width)}${value}`),
  );
  const steps = recipeOf(requirement).map((step) => stepText(step, operations));
  return [
    requirement.id,
    requirement.text,
    '',
    ...lines,
    '',
    'Reproduce (placeholders in capitals; a private certificate authority needs --cacert FILE as well)',
    '',
    steps.join('\n\n'),
    '',
  ].join('\n');
}

const levelMeanings: Readonly<Record<Level, string>> = {
  must: 'gates',
  should: 'reported; gates with --strict',
  fact: 'measured, not judged',
};

function claimLines({ claim }: Requirement): string[] {
  return claim === undefined ? [] : [`${claim} (claimed by the vendor: must; denied: not applicable)`];
}

function operationLines({ operations }: Requirement, places: OperationPlaces): string[] {
  if (operations.length === 0) return ['all'];
  const width = Math.max(...operations.map((operation) => operation.length)) + 2;
  return operations.map((operation) => {
    const place = places.get(operation);
    return `${operation.padEnd(width)}${place === undefined ? 'not in this release' : `${place.method} ${place.path}`}`;
  });
}

function releasesOf({ since, until }: Requirement): string {
  if (since === undefined && until === undefined) return 'all';
  return [since === undefined ? '' : `from ${since} on`, until === undefined ? '' : `up to ${until}`]
    .filter((part) => part !== '')
    .join(', ');
}

function needLines({ needs }: Requirement): string[] {
  if (needs.length === 0) return ['nothing but the admin account'];
  const width = Math.max(...needs.map((need) => need.length)) + 2;
  return needs.map((need) => `${need.padEnd(width)}${meaningOf(need).text}`);
}

function stepText({ note, call, command }: Step, places: OperationPlaces): string {
  const place = call === undefined ? undefined : places.get(call.operation);
  if (call !== undefined && place === undefined) return `# ${note}: ${call.operation} is not in this release`;
  const line = call !== undefined && place !== undefined ? curlOf(call, place) : (command ?? '');
  return `# ${note}\n${line}`;
}
