// Runs the suite against another program's mock of a release document, which answers by the schemas and keeps no state.
// There must be a verdict, without errors of the suite itself.
//
// npm run prove:prism -- [release …]
//
// npx fetches @stoplight/prism-cli, in its last version for Node.js 20: 90 MB, too much for a dependency of this
// package. Its telemetry is off.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../emulator/free-port.js';
import { isReleaseName, type ReleaseName } from '../../src/base/model/releases.js';
import { releaseDocument } from '../../src/contract/openapi/load.js';
import { parseVerdict } from '../../src/verdict/derive/validate.js';
import { writeTarget } from '../cli/suite.js';
import { runSuite } from '../detection/run-suite.js';
import { scratchFolder } from '../tool/processes.js';

const prism = '@stoplight/prism-cli@5.14.2';
const startsWithinMs = 300_000;
const verdictCodes = [0, 1, 3];

const wanted = process.argv.slice(2);
const releases: ReleaseName[] = wanted.length === 0 ? ['7.1.2_u3', '7.3.2'] : wanted.filter(isReleaseName);
if (releases.length === 0 || releases.length < wanted.length)
  throw new Error(`Not all of these are releases: ${wanted.join(', ')}`);

let wrong = 0;
for (const release of releases) {
  const problems = await prove(release);
  wrong += problems.length;
  for (const problem of problems) console.log(`  WRONG ${problem}`);
}
process.exitCode = wrong === 0 ? 0 : 1;

async function prove(release: ReleaseName): Promise<string[]> {
  const folder = scratchFolder('prism');
  const [port, mailPort] = [await freePort(), await freePort()];
  const mock = startPrism(release, port);
  try {
    await listening(mock, port);
    const file = writeTarget(folder, targetFile(release, port, mailPort));
    const { code, said } = await runSuite([file], folder, []);
    if (code === null || !verdictCodes.includes(code)) return [`the run ended with ${code}:\n${said}`];
    return problemsIn(release, code, join(folder, 'out', 'prism'));
  } finally {
    stop(mock);
  }
}

function startPrism(release: ReleaseName, port: number): ChildProcess {
  const args = ['--yes', prism, 'mock', '-h', '127.0.0.1', '-p', String(port), releaseDocument(release)];
  return spawn('npx', args, {
    env: { ...process.env, SCARF_ANALYTICS: 'false' },
    stdio: 'ignore',
    // The mock runs in a process group of its own, because npx doesn't forward signals.
    detached: true,
  });
}

function stop({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {}
}

async function listening(mock: ChildProcess, port: number): Promise<void> {
  for (const until = Date.now() + startsWithinMs; Date.now() < until; await pause(500)) {
    if (mock.exitCode !== null)
      throw new Error(`${prism} ended with ${mock.exitCode}: is the npm registry in reach?`);
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
  }
  throw new Error(`${prism} did not listen within ${startsWithinMs / 1000} s.`);
}

/** A target file with made-up credentials: Prism accepts all. */
function targetFile(release: ReleaseName, port: number, mailPort: number): object {
  const account = (username: string) => {
    return { username, password: `password-of-${username}`, email: `${username}@lab.example` };
  };
  return {
    name: 'prism',
    baseUrl: `http://127.0.0.1:${port}`,
    release,
    accounts: {
      admin: { ...account('admin'), apiKey: 'key-of-the-admin' },
      viewer: account('viewer'),
      other: { ...account('bob'), sid: 'S-1-100-1-2' },
    },
    supportUser: { email: 'support@lab.example', password: 'password-of-support' },
    mail: { kind: 'smtp', listen: `127.0.0.1:${mailPort}`, timeoutMs: 1_000, quietMs: 100 },
    allow: {
      stateChanges: true,
      clusterMfa: true,
      replaceTotpOf: ['admin', 'viewer', 'other', 'supportUser'],
      lockOut: true,
      disposable: true,
    },
  };
}

function problemsIn(release: ReleaseName, code: number, report: string): string[] {
  const verdict = parseVerdict(readFileSync(join(report, 'verdict.json'), 'utf8'), 'verdict.json');
  const counts = new Map<string, number>();
  for (const { outcome } of verdict.outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const told = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  console.log(`${release}: exit code ${code}, ${told}`);
  const broken = readFileSync(join(report, 'events.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"suite failed"') || line.includes('"configuration failed"'));
  return [
    ...broken.map((line) => `the suite failed: ${line.slice(0, 400)}`),
    ...(counts.get('pass') === undefined ? ['nothing passed'] : []),
    ...(counts.get('fail') === undefined ? ['nothing failed, though nothing is stored'] : []),
  ];
}
