// Measures runs on many targets: in parallel, in sequence, and merged into a matrix.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startEmulator, timedRun } from './bench-tools.mjs';

/** Compares the time of one run with --jobs 2 on several emulators with the sum of separate runs. */
export async function sideBySide(folder, count = 8) {
  const emulators = [];
  try {
    const files = [];
    for (let n = 1; n <= count; n += 1) {
      const file = join(folder, `lab-${n}.yaml`);
      emulators.push(await startEmulator(folder, file));
      writeFileSync(file, stringify({ ...parse(readFileSync(file, 'utf8')), name: `lab-${n}` }), {
        mode: 0o600,
      });
      files.push(file);
    }
    const flags = ['--out', join(folder, 'out'), '--state-dir', join(folder, 'state'), '--quiet'];
    let alone = 0;
    for (const file of files) alone += (await timedRun(['run', '-t', file, ...flags])).wallMs;
    const targets = files.flatMap((file) => ['-t', file]);
    const together = await timedRun(['run', ...targets, '--jobs', '2', ...flags]);
    return {
      targetsSideBySide: count,
      aloneMs: alone,
      sideBySideMs: together.wallMs,
      sideBySideShare: together.wallMs / alone,
    };
  } finally {
    await Promise.all(emulators.map((emulator) => emulator.stop()));
  }
}

export async function merged(folder, targets = 200, requirements = 200, shards = 8) {
  const names = Array.from({ length: targets }, (_, n) => `target-${String(n).padStart(3, '0')}`);
  const plan = names.map((name, at) => ({ name, shard: (at % shards) + 1 }));
  for (let index = 1; index <= shards; index += 1) {
    const out = join(folder, 'shards', String(index));
    mkdirSync(out, { recursive: true });
    const shard = { index, count: shards };
    const suite = { name: 'mfa-conformance', version: '0.0.0' };
    const content = { schemaVersion: 1, suite, shard, startedAt: startedAt(), run: null, targets: plan };
    writeFileSync(join(out, `planned-${index}-of-${shards}.json`), JSON.stringify(content));
  }
  for (const { name, shard } of plan) {
    const out = join(folder, 'shards', String(shard), name);
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'verdict.json'), JSON.stringify(verdict(name, requirements), null, 2));
  }
  const { wallMs, peakRssKb } = await timedRun(
    ['report', '--from', join(folder, 'shards'), '--out', join(folder, 'merged')],
    { expected: 1 },
  );
  const page = readFileSync(join(folder, 'merged', 'matrix.html'));
  return {
    mergedTargets: targets,
    mergeMs: wallMs,
    mergeRssMb: peakRssKb / 1024,
    matrixMb: page.length / 1e6,
  };
}

const startedAt = () => '2026-01-01T00:00:00.000Z';

function verdict(name, count) {
  const outcomes = Array.from({ length: count }, (_, n) => outcome(name, n));
  const fail = outcomes.filter((each) => each.outcome === 'fail').length;
  return {
    schemaVersion: 1,
    suite: { name: 'mfa-conformance', version: '0.0.0' },
    target: { name, baseUrl: `https://${name}.example/v2`, tlsInsecure: false },
    release: '7.1.2_u3',
    contract: { source: 'spec/releases/7.1.2_u3.yaml', sha256: 'ab'.repeat(32) },
    mode: 'full',
    seed: 1,
    startedAt: startedAt(),
    durationMs: 1000,
    gate: fail > 0 ? 'does not conform' : 'conforms',
    cause: '',
    scope: 'full',
    restored: true,
    residue: [],
    summary: {
      planned: count,
      pass: count - fail,
      fail,
      failShould: 0,
      notRun: 0,
      notApplicable: 0,
      waived: 0,
      inconclusive: 0,
    },
    outcomes,
    facts: {},
    waits: [],
    retries: { 429: 0, 503: 0 },
    coverage: { operations: {}, responses: {}, properties: {}, enumValues: {}, credentials: {} },
  };
}

function outcome(name, n) {
  const failed = (n + name.length + Number(name.slice(-3))) % 20 === 0;
  const headers = { accept: 'application/json' };
  const exchange = {
    operation: 'GetMFAConfig',
    request: { method: 'GET', url: `https://${name}.example/v2/mfa-config`, headers },
    response: { status: 200, headers, body: 'x'.repeat(2000) },
    startedAt: startedAt(),
    durationMs: 5,
  };
  return {
    id: `area-${n % 12}/requirement-${n}`,
    level: 'must',
    outcome: failed ? 'fail' : 'pass',
    title: `What requirement ${n} demands of a target, in a sentence of some length.`,
    source: 'RFC 9110 9.2.1',
    operations: ['GetMFAConfig'],
    reason: failed ? `expected: one thing\nactual: another one from ${name}` : '',
    reproduce: failed ? 'curl -i "$BASE_URL"/mfa-config' : '',
    exchanges: failed ? [exchange] : [],
    durationMs: 5,
  };
}
