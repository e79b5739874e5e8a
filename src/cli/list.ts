import { ConfigurationError } from '../base/errors.js';
import { type Level, levels } from '../base/model/verdict.js';
import { counted, wrap } from '../base/words.js';
import type { Requirement } from '../contract/requirements/catalogue.js';
import { idPattern } from '../contract/requirements/glob.js';
import { didYouMean } from '../input/config-file/nearest.js';
import { areaOf, groupBy } from '../verdict/derive/group.js';
import type { Claim } from '../verdict/statement/claims.js';

export interface ListOptions {
  readonly json: boolean;
  readonly level?: Level;
  readonly area?: string;
  /** A pattern over ids, as in `run --grep`: `*` stands for any characters. */
  readonly grep?: string;
  /** Only requirements that wait for minutes: they need `run --slow` or a movable clock. */
  readonly slow?: boolean;
  /** Columns of the terminal; absent: lines are not broken. */
  readonly width?: number;
}

/** The selected requirements: columns under a heading per area, or a JSON array whose members keep one order. */
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

/** The claims that a vendor's statement may make, with what each decides. Ends with a line break. */
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
    return [name, ...wrap(lines.join('\n'), Math.max(26, width), '  ')].join('\n');
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

/** The members of a requirement in JSON, in this order. */
const jsonMembers = 'id area areaTitle level text ground source claim operations needs since until'.split(
  ' ',
);

const levelWidth = 'should'.length;

function row(
  { id, level, text: sentence, claim }: Requirement,
  idWidth: number,
  width: number | undefined,
): string {
  const text = claim === undefined ? sentence : `${sentence} [claim: ${claim}]`;
  const left = `  ${level.padEnd(levelWidth)}  ${id.padEnd(idWidth)}  `;
  const room = width === undefined ? Number.POSITIVE_INFINITY : width - left.length;
  // On a narrow terminal the ids fill the line, so the text goes below.
  if (room >= 30) return left + wrap(text, room, '').join(`\n${' '.repeat(left.length)}`);
  const indent = ' '.repeat(levelWidth + 4);
  return [left.trimEnd(), ...wrap(text, Math.max(24 + indent.length, width ?? 80), indent)].join('\n');
}

function totals(requirements: readonly Requirement[]): string {
  const counts = levels.map(
    (level) => `${requirements.filter((each) => each.level === level).length} ${level}`,
  );
  return `${counted(requirements.length, 'requirement')}: ${counts.join(', ')}`;
}
