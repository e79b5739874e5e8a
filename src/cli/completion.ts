import { Argument, type Command, type Option } from 'commander';
import { shellQuoted as quoted } from '../base/words.js';
import { loadRequirements } from '../contract/requirements/catalogue.js';
import { say } from './terminal.js';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What completes a value: these words, the names of files, or (`text`) nothing. */
type Values = readonly string[] | 'files' | 'text';

interface Flag {
  readonly names: readonly string[];
  readonly description: string;
  readonly values: Values | undefined;
}

interface Completed {
  /** The command's words without the program's name: `waivers check`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly flags: readonly Flag[];
  readonly commands: readonly Completed[];
  readonly values: Values | undefined;
}

function completed(command: Command, path: readonly string[], ids: readonly string[]): Completed {
  const help = command.createHelp();
  help.showGlobalOptions = true;
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
  const [argument] = command.registeredArguments;
  const byName = argument?.name() === 'id' ? ids : 'files';
  return {
    path,
    description: command.description(),
    flags: options.map(flagOf),
    commands: command.commands.map((each) => completed(each, [...path, each.name()], ids)),
    values: argument && (argument.argChoices ?? byName),
  };
}

function flagOf(option: Option): Flag {
  const names = [option.short, option.long].flatMap((name) => name ?? []);
  const values = option.argChoices ?? (/<(dir|file|path|verdict)\b/.test(option.flags) ? 'files' : 'text');
  return { names, description: option.description, values: option.required ? values : undefined };
}

function every(command: Completed): Completed[] {
  return [command, ...command.commands.flatMap(every)];
}

const lastOf = ({ path }: Completed) => path.at(-1) ?? '';

function bash(name: string, root: Completed): string {
  const all = every(root);
  const line = ({ path }: Completed) => path.join(' ');
  const reply = (values: Values) => {
    if (values === 'files')
      return 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur")';
    return values === 'text'
      ? ':'
      : `mapfile -t COMPREPLY < <(compgen -W ${quoted(values.join(' '))} -- "$cur")`;
  };
  const paths = all.flatMap((each) => (each === root ? [] : [quoted(`${line(each)}`)]));
  const ofFlags = all.flatMap((each) =>
    each.flags.flatMap(({ names, values }) => {
      const lines = names.map((flag) => quoted(`${line(each)} ${flag}`));
      return values === undefined ? [] : [`    ${lines.join('|')}) ${reply(values)}; return ;;`];
    }),
  );
  const words = all.map((each) => {
    const flags = each.flags.flatMap(({ names }) => names.filter((flag) => flag.startsWith('--')));
    const others = each.values ?? each.commands.map(lastOf);
    return `    ${quoted(line(each))}) if [[ $cur == -* ]]; then ${reply(flags)}; else ${reply(others)}; fi ;;`;
  });
  return `_${functionName(name)}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at='' word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${at:+$at }$word" in
    ${paths.join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at $prev" in
${ofFlags.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
}
complete -F _${functionName(name)} ${name}
`;
}

const functionName = (name: string, path: readonly string[] = []) =>
  [name, ...path].join('_').replaceAll(/\W/g, '_');

function zsh(name: string, root: Completed): string {
  const action = (values: Values) =>
    values === 'files' ? '_files' : values === 'text' ? ' ' : `(${values.join(' ')})`;
  const spec = ({ names, description, values }: Flag) => {
    const told = `[${description.replaceAll(/[[\]\\:]/g, '\\$&')}]`;
    const value = values === undefined ? '' : `:value:${action(values)}`;
    return names.map((flag) => quoted(`*${flag}${told}${value}`));
  };
  const functions = every(root).map(({ path, flags, commands, values }) => {
    const own = functionName(name, path);
    const described = commands.map((each) =>
      quoted(`${lastOf(each)}:${each.description.replaceAll(/[\\:]/g, '\\$&')}`),
    );
    const branches = commands.map((each) => `    ${lastOf(each)}) _${functionName(name, each.path)} ;;`);
    const value = values === undefined ? [] : [quoted(`*:value:${action(values)}`)];
    const rest = commands.length > 0 ? ["'1:command:->command'", "'*:: :->rest'"] : value;
    return `_${own}() {
  local state line curcontext=$curcontext
  local -a commands=(${described.join(' ')})
  _arguments -C ${[...flags.flatMap(spec), ...rest].join(' \\\n    ')}
  case $state in
  command) _describe command commands ;;
  rest) case $words[1] in
${branches.join('\n')}
    esac ;;
  esac
}`;
  });
  return `#compdef ${name}
${functions.join('\n')}
if [[ $funcstack[1] == _${name} ]]; then _${functionName(name)} "$@"; else compdef _${functionName(name)} ${name}; fi
`;
}

function fish(name: string, root: Completed): string {
  const action = (values: Values | undefined) => {
    if (values === undefined) return '';
    return values === 'files' ? ' -r -F' : values === 'text' ? ' -x' : ` -x -a ${quoted(values.join(' '))}`;
  };
  const lines = every(root).flatMap(({ path, flags, commands, values }) => {
    const conditions = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const names = commands.map(lastOf).join(' ');
    if (names !== '') conditions.push(`not __fish_seen_subcommand_from ${names}`);
    const start = `complete -c ${name} -n ${quoted(conditions.join('; and '))}`;
    const rest = values === 'files' ? '-F' : Array.isArray(values) ? `-a ${quoted(values.join(' '))}` : '';
    return [
      ...flags.map((flag) => {
        const written = flag.names.map((each) =>
          each.startsWith('--') ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`,
        );
        return `${start} ${written.join(' ')} -d ${quoted(flag.description)}${action(flag.values)}`;
      }),
      ...commands.map((each) => `${start} -a ${lastOf(each)} -d ${quoted(each.description)}`),
      ...(rest === '' ? [] : [`${start} ${rest}`]),
    ];
  });
  return `complete -c ${name} -f\n${lines.join('\n')}\n`;
}

const help = `
bash: source <(mfa-conformance completion bash), in ~/.bashrc
zsh:  source <(mfa-conformance completion zsh), in ~/.zshrc after compinit
fish: mfa-conformance completion fish > ~/.config/fish/completions/mfa-conformance.fish`;

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that makes a shell complete commands, flags and values')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText('after', help)
    .action((shell: Shell) => {
      const ids = loadRequirements().map(({ id }) => id);
      say({ bash, zsh, fish }[shell](program.name(), completed(program, [], ids)));
    });
}
