import type { Explained, ToldExchange } from '../base/model/explained.js';
import type { Level } from '../base/model/verdict.js';
import { programName } from '../base/words.js';
import type { OperationId } from '../contract/openapi/operations.js';
import { type Requirement, requirementById } from '../contract/requirements/catalogue.js';
import { meaningOf } from '../contract/requirements/needs.js';
import { scriptName } from '../reports/repro/script.js';

export type OperationPlaces = ReadonlyMap<OperationId, { readonly method: string; readonly path: string }>;

/** One requirement in full, with its exchanges against the emulator. Ends with a line break. */
export function renderExplain(
  id: string,
  all: readonly Requirement[],
  operations: OperationPlaces,
  recorded: Explained | undefined,
): string {
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
  return [
    requirement.id,
    requirement.text,
    '',
    ...lines,
    '',
    ...(recorded === undefined ? [] : exchangeLines(recorded)),
    'On a target of yours',
    `   ${programName()} run -t FILE --grep '${id}'`,
    `   Where it fails, repro/${scriptName(id)} beside the reports shows it again by curl.`,
    '',
  ].join('\n');
}

function exchangeLines({ release, passes, leftOut = 0, fails }: Explained): string[] {
  const where = `the emulator${release === undefined ? '' : ` (release ${release})`}`;
  const first = passes.slice(0, leftOut > 0 ? -shownLast : undefined);
  const shown =
    passes.length === 0
      ? ['   Its test sends no request of its own: it looks at connections, or at the answers to all others.']
      : [
          ...numbered(first, 1),
          ...(leftOut > 0
            ? [
                `       … ${leftOut} more …`,
                ...numbered(passes.slice(-shownLast), first.length + leftOut + 1),
              ]
            : []),
        ];
  return [
    `What its test sends, and what ${where} answers`,
    ...shown,
    '',
    `What makes it fail: ${where} with --fault ${fails.fault}`,
    ...numbered(fails.exchanges, 1),
    ...aligned('expected', fails.expected),
    ...aligned('actual', fails.actual),
    '',
  ];
}

const shownLast = 3;

function numbered(exchanges: readonly ToldExchange[], from: number): string[] {
  return exchanges.flatMap(({ request, as, fields = [], body, answer, again }, at) => [
    `${`${from + at}.`.padStart(6)} ${request}   (${as})`,
    ...fields.map((field) => `       ${field}`),
    ...(body === undefined || body === '' ? [] : [`       ${body}`]),
    `       -> ${answer}`,
    ...(again === undefined
      ? []
      : [`       (${again === 1 ? 'again' : `the last ${again} again`}, once or more)`]),
  ]);
}

function aligned(word: string, text: string): string[] {
  return text.split('\n').map((line, at) => `   ${(at === 0 ? `${word}:` : '').padEnd(9)} ${line}`.trimEnd());
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
