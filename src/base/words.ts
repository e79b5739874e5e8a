/** Colours and weights by what they mean; each is the identity where colour is off. */
export interface Paint {
  readonly bad: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly plain: (text: string) => string;
}

export function paint(colour: boolean): Paint {
  const sgr = (open: string) => (text: string) =>
    colour && text !== '' ? `\u001b[${open}m${text}\u001b[0m` : text;
  return {
    bad: sgr('1;31'),
    good: sgr('1;32'),
    warn: sgr('33'),
    strong: sgr('1'),
    faint: sgr('2'),
    plain: (text) => text,
  };
}

/** NO_COLOR and TERM=dumb leave everything plain; FORCE_COLOR colours what is no terminal, unless it is 0. */
export function colourWanted(isTerminal: boolean, env: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: none, TERM: term } = env;
  if (none || forced === '0' || forced === 'false') return false;
  return forced !== undefined || (isTerminal && term !== 'dumb');
}

/** Names the command in hints as the user has started it; processes that it starts inherit the variable. */
export const programVariable = 'MFA_CONFORMANCE_PROGRAM';

export function programName(): string {
  return process.env[programVariable] ?? 'mfa-conformance';
}

/** `1 mail`, `2 mails`. */
export function counted(count: number, word: string, many = `${word}s`): string {
  return `${count} ${count === 1 ? word : many}`;
}

/** A text of several lines on one. */
export const onOneLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' · ');

/** At most so many characters and an ellipsis; never half of one that takes two. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** 850 ms, 12.3 s, 3 min 5 s. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Breaks lines at spaces so that none is longer than `width`, where that can be; each line is indented. Words that
 * are longer, addresses and commands, stay whole.
 */
export function wrap(text: string, width: number, indent: string): string[] {
  return text.split('\n').flatMap((line) => {
    const lines: string[] = [];
    let current = '';
    // What a line begins with is kept: a diff means something by it.
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

/** A text in two: what is shown of it, and how many UTF-16 units are not. */
export interface Cut {
  readonly kept: string;
  readonly cut: number;
}

/**
 * Cuts before a text is escaped or broken into lines: of ten million characters only those that are shown are worth
 * the work.
 *
 * @param longest in UTF-16 units
 */
export function cutAt(text: string, longest: number): Cut {
  if (text.length <= longest) return { kept: text, cut: 0 };
  const last = text.charCodeAt(longest - 1);
  // Not between the halves of one character.
  const end = last >= 0xd800 && last <= 0xdbff ? longest - 1 : longest;
  return { kept: text.slice(0, end), cut: text.length - end };
}

/** The beginning of a long text, and how much of it is not there. */
export function cutText(text: string, longest: number): string {
  const { kept, cut } = cutAt(text, longest);
  return cut === 0 ? text : `${kept}… (${cutInWords(cut)})`;
}

export function cutInWords(cut: number): string {
  return `${cut.toLocaleString('en')} more characters were cut`;
}
