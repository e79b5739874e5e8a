import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { jsonOf, objectOf, shapes } from '../../src/base/shape.js';
import { parseVerdict } from '../../src/verdict/derive/validate.js';
import { temporaryFolder } from '../cli/suite.js';
import { firstLineOf } from '../tool/processes.js';

const folder = temporaryFolder(afterAll);
const installed = join(folder, 'node_modules', 'mfa-conformance');
const bin = join(folder, 'node_modules', '.bin', 'mfa-conformance');

function inFolder(command: string, args: readonly string[], cwd = folder): Promise<typeof install> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const options = { cwd, env: { ...env, NO_COLOR: '1' }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

let packed: string[] = [];
let install = { code: -1, stdout: '', stderr: '' };

beforeAll(async () => {
  // Newer versions of Node keep compiled modules in this folder.
  const compiled = join(packageRoot(), 'dist', 'compiled');
  mkdirSync(compiled, { recursive: true });
  writeFileSync(join(compiled, 'left-out'), '');
  // Packs the existing build: other tests run from dist/ at the same time.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const pack = await inFolder('npm', args, packageRoot());
  const [report] = jsonOf(pack.stdout, isReport) ?? [];
  packed = report?.files.map(({ path }) => path) ?? [];
  writeFileSync(join(folder, 'package.json'), '{ "name": "a-user", "private": true }\n');
  const file = join(folder, report?.filename ?? '');
  install = await inFolder('npm', ['install', '--no-audit', '--no-fund', file]);
}, 300_000);

const isReport = shapes.listOf(
  objectOf({ filename: shapes.text, files: shapes.listOf(objectOf({ path: shapes.text })) }),
);

describe('the package', () => {
  test('holds only the files that it needs', () => {
    const known = [
      /^(?:package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
      /^dist\/playwright\.config\.js$/,
      /^dist\/built\/[\w.-]+\.(?:cjs|json)$/,
      /^dist\/(?:cli|src|fixtures|emulator)\/(?:[\w-]+\/)*[\w-]+\.js$/,
      /^dist\/src\/reports\/forms\/html\/assets\/[\w-]+\.(?:css|js)$/,
      /^dist\/tests\/(?:[\w-]+\/)?[\w-]+(?:\.spec)?\.js$/,
      /^spec\/(?:releases|requirements|sources)\/[\w.-]+\.(?:yaml|md)$/,
      /^spec\/(?:claims\.yaml|exchanges\.json|order\.json|turns-red\.json|uses\.json|[\w-]+\.schema\.json)$/,
      /^docs\/[\w./-]+\.(?:md|png|svg)$/,
      /^docs\/ci\/(?:Dockerfile|[\w-]+\.ya?ml)$/,
    ];

    expect(packed.filter((path) => !known.some((pattern) => pattern.test(path)))).toEqual([]);
    const needed = [
      ...['dist/cli/main.js', 'dist/emulator/main.js', 'spec/claims.yaml', 'spec/exchanges.json'],
      ...['spec/turns-red.json', 'spec/verdict.schema.json', 'LICENSE'],
    ];
    expect(packed).toEqual(expect.arrayContaining(needed));
    expect(packed.filter((path) => path.endsWith('.spec.js')).length).toBeGreaterThan(5);
  });

  test('installs without a warning', () => {
    expect(install.code, install.stderr).toBe(0);
    // Some versions of npm rightly report that they skip `prepare` of a package file.
    const lines = `${install.stdout}${install.stderr}`.split('\n');
    const warnings = lines.filter((line) => /warn|deprecated/i.test(line));
    expect(warnings.filter((line) => !line.startsWith('npm warn install-scripts'))).toEqual([]);
    expect(existsSync(join(installed, 'dist', 'cli', 'main.js'))).toBe(true);
  });

  test('lists its commands', async () => {
    const { code, stdout } = await inFolder('npx', ['--no-install', 'mfa-conformance', '--help']);

    expect(code).toBe(0);
    for (const command of ['run', 'emulator', 'list', 'explain', 'restore'])
      expect(stdout).toContain(command);
  });

  test('runs against its own emulator', async () => {
    // All tests are loaded, and some of each kind run.
    const some = [
      'mfa-config/any-valid-body-is-stored-or-refused',
      'totp-login/accepts-current-code',
      'email-login/accepts-mailed-code',
      'support-totp/enabling-gives-secret-and-uri',
      'http/nothing-after-the-end',
    ];
    const args = ['run', '--out', 'reports', '--grep', some.join(',')];
    const { code, stdout, stderr } = await inFolder(bin, args);

    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^no breach found/);
    const file = join(folder, 'reports', 'emulator', 'verdict.json');
    const { gate, summary } = parseVerdict(readFileSync(file, 'utf8'), file);
    expect({ gate, pass: summary.pass }).toEqual({ gate: 'conforms', pass: some.length });
  });

  test('runs against a target by its file', async () => {
    await emulator(['--port', '0', '--write-target', 'lab.yaml']);

    const args = ['run', '-t', 'lab.yaml', '--out', 'lab', '--state-dir', 'state', '--grep', 'access/get-*'];
    const { code, stderr } = await inFolder(bin, args);

    expect(code, stderr).toBe(0);
    expect(existsSync(join(folder, 'lab', 'emulator', 'verdict.json'))).toBe(true);
  });
});

/** Starts the package's own emulator; SIGTERM to its command ends it with the test. */
async function emulator(args: readonly string[]): Promise<void> {
  const child = spawn(bin, ['emulator', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  expect(await firstLineOf(child)).toContain('emulator ready at http://127.0.0.1:');
}
