import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { helpersFor } from '../../src/reports/repro/shell.js';
import { temporaryFolder } from '../cli/suite.js';

export interface Given {
  /** The status; 0 if no answer came. */
  readonly status?: number | undefined;
  readonly fields?: string;
  readonly body?: string | Buffer;
}

/** Runs lines of a script on answers, with the functions that they call. */
export function ran(lines: readonly string[], answers: readonly Given[], first = 7) {
  const folder = temporaryFolder();
  for (const [at, { status = 200, fields = '', body = '' }] of answers.entries()) {
    const head = status === 0 ? '' : `HTTP/1.1 ${status} -\r\n${fields}\r\n\r\n`;
    writeFileSync(join(folder, `${first + at}.head`), head);
    writeFileSync(join(folder, `${first + at}.body`), body);
  }
  const script = ['set -u', `T='${folder}' number=${first} at=$(date +%s)`, ...helpersFor(lines), ...lines];
  return spawnSync('sh', ['-c', script.join('\n')], { encoding: 'utf8', cwd: folder, input: '' });
}

/** Whether all commands succeed on the answers, which have the numbers 7, 8, … */
export function holds(commands: readonly string[], answers: readonly Given[]): boolean {
  const { status, stderr } = ran([...commands.map((command) => `${command} || exit 9`), 'exit 1'], answers);
  if (status !== 9 && status !== 1) throw new Error(`${status}: ${stderr}`);
  return status === 1;
}
