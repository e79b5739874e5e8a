import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../../src/base/model/event.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import { eventsFile, readEvents } from '../../src/verdict/events/log.js';
import { verdictIn } from '../detection/matrix.js';
import { runSuite } from '../detection/run-suite.js';
import { type Moments, type Reach, reachOf } from './coverage.js';
import type { Mutant } from './mutants.js';
import { type MutatedEmulator, startMutated } from './mutated-emulator.js';
import { type Notice, noticeIn } from './notice.js';

export interface Baseline {
  readonly verdicts: readonly Verdict[];
  readonly reach: Reach;
  readonly events: readonly RunEvent[];
}

export class Campaign {
  #runs = 0;

  constructor(
    private readonly program: string,
    private readonly folder: string,
    private readonly jobs: number,
  ) {}

  /** The verdicts on unchanged emulators, and the mutants that each requirement reaches. */
  async baseline(times: number, requirements?: readonly string[]): Promise<Baseline> {
    const folder = this.#newFolder();
    const names = Array.from({ length: times }, (_, at) => `reference-${at + 1}`);
    const coverage = (name: string): string => join(folder, `${name}.coverage.json`);
    const started = await Promise.all(
      names.map((name) => startMutated({ program: this.program, name, folder, coverage: coverage(name) })),
    );
    const said = await this.#run(started, folder, requirements);
    const verdicts = names.map((name) => verdictIn(join(folder, 'out'), name));
    const passed = verdicts.flatMap((verdict) => (verdict?.gate === 'conforms' ? [verdict] : []));
    if (passed.length < times) throw new Error(`The emulator as it is does not pass:\n${said}`);
    const events = names.map((name) => readEvents(eventsFile(join(folder, 'out', name))));
    const reach = new Map<string, Set<string>>();
    names.forEach((name, at) => {
      const moments: Moments = JSON.parse(readFileSync(coverage(name), 'utf8'));
      for (const [mutant, requirements] of reachOf(moments, events[at] ?? []))
        reach.set(mutant, new Set([...(reach.get(mutant) ?? []), ...requirements]));
    });
    rmSync(folder, { recursive: true, force: true });
    return { verdicts: passed, reach, events: events[0] ?? [] };
  }

  /** An unchanged emulator runs beside the mutants: if that fails as well, the run proves nothing. */
  async judge(
    mutants: readonly Mutant[],
    baseline: Baseline,
    requirements?: readonly string[],
  ): Promise<(Notice | undefined)[]> {
    const folder = this.#newFolder();
    const started = await Promise.all(
      [undefined, ...mutants.map(({ id }) => id)].map((mutant) =>
        startMutated({ program: this.program, name: nameOf(mutant), folder, ...(mutant && { mutant }) }),
      ),
    );
    const said = await this.#run(started, folder, requirements);
    const notice = (id?: string): Notice | undefined =>
      noticeIn(verdictIn(join(folder, 'out'), nameOf(id)), baseline.verdicts, requirements === undefined);
    const ofReference = notice();
    const notices = mutants.map(({ id }, at) =>
      started[at + 1] === undefined ? ({ way: 'does not start', by: '' } as const) : notice(id),
    );
    rmSync(folder, { recursive: true, force: true });
    if (ofReference === undefined) return notices;
    const [only] = mutants;
    // The mutant may have written a target file that stops the whole run.
    if (only !== undefined && mutants.length === 1 && said.includes(`${nameOf(only.id)}.yaml`))
      return [{ way: 'unusable', by: '' }];
    if (mutants.length === 1)
      throw new Error(`The emulator as it is does not pass: ${ofReference.way} ${ofReference.by}\n${said}`);
    const each: (Notice | undefined)[] = [];
    for (const mutant of mutants) each.push(...(await this.judge([mutant], baseline, requirements)));
    return each;
  }

  async #run(
    emulators: readonly (MutatedEmulator | undefined)[],
    folder: string,
    requirements: readonly string[] | undefined,
  ): Promise<string> {
    const running = emulators.filter((emulator) => emulator !== undefined);
    try {
      if (running.length === 0) return '';
      const grep = requirements === undefined ? [] : ['--grep', requirements.join(',')];
      const files = running.map(({ file }) => file);
      return (await runSuite(files, folder, ['--jobs', String(this.jobs), ...grep])).said;
    } finally {
      await Promise.all(running.map((emulator) => emulator.stop()));
    }
  }

  #newFolder(): string {
    this.#runs += 1;
    const folder = join(this.folder, `run-${this.#runs}`);
    mkdirSync(folder, { recursive: true });
    return folder;
  }
}

function nameOf(mutant: string | undefined): string {
  return mutant === undefined ? 'reference' : `mutant-${mutant}`;
}
