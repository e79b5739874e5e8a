import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { declareWithoutRunner } from '../../fixtures/in-order.js';
import type OutcomeReporter from '../../fixtures/reporter.js';
import type { Suite } from '../../fixtures/suite.js';
import { packageRoot } from '../../src/base/package-root.js';
import type { RunningTests } from '../../src/cli/playwright-process.js';
import { idPattern } from '../../src/contract/requirements/catalogue.js';
import type { RequirementId } from '../../src/contract/requirements/uses.js';
import { planVariable, type RunPlan, runOptionsOf } from '../../src/target/run-plan.js';

const fixtures = join(packageRoot(), 'dist', 'fixtures');
interface Loaded {
  readonly Suite: typeof Suite;
  readonly Reporter: typeof OutcomeReporter;
  readonly declare: typeof declareWithoutRunner;
}

let loaded: Promise<Loaded> | undefined;

export async function testsInOrder(): Promise<RequirementId[]> {
  loaded ??= load();
  return (await loaded).declare();
}

async function load(): Promise<Loaded> {
  const { prepareStackTrace } = Error;
  const inOrder: typeof import('../../fixtures/in-order.js') = await import(join(fixtures, 'in-order.js'));
  const built: typeof import('../../fixtures/suite.js') = await import(join(fixtures, 'suite.js'));
  const reporter: typeof import('../../fixtures/reporter.js') = await import(join(fixtures, 'reporter.js'));
  inOrder.keepTests();
  const tests = join(packageRoot(), 'dist', 'tests');
  const specs = readdirSync(tests, { recursive: true, encoding: 'utf8' });
  for (const name of specs.filter((each) => each.endsWith('.spec.js')).sort())
    await import(join(tests, name));
  // The suite shortens stacks, which Vitest reads.
  Error.prepareStackTrace = prepareStackTrace;
  return { Suite: built.Suite, Reporter: reporter.default, declare: inOrder.declareWithoutRunner };
}

/** Runs the tests of a plan in this process: Playwright and its workers cost three seconds of processor time a run. */
export class TestsHere implements RunningTests {
  readonly ended: Promise<undefined>;
  #isStopped = false;

  constructor(plan: RunPlan, folder: string) {
    this.ended = this.#run(plan, folder);
  }

  onAskedToStop(): void {
    // Only runs by Playwright have a limit of failures.
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #run(plan: RunPlan, folder: string): Promise<undefined> {
    loaded ??= load();
    const { Suite, Reporter, declare } = await loaded;
    const file = join(folder, 'plan.json');
    writeFileSync(file, JSON.stringify(plan));
    process.env[planVariable] = file;
    const isMeant = plan.grep === null ? () => true : (id: string) => idPattern(plan.grep ?? '').test(id);
    const ids = declare().filter(isMeant);
    const reporter = new Reporter();
    reporter.onBegin(undefined, { allTests: () => ({ length: ids.length * plan.targets.length }) });
    const left = [...plan.targets];
    const worker = async (): Promise<void> => {
      for (let target = left.shift(); target !== undefined; target = left.shift())
        await this.#runOn(new Suite(runOptionsOf(plan, target)), ids);
    };
    await Promise.all(Array.from({ length: plan.jobs }, worker));
    await reporter.onEnd({ status: 'passed' });
  }

  async #runOn(running: Suite, ids: readonly RequirementId[]): Promise<void> {
    try {
      for (const id of ids) if (!this.#isStopped) await running.outcomeOf(id);
    } finally {
      await running.close();
    }
  }
}
