import { join } from 'node:path';
import { replaceFile } from '../base/files.js';
import { renderSummary } from '../reports/forms/summary.js';
import { quietLine } from '../reports/forms/verdict-words.js';
import { fileWidth, scriptsIn } from '../reports/forms/write.js';
import type { RunCommand } from './run-options.js';
import { type Checked, secretLines } from './secret-check.js';
import type { Finished } from './target-run/begun.js';
import { fromHere, terminal } from './terminal.js';

/** Prints a target's result with the outcome of the secret search. */
export function show(
  { verdict, files, folder, targetFile, extras }: Finished,
  command: RunCommand,
  searched: Checked,
  exit: string | undefined,
): void {
  const secrets = { clean: searched.leaks.length === 0, lines: secretLines(searched) };
  const end = { targetFile, ...(exit === undefined ? {} : { exit }) };
  const scripts = scriptsIn(folder, verdict);
  const plain = {
    colour: false,
    width: fileWidth,
    outDir: fromHere(folder),
    files,
    scripts,
    secrets,
    ...end,
    ...extras,
  };
  // Without room for the reports there is none for the summary.
  if (files.length > 0) replaceFile(join(folder, 'summary.txt'), renderSummary(verdict, plain));
  if (command.json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else {
    process.stdout.write(
      command.quiet ? `${quietLine(verdict)}\n` : renderSummary(verdict, { ...plain, ...terminal() }),
    );
  }
}
