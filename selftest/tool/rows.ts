const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Reads a table: one row on each line, its cells separated by ` | `. `${…}` may contain any text. */
export function rows({ raw }: TemplateStringsArray, ...values: readonly string[]): string[][] {
  const cell = (text: string) =>
    text.trim().replace(/\0(\d+)\0|\\(.)/g, (_, at?: string, escaped = '') => {
      return at === undefined ? (named[escaped] ?? escaped) : (values[Number(at)] ?? '');
    });
  const lines = raw.map((piece, at) => (at === 0 ? piece : `\0${at - 1}\0${piece}`)).join('');
  return lines
    .trim()
    .split('\n')
    .map((line) => line.split(' | ').map(cell));
}
