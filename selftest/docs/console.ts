export interface Block {
  readonly at: number;
  readonly lines: readonly string[];
  /** The command to run; empty if the block shows only output. */
  readonly script: string;
}

const isShown = (line: string) => line === '#' || line.startsWith('# ');
const elided = '…';

/** The blocks with output: `sh` blocks with "# " lines, except whole scripts, and blocks without a language. */
export function blocksOf(page: string): Block[] {
  const found: Block[] = [];
  let open: { at: number; language: string; lines: string[] } | undefined;
  page.split('\n').forEach((line, index) => {
    if (!line.startsWith('```')) open?.lines.push(line);
    else if (open === undefined) open = { at: index + 1, language: line.slice(3), lines: [] };
    else {
      const { at, language, lines } = open;
      const isShell = language === 'sh' && lines[0]?.startsWith('#!') !== true;
      if (language === '' || (isShell && lines.some(isShown)))
        found.push({ at, lines, script: isShell ? lines.filter((each) => !isShown(each)).join('\n') : '' });
      open = undefined;
    }
  });
  return found;
}

/** Removes parts that differ from run to run: times, ports, hashes, returned ids, amounts written. */
export function lasting(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d{4}-\d\d-\d\d \d\d:\d\d( UTC)?/g, '#')
    .replace(/127\.0\.0\.1:\d+|(?<=sha256 )\w+|(?<=no secret in )\d+|(?<=")[\w-]{32}(?=")/g, '#')
    .replace(/^\[.*?\] .*$/, '[#]')
    .replace(/took .*$/, 'took #');
}

/** The block's lines as the command printed them, in order; undefined for a line that it did not print. */
export function asPrinted({ lines, script }: Block, printed: string): (string | undefined)[] {
  const output = printed.split('\n').map((line) => line.trimEnd());
  const mark = script === '' ? '' : '# ';
  let from = 0;
  return lines.map((line) => {
    const shown = line === '#' ? '' : line.slice(mark.length);
    if ((script !== '' && !isShown(line)) || shown === elided) return line;
    const at = placeOf(shown, output, from);
    if (at < 0) return undefined;
    from = at + 1;
    return `${mark}${output[at]}`.trimEnd();
  });
}

/** The line's place in the output. If the page is out of date, the first line with the same beginning. */
function placeOf(shown: string, output: readonly string[], from: number): number {
  const beginning = (line: string) => lasting(line).trim().split(/\s+/).slice(0, 2).join(' ');
  const find = (part: (line: string) => string) =>
    output.findIndex((line, index) => index >= from && part(line) === part(shown));
  const at = find(lasting);
  return at >= 0 ? at : find(beginning);
}
