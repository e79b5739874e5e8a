import { ConfigurationError } from '../base/errors.js';
import { type Level, levels } from '../base/model/verdict.js';
import type { Requirement } from '../contract/requirements/catalogue.js';
import { idPattern } from '../contract/requirements/glob.js';
import { didYouMean } from '../input/config-file/nearest.js';
import type { Claim } from '../verdict/statement/claims.js';

export interface ListOptions {
  readonly json: boolean;
  readonly level?: Level;
  readonly area?: string;
  /** A pattern over ids, as in `run --grep`: `*` stands for any run of characters. */
  readonly grep?: string;
  /** Only what waits for minutes: `run --slow`, or a clock that can be moved. */
  readonly slow?: boolean;
  /** Columns of the terminal; longer lines are broken. Absent: nothing is broken. */
  readonly width?: number;
}

/**
 * The requirements that the options leave, as columns under a heading for each area, or as a JSON array whose
 * members always have the same order. Ends with a line break.
 *
 * @throws ConfigurationError when there is no such area
 */
export function renderList(requirements: readonly Requirement[], options: ListOptions): string {
  const chosen = choose(requirements, options);
  if (options.json) return `${JSON.stringify(chosen.map(toJson), null, 2)}\n`;
  if (chosen.length === 0) return 'No requirement fits.\n';
  const blocks = [...byArea(chosen)].map(([area, members]) => {
    const title = `${area}: ${members[0]?.areaTitle ?? ''}`;
    const idWidth = Math.max(...members.map(({ id }) => id.length));
    return [title, ...members.map((requirement) => row(requirement, idWidth, options.width))].join('\n');
  });
  return `${[...blocks, totals(chosen)].join('\n\n')}\n`;
}

/** What a vendor's statement may say, and what each claim decides. Ends with a line break. */
export function renderClaims(
  claims: readonly Claim[],
  requirements: readonly Requirement[],
  width = 100,
): string {
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
    return [
      name,
      ...lines.flatMap((line) => wrap(line, Math.max(24, width - 2)).map((part) => `  ${part}`)),
    ].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

function choose(
  requirements: readonly Requirement[],
  { level, area, grep, slow }: ListOptions,
): Requirement[] {
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

function toJson(requirement: Requirement): Requirement {
  const { id, area, areaTitle, level, text, ground, source, claim, operations, needs, since, until } =
    requirement;
  return {
    id,
    area,
    areaTitle,
    level,
    text,
    ground,
    source,
    ...(claim === undefined ? {} : { claim }),
    operations,
    needs,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

function byArea(requirements: readonly Requirement[]): Map<string, Requirement[]> {
  const areas = new Map<string, Requirement[]>();
  for (const requirement of requirements) {
    areas.set(requirement.area, [...(areas.get(requirement.area) ?? []), requirement]);
  }
  return areas;
}

const levelWidth = 'should'.length;

function row(
  { id, level, text: sentence, claim }: Requirement,
  idWidth: number,
  width: number | undefined,
): string {
  const text = claim === undefined ? sentence : `${sentence} [claim: ${claim}]`;
  const left = `  ${level.padEnd(levelWidth)}  ${id.padEnd(idWidth)}  `;
  const room = width === undefined ? Number.POSITIVE_INFINITY : width - left.length;
  // Beside a narrow column of text the ids alone fill the line: then the text goes below.
  if (room >= 30) return left + wrap(text, room).join(`\n${' '.repeat(left.length)}`);
  const indent = ' '.repeat(levelWidth + 4);
  return [
    left.trimEnd(),
    ...wrap(text, Math.max(24, (width ?? 80) - indent.length)).map((line) => indent + line),
  ].join('\n');
}

function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > room && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function totals(requirements: readonly Requirement[]): string {
  const counts = levels.map(
    (level) => `${requirements.filter((each) => each.level === level).length} ${level}`,
  );
  const noun = requirements.length === 1 ? 'requirement' : 'requirements';
  return `${requirements.length} ${noun}: ${counts.join(', ')}`;
}
