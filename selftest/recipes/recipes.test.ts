import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { RunningEmulator } from '../../emulator/emulator.js';
import { packageRoot } from '../../src/base/package-root.js';
import { filesBelow, program, temporaryFolder, writeTarget } from '../cli/suite.js';
import { emulate } from '../emulator/tools.js';
import { printedOn } from '../tool/processes.js';

/** Runs the commands of the recipes in docs/ci, with few requirements for `run`. */
const recipes = join(packageRoot(), 'docs', 'ci');
const shim = `#!/bin/sh
[ "$1" = mfa-conformance ] && shift
if [ "$1" = run ]; then set -- "$@" --grep mfa-config/get-answers-200 --quiet; fi
exec "${process.execPath}" "${program}" "$@"
`;

const folder = temporaryFolder(afterAll);
let emulator: RunningEmulator;

beforeAll(async () => {
  emulator = await emulate({}, afterAll);
});

function workingCopy(name: string): string {
  const copy = join(folder, name);
  const bin = join(copy, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(copy, 'targets'));
  for (const file of ['npx', 'mfa-conformance']) writeFileSync(join(bin, file), shim, { mode: 0o755 });
  writeTarget(join(copy, 'targets'), { ...emulator.targetFile(), name: 'lab' }, 'lab.yaml');
  return copy;
}

/** Runs a script as CI systems do. Its background processes end with it. */
function shell(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const whole = `trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${script}`;
    const child = spawn('bash', ['-eo', 'pipefail', '-c', whole], {
      cwd,
      env: {
        ...process.env,
        PATH: `${join(cwd, 'node_modules', '.bin')}:${process.env['PATH']}`,
        NO_COLOR: '1',
        MFA_CONFORMANCE_STATE: join(folder, 'state'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = printedOn(child.stdout, child.stderr);
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, said: said() }));
  });
}

const textOf = (name: string): string => readFileSync(join(recipes, name), 'utf8');
const withoutInstall = (lines: readonly string[]) =>
  lines.filter((line) => line.trim() !== 'npm ci').join('\n');

describe('GitHub Actions', () => {
  interface Job {
    readonly steps: readonly { readonly run?: string }[];
    readonly strategy?: { readonly matrix: { readonly shard: unknown } };
  }
  const { jobs }: { readonly jobs: Readonly<Record<string, Job>> } = parse(textOf('github-actions.yml'));
  const script = (job: string, values: Readonly<Record<string, string>> = {}) =>
    withoutInstall((jobs[job]?.steps ?? []).flatMap(({ run }) => run ?? [])).replace(
      /\$\{\{ *([\w.-]+) *\}\}/g,
      (all, name: string) => values[name] ?? all,
    );

  test('judge a pull request', async () => {
    const copy = workingCopy('github-gate');

    const { code, said } = await shell(script('gate'), copy, {});

    // The gate requires all requirements, but the shim selects one.
    expect(said).toContain('--require-complete requires all of them');
    expect(code).toBe(3);
  });

  test('judge labs on four machines, and report on all of them', async () => {
    const copy = workingCopy('github');
    expect(jobs['shards']?.strategy?.matrix.shard).toEqual([1, 2, 3, 4]);
    for (const shard of [1, 2, 3, 4]) {
      const values = { 'matrix.shard': String(shard), 'strategy.job-total': '4' };
      // Each shard runs on another machine; its artefact is named after it.
      const move = `mkdir -p shards && mv reports shards/shard-${shard}`;
      const judged = await shell(`${script('shards', values)}\n${move}`, copy, {});
      expect(judged, judged.said).toMatchObject({ code: 0 });
    }
    const summary = join(copy, 'summary.md');

    const { code, said } = await shell(script('report'), copy, { GITHUB_STEP_SUMMARY: summary });

    expect(said).toContain('no breach found: 0 of 1 target conform');
    expect(code).toBe(0);
    expect(readFileSync(summary, 'utf8')).toMatch(/^```\nno breach found: 0 of 1 target/);
    expect([...filesBelow(join(copy, 'nightly')).keys()]).toEqual(
      expect.arrayContaining(['matrix.html', 'allure-report/index.html', 'allure-history.jsonl']),
    );
  });
});

describe('GitLab CI', () => {
  const jobs: Readonly<Record<string, { readonly script: readonly string[]; readonly parallel?: number }>> =
    parse(textOf('gitlab-ci.yml'));
  const script = (job: string) => withoutInstall(jobs[job]?.script ?? []);

  test('judges a merge request as GitHub Actions do', () => {
    expect(script('gate')).toContain('npx mfa-conformance run -t gate.yaml --require-complete');
    expect(script('gate')).toContain('npx mfa-conformance emulator --port 0 --write-target gate.yaml');
  });

  test('judges labs in parallel jobs, and reports missing jobs', async () => {
    const copy = workingCopy('gitlab');
    const variables = { CI_NODE_INDEX: '1', CI_NODE_TOTAL: String(jobs['labs']?.parallel) };
    expect(await shell(script('labs'), copy, variables)).toMatchObject({ code: 0 });

    const { code, said } = await shell(script('matrix'), copy, {});

    expect(said).toContain('Shard 2 of 4 is missing');
    expect(code).toBe(3);
  });
});

describe('Kubernetes', () => {
  const command = (file: string) => {
    const [shellName, flag, script = '']: readonly string[] = parse(textOf(file)).spec.template.spec
      .containers[0].command;
    expect([shellName, flag]).toEqual(['sh', '-c']);
    return script;
  };

  test('has as many pods as the command counts', () => {
    expect(parse(textOf('kubernetes-job.yaml')).spec.completions).toBe(4);
    expect(command('kubernetes-job.yaml')).toContain('+ 1))/4"');
  });

  test('judges in an indexed pod, and reports on the run', async () => {
    const copy = workingCopy('kubernetes');
    const env = { VOLUME: join(copy, 'volume'), TARGETS: 'targets', MFA_CONFORMANCE_RUN: 'uid-1' };
    const judged = await shell(command('kubernetes-job.yaml'), copy, { ...env, JOB_COMPLETION_INDEX: '0' });
    expect(judged, judged.said).toMatchObject({ code: 0 });

    const { code, said } = await shell(command('kubernetes-report.yaml'), copy, env);

    expect(said).toContain('Shard 2 of 4 is missing');
    expect(code).toBe(3);
  });
});
