import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/base/package-root.js';
import { checkBundle } from '../../src/reports/bundle/bundle.js';
import { emulated } from '../cli/emulated.js';
import { temporaryFolder } from '../cli/suite.js';

interface ActionStep {
  readonly env?: Readonly<Record<string, string>>;
  readonly run: string;
}

async function runAction(inputs: Readonly<Record<string, string>>, cwd: string) {
  const document = parse(readFileSync(join(packageRoot(), 'action.yml'), 'utf8'));
  const steps: readonly ActionStep[] = document.runs.steps;
  const output = join(cwd, 'output');
  const filled = (text: string) =>
    text.replace(/\$\{\{ *inputs\.([\w-]+) *\}\}/g, (_all, name: string) =>
      String(inputs[name] ?? document.inputs[name].default),
    );
  let code: number | null = 0;
  for (const { env = {}, run } of steps) {
    const given = Object.entries(env).map(([name, value]) => [name, filled(value)]);
    const whole = {
      ...process.env,
      ...Object.fromEntries(given),
      GITHUB_ACTION_PATH: packageRoot(),
      GITHUB_OUTPUT: output,
      MFA_CONFORMANCE_STATE: join(cwd, 'state'),
    };
    const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run];
    [code] = await once(spawn('bash', args, { cwd, env: whole, stdio: 'ignore' }), 'exit');
    if (code !== 0) break;
  }
  return { code, output: readFileSync(output, 'utf8') };
}

test.each([
  ['conforms', { 'require-complete': 'false' }, [], 0],
  ['inconclusive', {}, [], 3],
  ['does not conform', {}, ['status/get-mfa-config-203'], 1],
] as const)('the action says %s with %j, and hands over the evidence', async (gate, inputs, faults, exit) => {
  const cwd = temporaryFolder();
  const target = await emulated(cwd, 'lab', { faults });

  const few = { arguments: '--grep mfa-config/get-answers-200 --quiet' };
  const { code, output } = await runAction({ target, ...inputs, ...few }, cwd);

  expect(code).toBe(exit);
  expect(output).toContain(`exit-code=${exit}`);
  const reports = join(cwd, 'reports');
  expect(readFileSync(join(reports, 'lab', 'verdict.json'), 'utf8')).toContain(`"gate": "${gate}"`);
  expect(checkBundle(join(reports, 'evidence.zip')).problems).toEqual([]);
  const sarif = JSON.parse(readFileSync(join(reports, 'results.sarif'), 'utf8'));
  expect(sarif.runs[0].results.length).toBe(faults.length);
  expect(existsSync(join(reports, 'lab', 'failed.har'))).toBe(true);
});
