import { ConfigurationError } from '../base/errors.js';
import { isFile } from '../base/files.js';
import { areaOf, groupBy } from '../base/group.js';
import type { Learned, RunEvent } from '../base/model/event.js';
import type { Explained, ToldExchange } from '../base/model/explained.js';
import { type Level, levels } from '../base/model/verdict.js';
import { counted, duration, programName, wrap } from '../base/words.js';
import type { OperationId } from '../contract/openapi/operations.js';
import { idPattern, type Requirement, requirementById } from '../contract/requirements/catalogue.js';
import { needRow } from '../contract/requirements/needs.js';
import { didYouMean } from '../input/config-file/nearest.js';
import { scriptName } from '../reports/repro/script.js';
import { eventsFile, readEvents } from '../verdict/events/log.js';
import type { Claim } from '../verdict/statement/claims.js';

export type OperationPlaces = ReadonlyMap<OperationId, { readonly method: string; readonly path: string }>;

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
  const rows = facts.flatMap(([name, values]) =>
    values.map((value, index) => [index === 0 ? name : '', value] as const),
  );
  return [
    requirement.id,
    requirement.text,
    '',
    ...inColumns(rows),
    '',
    ...(recorded === undefined ? [] : exchangeLines(recorded)),
    'On a target of yours',
    `   ${programName()} run -t FILE --grep '${id}'`,
    `   If it fails, repro/${scriptName(id)} beside the reports reproduces it by curl.`,
    '',
  ].join('\n');
}

function inColumns(rows: readonly (readonly [name: string, text: string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, text]) => `${name.padEnd(width)}${text}`);
}

function exchangeLines({ release, passes, leftOut = 0, fails }: Explained): string[] {
  const where = `the emulator${release === undefined ? '' : ` (release ${release})`}`;
  const first = passes.slice(0, leftOut > 0 ? -shownLast : undefined);
  const shown = numbered(first, 1);
  if (passes.length === 0)
    shown.push(
      '   Its test sends no request of its own: it judges connections, or the answers in other tests.',
    );
  if (leftOut > 0) {
    const last = passes.slice(-shownLast);
    shown.push(`       … ${leftOut} more …`, ...numbered(last, first.length + leftOut + 1));
  }
  return [
    `Requests of its test, and the answers of ${where}`,
    ...shown,
    '',
    `A fault that makes it fail: ${where} with --fault ${fails.fault}`,
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
  const rows = operations.map((operation) => {
    const place = places.get(operation);
    const where = place === undefined ? 'not in this release' : `${place.method} ${place.path}`;
    return [operation, where] as const;
  });
  return inColumns(rows);
}

const releasesOf = ({ since, until }: Requirement): string =>
  [since && `from ${since} on`, until && `up to ${until}`].filter(Boolean).join(', ') || 'all';

function needLines({ needs }: Requirement): string[] {
  if (needs.length === 0) return ['nothing but the admin account'];
  return inColumns(needs.map((need) => [need, needRow(need).text]));
}

export function eventsOfRun(folder: string): RunEvent[] {
  const file = eventsFile(folder);
  if (isFile(file)) return readEvents(file);
  throw new ConfigurationError(
    `${file}: no such log: --run takes the folder of one target in a folder of reports, such as reports/emulator`,
  );
}

export function renderRun(id: string, events: readonly RunEvent[]): string {
  const lines: string[] = [];
  const before = new Map<string, string>();
  const exchanges = new Set<number>();
  for (const event of events) {
    const isOwn = 'requirement' in event && event.requirement === id;
    if (isOwn && event.type === 'exchange') exchanges.add(event.index);
    if (isOwn && event.type === 'adopted') for (const index of event.exchanges) exchanges.add(index);
    if (event.type !== 'learned') lines.push(...(isOwn ? told(event) : []));
    else if (event.because.some((index) => exchanges.has(index))) lines.push(...told(event));
    else if (lines.length === 0) before.set(event.fact, learned(event));
  }
  const known = [...before.values()];
  return [
    `In this run: ${id}`,
    ...(lines.length > 0 ? lines : ['   Nothing: it was not planned, or the run ended before.']),
    ...(known.length > 0 ? ['', 'Facts that the run had learned about the target before', ...known] : []),
    '',
  ].join('\n');
}

const marks = (indexes: readonly number[]) => indexes.map((index) => `#${index}`).join(', ');

function learned({ fact, value, because }: Learned): string {
  const shown = typeof value === 'object' ? 'see events.jsonl' : String(value);
  return `       learned: ${fact}: ${shown}${because.length > 0 ? ` (by ${marks(because)})` : ''}`;
}

function told(event: RunEvent): string[] {
  switch (event.type) {
    case 'exchange': {
      const { request, response } = event.exchange;
      const { pathname, search } = new URL(request.url);
      const answer = response === undefined ? 'no answer' : String(response.status);
      return [`${`#${event.index}`.padStart(7)} ${request.method} ${pathname}${search} -> ${answer}`];
    }
    case 'wait':
      return [`       waited ${duration(event.ms)}: ${event.for}`];
    case 'retry':
      return [
        event.status === 409
          ? '       sent again: it was answered 409 beside a change by another lane'
          : `       sent again: it was answered ${event.status}, which asks to wait`,
      ];
    case 'adopted':
      return [`       shown before, and not asked again: ${marks(event.exchanges)}`];
    case 'learned':
      return [learned(event)];
    case 'test began':
      if (event.again) return ['       failed beside tests of another lane, and runs again alone'];
      return event.lane === undefined
        ? []
        : [`       began in the ${event.lane} lane, beside tests of another`];
    case 'test ended':
      return [`       ${event.status} after ${duration(event.durationMs)}`];
    default:
      return 'reason' in event ? [`       ${event.type}: ${event.reason}`] : [];
  }
}

interface ListOptions {
  readonly json: boolean;
  readonly level?: Level;
  readonly area?: string;
  readonly grep?: string;
  readonly slow?: boolean;
  /** In columns. Without a width, lines are not wrapped. */
  readonly width?: number;
}

export function renderList(requirements: readonly Requirement[], options: ListOptions): string {
  const chosen = choose(requirements, options);
  if (options.json) return `${JSON.stringify(chosen, jsonMembers, 2)}\n`;
  if (chosen.length === 0) return 'No requirement fits.\n';
  const blocks = [...groupBy(chosen, areaOf)].map(([area, members]) => {
    const title = `${area}: ${members[0]?.areaTitle ?? ''}`;
    const idWidth = Math.max(...members.map(({ id }) => id.length));
    return [title, ...members.map((requirement) => row(requirement, idWidth, options.width))].join('\n');
  });
  return `${[...blocks, totals(chosen)].join('\n\n')}\n`;
}

export function renderClaims(claims: readonly Claim[], requirements: readonly Requirement[], width = 100) {
  const blocks = claims.map(({ name, text, whenTrue, facts, count }) => {
    const decided = requirements.flatMap(({ id, level, claim }) =>
      claim === name ? [`${id} (${level})`] : [],
    );
    const lines = [
      text,
      `true: ${whenTrue}`,
      ...(count === undefined ? [] : [`a number: within a number of ${count.unit}`]),
      `decides: ${decided.join(', ')}`,
      ...(facts.length === 0 ? [] : [`facts: ${facts.join(', ')}`]),
    ];
    return [name, ...wrap(lines.join('\n'), Math.max(26, width), '  ')].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

function choose(requirements: readonly Requirement[], { level, area, grep, slow }: ListOptions) {
  const areas = [...new Set(requirements.map((requirement) => requirement.area))];
  if (area !== undefined && !areas.includes(area)) {
    const meant = didYouMean(area, areas) || `; there are ${areas.join(', ')}`;
    throw new ConfigurationError(`There is no area ${area}${meant}`);
  }
  const pattern = grep === undefined ? undefined : idPattern(grep);
  return requirements.filter(
    (requirement) =>
      (!slow || requirement.needs.includes('longWait')) &&
      (level === undefined || requirement.level === level) &&
      (area === undefined || requirement.area === area) &&
      (pattern === undefined || pattern.test(requirement.id)),
  );
}

const members = 'id area areaTitle level text ground source claim operations needs since until';
const jsonMembers = members.split(' ');

const levelWidth = 'should'.length;

function row({ id, level, text: sentence, claim }: Requirement, idWidth: number, width?: number): string {
  const text = claim === undefined ? sentence : `${sentence} [claim: ${claim}]`;
  const left = `  ${level.padEnd(levelWidth)}  ${id.padEnd(idWidth)}  `;
  const room = width === undefined ? Number.POSITIVE_INFINITY : width - left.length;
  if (room >= 30) return left + wrap(text, room, '').join(`\n${' '.repeat(left.length)}`);
  const indent = ' '.repeat(levelWidth + 4);
  return [left.trimEnd(), ...wrap(text, Math.max(24 + indent.length, width ?? 80), indent)].join('\n');
}

function totals(requirements: readonly Requirement[]): string {
  const countOf = (level: Level) => requirements.filter((each) => each.level === level).length;
  const counts = levels.map((level) => `${countOf(level)} ${level}`);
  return `${counted(requirements.length, 'requirement')}: ${counts.join(', ')}`;
}
