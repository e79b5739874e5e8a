import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Shell, shells } from '../../src/cli/completion.js';
import { program, temporaryFolder } from './suite.js';

const asking: Readonly<Record<Shell, readonly string[]>> = {
  bash: [
    '--norc',
    '-c',
    `source "$0"; read -ra COMP_WORDS <<< "$1"; [[ $1 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _mfa_conformance; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  fish: ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]'],
  // Completion of zsh needs a terminal: a second shell behind a pseudo-terminal gets the line and two tabs.
  zsh: [
    '-f',
    '-c',
    `zmodload zsh/zpty; zpty z zsh -f -i
zpty -w z "PS1=; TERM=dumb; autoload -U compinit; compinit -u -D; LISTMAX=10000; source $0; echo REA''DY"
zpty -r z seen '*READY*'; zpty -w -n z "$1"$'\\t\\t'; seen=
while [[ $seen != *$2* ]] && (( SECONDS < 20 )); do zpty -r -t z piece && seen+=$piece; sleep 0.05; done
print -r -- $seen; zpty -d z`,
  ],
};

const lines: readonly (readonly [line: string, offers: string])[] = [
  ['mfa-conformance verify', 'verify-bundle'],
  ['mfa-conformance run --stri', '--strict'],
  ['mfa-conformance run --env-', '--env-file'],
  ['mfa-conformance run --mode ', 'read-only'],
  ['mfa-conformance waivers ', 'prune'],
  ['mfa-conformance waivers prune --ver', '--verdict'],
  ['mfa-conformance explain totp-key/secret-m', 'totp-key/secret-matches-uri'],
  ['mfa-conformance run --waivers known-f', 'known-failures.yaml'],
  ['mfa-conformance check-har record', 'recording.har'],
];

for (const shell of shells) {
  const isThere = spawnSync(shell, ['--version']).error === undefined;
  // With CI set, all three shells must be there: .ci/run installs them.
  test.skipIf(!isThere && !process.env['CI'])(`${shell} completes`, { timeout: 120_000 }, () => {
    const folder = temporaryFolder();
    for (const name of ['known-failures.yaml', 'recording.har']) writeFileSync(join(folder, name), '');
    const script = join(folder, `completion.${shell}`);
    writeFileSync(script, execFileSync(process.execPath, [program, 'completion', shell]));

    for (const [line, offers] of lines) {
      const args = [...asking[shell], script, line, offers];
      const options = { cwd: folder, encoding: 'utf8', timeout: 30_000, input: '' } as const;
      const { stdout, stderr } = spawnSync(shell, args, options);
      expect(stdout, `${line}\n${stderr}`).toContain(offers);
    }
  });
}
