import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { temporaryFolder } from '../cli/suite.js';

const root = packageRoot();
const page = readFileSync(join(root, 'docs', 'adding-a-requirement.md'), 'utf8');

type Step =
  | { readonly file: string; readonly after: string | undefined; readonly text: string }
  | { readonly command: string; readonly prints: readonly string[] };

function stepsOf(text: string): Step[] {
  return [...text.matchAll(/((?:[^\n]+\n)*)\n```(yaml|ts|sh)\n([\s\S]*?)```\n/g)].flatMap(
    ([, before = '', kind, block = '']): Step[] => {
      if (kind === 'sh') {
        const [command = '', ...rest] = block.trimEnd().split('\n');
        return [{ command, prints: rest.map((line) => line.replace(/^# ?/, '')) }];
      }
      const said = before.trimEnd().replaceAll('\n', ' ');
      const end = /At the end of `([^`]+)`:$/.exec(said);
      const [, file = end?.[1] ?? '', after] = /In `([^`]+)`, after `([^`]+)`:$/.exec(said) ?? [];
      return [{ file, after, text: block }];
    },
  );
}

const untimed = (line: string) => line.replace(/\d+ s\b/, 'N s');

test('the tutorial for a new requirement works word for word', () => {
  const copy = join(temporaryFolder(), 'copy');
  const left = /^(?:node_modules|dist|reports|\.git)$/;
  const isKept = (path: string) => !left.test(path.slice(root.length + 1));
  cpSync(root, copy, { recursive: true, filter: isKept });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  const steps = stepsOf(page);
  const written = steps.flatMap((step) => ('text' in step ? [step] : []));

  for (const step of steps) {
    if ('command' in step) {
      const [program = '', ...args] = step.command.split(' ');
      const said = execFileSync(program, ['--silent', ...args], { cwd: copy, encoding: 'utf8' });
      const lines = said.trimEnd().split('\n').map(untimed);
      if (step.prints.length > 0) expect(lines).toEqual(step.prints.map(untimed));
      continue;
    }
    const file = join(copy, step.file);
    const before = readFileSync(file, 'utf8');
    const at =
      step.after === undefined ? before.length : before.indexOf(`${step.after}\n`) + step.after.length + 1;
    writeFileSync(file, before.slice(0, at) + step.text + before.slice(at));
  }

  expect(written.map(({ file }) => file.split('/')[0])).toEqual(['spec', 'tests', 'emulator']);
  const lines = written.flatMap(({ text }) => text.trim().split('\n'));
  expect(lines.length).toBeLessThanOrEqual(45);
  rmSync(copy, { recursive: true });
}, 600_000);
