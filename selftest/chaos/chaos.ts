import { join } from 'node:path';
import { startEmulator } from '../../emulator/emulator.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import { cli, type Ended, folders, verdictOf, writeTarget } from '../cli/suite.js';
import { journalsIn, stateOf } from '../recovery/observe.js';
import type { OnEnd } from '../tool/processes.js';
import { chaosProxy, type Mischief, mischiefs } from './chaos-proxy.js';

export interface ChaosPlan {
  readonly seed: number;
  /** The share of connections to harm, 0 to 1. */
  readonly share: number;
  readonly mischiefs?: readonly [Mischief, ...Mischief[]];
  readonly grep?: string;
  readonly fault?: undefined | { readonly id: string; readonly fails: readonly string[] };
}

/** The longest time that a run may take on any network, in milliseconds. */
const boundMs = 600_000;
const requestTimeoutMs = 5000;

export async function runThroughChaos(
  plan: ChaosPlan,
  folder: string,
  onEnd: OnEnd,
  run: (...args: readonly string[]) => Promise<Ended> = (...args) => cli(args, {}, onEnd),
) {
  const faults = plan.fault === undefined ? [] : [plan.fault.id];
  const emulator = await startEmulator({ tls: true, faults });
  onEnd(() => emulator.close());
  const port = Number(new URL(emulator.baseUrl).port);
  const proxy = await chaosProxy(port, plan.seed, plan.share, plan.mischiefs ?? mischiefs, onEnd);
  const state = async () => JSON.stringify(await stateOf({ control: emulator.controlUrl }));
  const found = await state();
  const content = emulator.targetFile();
  const file = writeTarget(folder, {
    ...content,
    // A lost mail then costs only a short wait.
    mail: { ...Object(content['mail']), timeoutMs: 2000 },
    name: 'lab',
    baseUrl: emulator.baseUrl.replace(String(port), String(proxy.port)),
    limits: { requestTimeoutMs },
  });
  const grep = plan.grep === undefined ? [] : ['--grep', plan.grep];

  const ended = await run('run', '-t', file, ...grep, ...folders(folder));

  const verdict = verdictOf(folder);
  const problems = [...problemsOf(verdict, ended, plan)];
  proxy.calm();
  if (!verdict.restored) {
    const restored = await run('restore', '-t', file, '--state-dir', join(folder, 'state'));
    if (restored.code !== 0) problems.push(`restore ended with ${restored.code}: ${restored.stderr}`);
  }
  const left = journalsIn(join(folder, 'state'));
  if (left.length > 0) problems.push(`a journal is left: ${left.join(', ')}`);
  const now = await state();
  if (now !== found) problems.push(`the target was ${found}, and is ${now}`);
  return { ended, verdict, done: proxy.done, problems };
}

function* problemsOf(verdict: Verdict, { code, durationMs }: Ended, { fault }: ChaosPlan): Generator<string> {
  const { gate, outcomes, restored } = verdict;
  const fails = fault?.fails ?? [];
  for (const { id, outcome, reason } of outcomes) {
    if (outcome === 'fail' && !fails.includes(id)) yield `red for the network: ${id}: ${reason}`;
    if (outcome === 'pass' && fails.includes(id)) yield `green though it is broken: ${id}`;
    if (outcome === 'inconclusive' && /please report it/.test(reason))
      yield `the suite broke: ${id}: ${reason}`;
  }
  if (fault !== undefined && gate === 'conforms') yield 'a target with a fault conforms';
  const musts = outcomes.filter(({ level }) => level === 'must');
  if (gate === 'conforms' && musts.some(({ outcome }) => outcome === 'inconclusive')) {
    yield 'conforms though a must is undecided';
  }
  const failed = musts.some(({ outcome }) => outcome === 'fail');
  const wanted = restored ? { conforms: 0, 'does not conform': 1, inconclusive: 3 }[gate] : 4;
  if (code !== wanted) yield `exit code ${code}, though the gate is ${gate} and restored is ${restored}`;
  if (failed !== (gate === 'does not conform')) yield `the gate is ${gate}, with must failed: ${failed}`;
  if (durationMs > boundMs) yield `took ${durationMs} ms`;
}
