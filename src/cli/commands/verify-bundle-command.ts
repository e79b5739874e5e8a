import type { Command } from 'commander';
import { checkBundle } from '../../reports/bundle/bundle.js';
import { say } from '../terminal.js';

const help = `
Exit codes: 0 all is as it was packed; 1 something was changed, added or taken away; 2 it is not a bundle.
The printed hash covers all files: compare it with the hash that the sender gives you by another way.`;

export function addVerifyBundle(program: Command): void {
  program
    .command('verify-bundle')
    .description('check the hashes of what run --bundle has packed')
    .argument('<file>', 'the zip')
    .addHelpText('after', help)
    .action((file: string) => {
      const { files, problems, sha256 } = checkBundle(file);
      for (const problem of problems) say(`${file}: ${problem}`);
      if (problems.length > 0) process.exitCode = 1;
      else say(`${file}: ${files} files, all as they were packed\nSHA-256 of their list: ${sha256}`);
    });
}
