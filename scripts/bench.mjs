// Measures runs: see `usage`. Memory comes from /proc, so only Linux shows it.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Agent } from 'undici';
import { parse, stringify } from 'yaml';
import { merged, sideBySide } from './bench-many.mjs';
import { measureProfile, profiles, profileTable } from './bench-profiles.mjs';
import { httpProxy } from './bench-proxy.mjs';
import { eventsIn, startEmulator, timedRun } from './bench-tools.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const usage = `Measures runs against the emulator: medians of several runs, and the same number of bare requests. Then it measures
parallel targets and a large matrix, once each. One more run is profiled for the share of journal, lease, redaction
and search for secrets.

  npm run bench -- [--runs N] [--json] [--latency MS]
  npm run bench -- --profile NAME [--profile NAME …] [--json] [--keep]

  --runs N        how many runs, at least 1 (default: 3)
  --latency MS    delays each answer; shows also the share of time with an open request
  --profile NAME  measures only this profile and shows the run of median length:
                  ${Object.keys(profiles).join(', ')}
  --keep          keeps the figures of profiles for docs/performance.md (npm run generate)
  --json          prints the figures as JSON`;
const values = argumentsOrEnd();
const runs = Number(values.runs);
const latencyMs = values.latency === undefined ? undefined : Number(values.latency);

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-bench-'));
try {
  if (values.profile === undefined) await measureAll();
  else await measureProfiles(values.profile);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Ends the process after --help, or with exit code 2 after a wrong option. */
function argumentsOrEnd() {
  const options = {
    runs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    latency: { type: 'string' },
    profile: { type: 'string', multiple: true },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  };
  try {
    const { values } = parseArgs({ options });
    const wrong = (values.profile ?? []).find((name) => !Object.hasOwn(profiles, name));
    if (wrong !== undefined) throw new Error(`There is no profile ${wrong}.`);
    if (!/^[1-9]\d*$/.test(values.runs)) throw new Error('--runs must be a whole number from 1 on.');
    if (!/^\d+(\.\d+)?$/.test(values.latency ?? '0'))
      throw new Error('--latency must be a number of milliseconds.');
    if (!values.help) return values;
    console.log(usage);
    process.exit(0);
  } catch ({ message }) {
    console.error(`${message}\n\n${usage}`);
    process.exit(2);
  }
}

async function measureProfiles(names) {
  const rows = [];
  for (const name of names) {
    const all = [];
    for (let n = 0; n < runs; n += 1) all.push(await measureProfile(name, join(folder, `${name}-${n}`)));
    all.sort((one, other) => one.wallMs - other.wallMs);
    const row = { ...all[(runs - 1) >> 1], runs: all.map(({ wallMs }) => wallMs) };
    rows.push(row);
    if (!values.json) console.log(profileTable([row]));
    if (values.keep) keep(row);
  }
  if (values.json) console.log(JSON.stringify(rows));
}

function keep(row) {
  const file = join(root, 'selftest', 'performance', 'figures.jsonl');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const kept = [...lines.map((line) => JSON.parse(line)), { ...row, node: process.version }];
  const all = new Map(kept.map((each) => [each.name, JSON.stringify(each)]));
  const inOrder = Object.keys(profiles).flatMap((name) => all.get(name) ?? []);
  writeFileSync(file, `${inOrder.join('\n')}\n`);
}

async function measureAll() {
  const samples = [];
  for (let n = 0; n < runs; n += 1) samples.push(await measure(join(folder, String(n))));
  const medians = Object.fromEntries(
    Object.keys(samples[0]).map((name) => [name, median(samples.map((sample) => sample[name]))]),
  );
  const safety = await safetyShare(join(folder, 'profiled'));
  const loads = [];
  const document = join(folder, 'document.yaml');
  writeFileSync(document, vendorDocument());
  for (let n = 0; n < runs; n += 1) loads.push(timedLoad(document));
  const loadMs = median(loads.map(({ ms }) => ms));
  const loadRssMb = median(loads.map(({ rssMb }) => rssMb));
  const many = { ...(await sideBySide(join(folder, 'many'))), ...(await merged(join(folder, 'merged'))) };
  const result = { node: process.version, runs, ...medians, ...safety, loadMs, loadRssMb, ...many };
  console.log(values.json ? JSON.stringify(result) : table(result));
}

async function measure(out) {
  const target = join(out, 'emulator.yaml');
  const emulator = await startEmulator(out, target);
  const slow = latencyMs === undefined ? undefined : await slowDown(target, latencyMs);
  try {
    const run = await timedRun(argsOf(out, target));
    const targetMs = slow?.busyMs();
    slow?.close();
    const verdict = JSON.parse(readFileSync(join(out, 'emulator', 'verdict.json'), 'utf8'));
    const events = eventsIn(join(out, 'emulator', 'events.jsonl'));
    const requests = events.filter(({ type }) => type === 'exchange').length;
    const ended = events.filter(({ type }) => type === 'test ended');
    const tests = { count: ended.length, durationMs: ended.reduce((sum, each) => sum + each.durationMs, 0) };
    const bareMs = await bare(parse(readFileSync(target, 'utf8')), requests);
    const waitedMs = verdict.waits.reduce((sum, { ms }) => sum + ms, 0);
    return {
      wallMs: run.wallMs,
      testsMs: tests.durationMs,
      aroundTestsMs: run.wallMs - tests.durationMs,
      waitedMs,
      requirements: tests.count,
      requests,
      bareMs,
      msPerRequirement: run.wallMs / tests.count,
      msPerRequirementBeyondRequests: (run.wallMs - waitedMs - bareMs) / tests.count,
      timesBare: run.wallMs / bareMs,
      peakRssMb: run.peakRssKb / 1024,
      reportsMs: reportsAgain(join(out, 'emulator', 'verdict.json'), join(out, 'again')),
      htmlKb: statSync(join(out, 'emulator', 'index.html')).size / 1000,
      ...(targetMs === undefined ? {} : { targetMs }),
    };
  } finally {
    await emulator.stop();
  }
}

function argsOf(out, target) {
  return ['run', '-t', target, '--out', out, '--state-dir', join(out, 'state'), '--quiet'];
}

/** Returns the share of a profiled run spent on protecting the target and secrets. */
async function safetyShare(out) {
  const target = join(out, 'emulator.yaml');
  const profiles = join(out, 'profiles');
  const emulator = await startEmulator(out, target);
  try {
    mkdirSync(profiles);
    const { wallMs } = await timedRun(argsOf(out, target), {
      env: {
        NODE_OPTIONS: `--import ${new URL('profile.mjs', import.meta.url).href}`,
        MFA_BENCH_PROFILES: profiles,
      },
    });
    const files = readdirSync(profiles).map((name) => JSON.parse(readFileSync(join(profiles, name), 'utf8')));
    const safetyMs = files.reduce(
      (sum, profile) =>
        sum +
        millisecondsIn(profile, /\/src\/(?:base\/redaction|target\/journal\/(?:journal|lease|state-dir)\b)/),
      0,
    );
    return { safetyMs, safetyShare: safetyMs / wallMs };
  } finally {
    await emulator.stop();
  }
}

/** Returns the time during which a function of these files was on the stack. */
function millisecondsIn({ nodes, samples, timeDeltas }, files) {
  const inside = new Set();
  const walk = (id, isInside) => {
    const node = byId.get(id);
    const here = isInside || files.test(node.callFrame.url);
    if (here) inside.add(id);
    for (const child of node.children ?? []) walk(child, here);
  };
  const byId = new Map(nodes.map((node) => [node.id, node]));
  walk(nodes[0].id, false);
  return samples.reduce((sum, id, index) => sum + (inside.has(id) ? timeDeltas[index] : 0), 0) / 1000;
}

/** Puts the URL of a delaying proxy into the target file. */
async function slowDown(targetFile, ms) {
  const content = readFileSync(targetFile, 'utf8');
  const { baseUrl } = parse(content);
  const proxy = await httpProxy(baseUrl, { latencyMs: () => ms });
  writeFileSync(targetFile, content.replaceAll(baseUrl, proxy.baseUrl));
  return {
    busyMs: proxy.busyMs,
    close: () => {
      proxy.close();
      writeFileSync(targetFile, content);
    },
  };
}

/**
 * The document is as large as the largest vendors' documents, with 200 paths and 65,000 lines. The operations
 * of the MFA API stand among others that the suite doesn't use and whose references lead nowhere.
 */
function vendorDocument() {
  const document = parse(readFileSync(join(root, 'spec', 'releases', '7.1.2_u3.yaml'), 'utf8'));
  const property = (n) => ({
    description: `Specifies part ${n} of the resource, in the words of its vendor.`,
    type: 'string',
    nullable: true,
    'x-order': n,
  });
  for (let n = 0; n < 190; n += 1) {
    document.paths[`/resources-${n}`] = {
      get: {
        operationId: `GetResource${n}`,
        parameters: [{ name: 'id', in: 'query', schema: { type: 'integer', format: 'int64' } }],
        responses: {
          200: {
            description: 'Success',
            content: { 'application/json': { schema: { $ref: `#/definitions/Nothing${n}` } } },
          },
        },
      },
    };
  }
  for (let n = 0; n < 1200; n += 1) {
    const names = Array.from({ length: 10 }, (_, index) => [`part${index}`, property(index)]);
    document.components.schemas[`Resource${n}`] = { type: 'object', properties: Object.fromEntries(names) };
  }
  return stringify(document);
}

/** Measures in a new process. */
function timedLoad(file) {
  const load = new URL('../dist/src/contract/openapi/load.js', import.meta.url).href;
  const script = `
    const { loadContractFile } = await import(${JSON.stringify(load)});
    const startedAt = performance.now();
    const contract = await loadContractFile(${JSON.stringify(file)}, '7.1.2_u3');
    contract.compileAll();
    const ms = performance.now() - startedAt;
    if (contract.operations.size !== 12) throw new Error('not all operations were found');
    console.log(JSON.stringify({ ms, rssMb: process.resourceUsage().maxRSS / 1024 }));`;
  const flags = ['--input-type=module', '--eval', script];
  return JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }));
}

/** Measures in a new process. */
function reportsAgain(verdict, folder) {
  const script = `
    const { readFileSync } = await import('node:fs');
    const verdict = JSON.parse(readFileSync(process.argv[1], 'utf8'));
    const startedAt = performance.now();
    const { writeReports } = await import(process.argv[3]);
    writeReports(verdict, process.argv[2]);
    console.log(performance.now() - startedAt);`;
  const module = pathToFileURL(join(root, 'dist', 'src', 'reports', 'forms', 'write.js')).href;
  const args = ['--input-type=module', '-e', script, verdict, folder, module];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

/** Sends as many requests as the run, in sequence on one connection, without judging. */
async function bare(target, requests) {
  const agent = new Agent({ connections: 1 });
  const url = new URL(target.baseUrl);
  const headers = { apiKey: target.accounts.admin.apiKey };
  const paths = ['/mfa-config', '/support-user/mfa'];
  const startedAt = performance.now();
  for (let n = 0; n < requests; n += 1) {
    const path = url.pathname + paths[n % paths.length];
    const { statusCode, body } = await agent.request({ origin: url.origin, path, method: 'GET', headers });
    await body.text();
    if (statusCode !== 200) throw new Error(`GET ${path} was answered ${statusCode}.`);
  }
  const ms = performance.now() - startedAt;
  await agent.close();
  return ms;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function table(result) {
  const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
  const share = (ms) => `${((100 * ms) / result.wallMs).toFixed(0)} % of the run`;
  const rows = [
    ['run, wall time', seconds(result.wallMs), `${result.timesBare.toFixed(1)} x bare`],
    ['  in tests', seconds(result.testsMs), share(result.testsMs)],
    ['  before, between and after', seconds(result.aroundTestsMs), share(result.aroundTestsMs)],
    ['  waits of the suite', seconds(result.waitedMs), share(result.waitedMs)],
    ['requirements', String(result.requirements), `${result.msPerRequirement.toFixed(1)} ms each`],
    ['  beyond requests and waits', '', `${result.msPerRequirementBeyondRequests.toFixed(1)} ms each`],
    [
      'requests',
      String(result.requests),
      `${(result.requests / result.requirements).toFixed(1)} a requirement`,
    ],
    [
      '  sent bare, one by one',
      seconds(result.bareMs),
      `${(result.bareMs / result.requests).toFixed(2)} ms each`,
    ],
    ...(result.targetMs === undefined
      ? []
      : [['  with the target', seconds(result.targetMs), share(result.targetMs)]]),
    [
      'journal, lease, redaction, search',
      seconds(result.safetyMs),
      `${(100 * result.safetyShare).toFixed(1)} % of a run that was profiled`,
    ],
    [
      'peak memory, largest process',
      result.peakRssMb > 0 ? `${result.peakRssMb.toFixed(0)} MB` : 'not known',
      '',
    ],
    ['all reports, written', seconds(result.reportsMs), `index.html ${result.htmlKb.toFixed(0)} kB`],
    [
      'loading a document of 65,000 lines',
      seconds(result.loadMs),
      `${result.loadRssMb.toFixed(0)} MB at most (goal: 0.6 s, 300 MB)`,
    ],
  ];
  rows.push(
    [
      `${result.targetsSideBySide} targets, --jobs 2`,
      seconds(result.sideBySideMs),
      `${result.sideBySideShare.toFixed(2)} of the sum of each alone`,
    ],
    [
      `matrix of ${result.mergedTargets} x 200`,
      seconds(result.mergeMs),
      `${result.mergeRssMb.toFixed(0)} MB of memory, page of ${result.matrixMb.toFixed(1)} MB`,
    ],
  );
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map(([name, value, ratio]) =>
    `${name.padEnd(widths[0])}  ${value.padStart(widths[1])}  ${ratio}`.trimEnd(),
  );
  return [`medians of ${result.runs} runs against the emulator, Node ${result.node}`, '', ...lines].join(
    '\n',
  );
}
