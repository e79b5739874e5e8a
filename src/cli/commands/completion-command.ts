import { Argument, type Command } from 'commander';
import { loadRequirements } from '../../contract/requirements/catalogue.js';
import { completionFor, type Shell, shells } from '../completion.js';
import { say } from '../terminal.js';

const help = `
bash: source <(mfa-conformance completion bash), in ~/.bashrc
zsh:  source <(mfa-conformance completion zsh), in ~/.zshrc after compinit
fish: mfa-conformance completion fish > ~/.config/fish/completions/mfa-conformance.fish`;

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script by which a shell completes commands, flags and values')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText('after', help)
    .action((shell: Shell) => {
      const ids = loadRequirements().map(({ id }) => id);
      say(completionFor(shell, program, ids));
    });
}
