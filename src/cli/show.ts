import { join, relative } from 'node:path';
import { replaceFile } from '../base/files.js';
import { colourWanted } from '../base/words.js';
import { renderSummary } from '../reports/forms/summary.js';
import { quietLine } from '../reports/forms/verdict-words.js';
import { fileWidth, scriptsIn } from '../reports/forms/write.js';
import type { RunCommand } from './run-options.js';
import { type Checked, secretLines } from './secret-check.js';
import type { Finished } from './target-run/begun.js';

/** Prints what came of a target, and says in its summary what the search for secrets came to. */
export function show(
  { verdict, files, folder, targetFile, extras }: Finished,
  command: RunCommand,
  searched: Checked,
  exit: string | undefined,
): void {
  const secrets = { clean: searched.leaks.length === 0, lines: secretLines(searched) };
  const end = { targetFile, ...(exit === undefined ? {} : { exit }) };
  const outDir = relative(process.cwd(), folder) || '.';
  const scripts = scriptsIn(folder, verdict);
  const plain = { colour: false, width: fileWidth, outDir, files, scripts, secrets, ...end, ...extras };
  // Where there was no room for the reports, there is none for this.
  if (files.length > 0) replaceFile(join(folder, 'summary.txt'), renderSummary(verdict, plain));
  if (command.json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else {
    const colour = colourWanted(process.stdout.isTTY === true);
    const width = process.stdout.columns ?? fileWidth;
    process.stdout.write(
      command.quiet ? `${quietLine(verdict)}\n` : renderSummary(verdict, { ...plain, colour, width }),
    );
  }
}
