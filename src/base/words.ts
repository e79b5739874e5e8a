export function paint(colour: boolean) {
  const sgr = (open: string) => (text: string) =>
    colour && text !== '' ? `\u001b[${open}m${text}\u001b[0m` : text;
  return {
    bad: sgr('1;31'),
    good: sgr('1;32'),
    warn: sgr('33'),
    strong: sgr('1'),
    faint: sgr('2'),
    plain: (text: string) => text,
  };
}

export type Paint = ReturnType<typeof paint>;

/** NO_COLOR and TERM=dumb turn colour off; FORCE_COLOR turns it on without a terminal. */
export function colourWanted(isTerminal: boolean, env: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: none, TERM: term } = env;
  if (none || forced === '0' || forced === 'false') return false;
  return forced !== undefined || (isTerminal && term !== 'dumb');
}

/** The command as the user typed it. Child processes inherit the variable. */
export const programVariable = 'MFA_CONFORMANCE_PROGRAM';

export const programName = (): string => process.env[programVariable] ?? 'mfa-conformance';

export const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export function shortened(names: readonly string[], most: number): string {
  const left = names.length - most;
  return left > 0 ? `${names.slice(0, most).join(', ')} and ${left} more` : names.join(', ');
}

/** Shows up to four names; of a longer list, three names and the number of the others. */
export const someOf = (names: readonly string[]): string => shortened(names, names.length > 4 ? 3 : 4);

export const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

export const onOneLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' · ');

export function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${cutAt(text, longest).kept}…`;
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Breaks lines at spaces to fit `width`. Longer words, such as URLs, stay whole. */
export function wrap(text: string, width: number, indent: string): string[] {
  return text.split('\n').flatMap((line) => {
    const lines: string[] = [];
    let current = '';
    // Keeps leading spaces, which matter in diffs.
    const words = line.match(/^\s*\S*|\s+\S+/g) ?? [''];
    for (const word of words) {
      if (current !== '' && indent.length + current.length + word.length > width) {
        lines.push(indent + current);
        current = word.trimStart();
      } else current += word;
    }
    return [...lines, indent + current];
  });
}

/** `longest`: in UTF-16 units. Call this before escaping or wrapping, which are slow for megabytes. */
export function cutAt(text: string, longest: number): { readonly kept: string; readonly cut: number } {
  if (text.length <= longest) return { kept: text, cut: 0 };
  const last = text.charCodeAt(longest - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? longest - 1 : longest;
  return { kept: text.slice(0, end), cut: text.length - end };
}

export function cutText(text: string, longest: number): string {
  const { kept, cut } = cutAt(text, longest);
  return cut === 0 ? text : `${kept}… (${cutInWords(cut)})`;
}

export const cutInWords = (cut: number): string => `${cut.toLocaleString('en')} more characters were cut`;
