import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.js';
import { endingOf, type Kind } from './draw.js';
import { judge } from './ending.js';
import type { Moment } from './held-proxy.js';

export interface Break {
  readonly is: string;
  /** The path below `dist/`. */
  readonly file: string;
  /** Texts that each occur once in the file, with their replacements. */
  readonly edits: readonly (readonly [from: string, to: string])[];
  readonly shownBy: Shown;
}

interface Shown {
  readonly kind: Kind;
  readonly target: string;
  readonly moment: Moment;
  readonly variants?: readonly string[];
}

const giveBack = 'src/target/connection/give-back.js';
const restored = '{ restored: true, residue: [], problems: [] }';
const lag = 'const lagMs = seenMs === undefined ? unknownLagMs : 2 * seenMs + leastLagMs;';
const landsLate: Moment = { write: 1, phase: 'before it lands', holdMs: 1_500 };
const changed: Moment = { write: 1, phase: 'after its answer', holdMs: 0 };

export const breaks: readonly Break[] = [
  {
    is: 'a write is noted as sent when it was answered, not before',
    file: 'src/target/connection/links/tracked.js',
    edits: [
      ['const id = journal.writes.sent(nameOf(call));', "let id = '';"],
      ['const mayDiffer =', 'id = journal.writes.sent(nameOf(call)); const mayDiffer ='],
    ],
    shownBy: { kind: 'death of Playwright', target: 'writes are held', moment: landsLate },
  },
  {
    is: 'nothing is restored, and that is called restored',
    file: giveBack,
    edits: [['journal.beginRestoring();', `journal.remove(); return ${restored};`]],
    shownBy: { kind: 'SIGKILL', target: 'one node', moment: changed },
  },
  {
    is: 'what was restored once is called restored, and not read again',
    file: giveBack,
    edits: [['if (consecutive >= looks)', 'if (problems.length === 0)']],
    shownBy: { kind: 'death of Playwright', target: 'writes are held', moment: landsLate },
  },
  {
    is: 'the first read that shows the state as found is believed, however late reads are',
    file: 'src/target/journal/write-log.js',
    edits: [[lag, 'const lagMs = 0;']],
    shownBy: {
      kind: 'SIGKILL',
      target: 'reads lag',
      moment: changed,
      // This delay is longer than a read takes on any machine.
      variants: ['delay:configuration=60000'],
    },
  },
  {
    is: 'what was found is not kept in memory',
    file: 'src/cli/state-guard.js',
    edits: [
      ['() => this.journal.remember()', '() => {}'],
      ['this.journal.holdWithout(this.#found);', ''],
    ],
    shownBy: { kind: 'state folder lost', target: 'one node', moment: changed },
  },
];

// The proxy lets a write take effect only after a read: it waits longer than a read takes on any machine.
const proxy = { laterMs: 0, nodeLagMs: 0, longestToLookMs: 120_000, landsWithinMs: 120_000 };
const allOff = { name: 'all off', start: {} };

/** @returns why the ending doesn't show the fault; empty if it does. @param folder need not exist */
export async function hiddenBy(build: Break, folder: string): Promise<string[]> {
  const { kind, target, ...of } = build.shownBy;
  const drawn = endingOf(1, 0, { from: [kind], short: true });
  const hits = drawn.hits
    .filter(({ name }) => name === target)
    .map((hit) => ({ ...hit, ...of, state: allOff, proxy }));

  const root = broken(build, join(folder, 'build'));

  const judged = await judge({ ...drawn, hits }, join(folder, 'ending'), root);

  if (judged.hits !== 1) return [`${judged.hits} hits`, ...judged.problems];
  const isShown = judged.problems.some((problem) => /; it was found /.test(problem));
  return isShown ? [] : ['no changed state was seen', ...judged.problems];
}

/** Copies the build with its break, without self-tests and compiled modules. @returns the copy's folder */
function broken(build: Break, folder: string): string {
  const root = packageRoot();
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'dist'), join(folder, 'dist'), {
    recursive: true,
    filter: (path) => !['selftest', 'compiled'].some((left) => path.includes(join('dist', left))),
  });
  for (const name of ['node_modules', 'spec']) symlinkSync(join(root, name), join(folder, name), 'junction');
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  const path = join(folder, 'dist', build.file);
  writeFileSync(path, edited(build, readFileSync(path, 'utf8')));
  return folder;
}

export function edited({ file, edits }: Break, text: string): string {
  return edits.reduce((changed, [from, to]) => {
    if (changed.split(from).length !== 2) throw new Error(`${file} does not have once: ${from}`);
    return changed.replace(from, () => to);
  }, text);
}
