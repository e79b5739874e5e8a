import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { packageRoot } from '../../src/base/package-root.js';

export interface Mutant {
  /** The number that switches the mutant on in the instrumented code. It changes with the code. */
  readonly id: string;
  readonly file: string;
  /** The kind of change, by Stryker's name. */
  readonly mutator: string;
  /** The declaration in which it stands: a function, a class, a constant. */
  readonly within: string;
  /** The line in which it begins, without its indentation; a long line is cut. */
  readonly line: string;
  /** The replaced code in one line; a long text is cut and gets its hash. */
  readonly original: string;
  readonly replacement: string;
  readonly lineNumber: number;
}

export interface InstrumentedFile {
  readonly name: string;
  readonly content: string;
}

/** Files outside the target: the command line and its output. */
const commandLine = /^(?:catalogue|flags|main|near|spec-file|target-file|usage-error)\.ts$/;

/** Files whose mutants are tried: those of the emulator without its deviations and its command line. */
function mutatedFiles(): string[] {
  return ['emulator', 'emulator/operations'].flatMap((folder) =>
    readdirSync(join(packageRoot(), folder))
      .filter((name) => name.endsWith('.ts') && !commandLine.test(name))
      .sort()
      .map((name) => `${folder}/${name}`),
  );
}

export async function instrument(
  files = mutatedFiles(),
): Promise<{ files: InstrumentedFile[]; mutants: Mutant[] }> {
  const sources = new Map(files.map((name) => [name, readFileSync(join(packageRoot(), name), 'utf8')]));
  const result = await new Instrumenter(silent).instrument(
    [...sources].map(([name, content]) => ({ name, content, mutate: true })),
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  const mutants = result.mutants.map(({ id, fileName, mutatorName, replacement, location }) => {
    const lines = (sources.get(fileName) ?? '').split('\n');
    return {
      id,
      file: fileName,
      mutator: mutatorName,
      within: declarationAt(lines, location.start.line),
      line: short(lines[location.start.line] ?? ''),
      original: short(between(lines, location)),
      replacement: short(replacement),
      lineNumber: location.start.line + 1,
    };
  });
  return { files: result.files.map(({ name, content }) => ({ name, content })), mutants };
}

/** The name of the last declaration that begins at or above a line, at the left margin. */
function declarationAt(lines: readonly string[], line: number): string {
  for (let at = line; at >= 0; at -= 1) {
    const [, name] = /^(?:export )?(?:async )?(?:function|class|const) (\w+)/.exec(lines[at] ?? '') ?? [];
    if (name !== undefined) return name;
  }
  return '';
}

interface Position {
  readonly line: number;
  readonly column: number;
}

function between(lines: readonly string[], { start, end }: { start: Position; end: Position }): string {
  const touched = lines.slice(start.line, end.line + 1);
  const last = touched.length - 1;
  return touched
    .map((line, at) => line.slice(at === 0 ? start.column : 0, at === last ? end.column : undefined))
    .join('\n');
}

const longest = 100;

function short(text: string): string {
  const whole = text.replace(/\s+/g, ' ').trim();
  if (whole.length <= longest) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `${whole.slice(0, longest - 20)} … ${hash}`;
}

const off = () => false;
const nothing = () => undefined;
const silent = {
  isTraceEnabled: off,
  isDebugEnabled: off,
  isInfoEnabled: off,
  isWarnEnabled: off,
  isErrorEnabled: off,
  isFatalEnabled: off,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
};
