import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { ConfigurationError } from '../../base/errors.js';
import { loadRequirements } from '../../contract/requirements/catalogue.js';
import { readTarget } from '../../input/target-file/read.js';
import { readVerdict } from '../../verdict/derive/read.js';
import { loadClaims } from '../../verdict/statement/claims.js';
import { draftStatement } from '../../verdict/statement/draft.js';
import { writeNew } from '../output-files.js';
import { say } from '../terminal.js';

const help = `
Name the file in the target file (statement: FILE) once you have read it: what it claims is a must from then on.`;

/** `statement`: drafts a vendor's statement from a run's measurements. */
export function addStatement(program: Command): void {
  program
    .command('statement')
    .description("draft an implementation conformance statement from a run's verdict; sends nothing")
    .requiredOption('-t, --target <file>', 'target file')
    .option(
      '--from <verdict>',
      "a verdict.json, or the folder that a run wrote into (default: the target's last in reports/)",
    )
    .option('--out <file>', 'write it there, unless there is such a file (default: standard output)')
    .addHelpText('after', help)
    .action(({ target: file, from, out }) => {
      const { name } = readTarget(file, process.env);
      const verdict = readVerdict(from ?? join('reports', name), name);
      if (verdict.target.name !== name)
        throw new ConfigurationError(`The verdict is of ${verdict.target.name}, and ${file} is of ${name}.`);
      const text = draftStatement(verdict, loadClaims(), loadRequirements());
      if (out === undefined) return say(text.trimEnd());
      writeNew(out, text);
      const named = relative(dirname(file), out);
      say(`${out} is drafted. Read it, make it yours, then name it in ${file}: statement: ${named}`);
    });
}
