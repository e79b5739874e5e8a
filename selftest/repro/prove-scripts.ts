import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../src/base/model/verdict.js';
import { scriptsOf } from '../../src/reports/repro/script.js';
import { parseVerdict } from '../../src/verdict/derive/validate.js';
import { readEvents } from '../../src/verdict/events/log.js';
import { type Ended, runScript } from './run-script.js';
import type { Start } from './script-targets.js';

export interface Proven {
  readonly id: string;
  readonly faults: readonly string[];
  /** Why there is no script that decides. */
  readonly lacks: string | undefined;
  /** How the script ended on a target with the faults and on one without; undefined if there is no script. */
  readonly ended: { readonly faulty: Ended; readonly reference: Ended } | undefined;
  /** What went wrong. The script must exit with 1 on a target with the faults, 0 on one without, and change nothing. */
  readonly problem: string | undefined;
}

interface Subject {
  readonly faults: readonly string[];
  readonly faulty: Start;
  readonly reference: Start;
  /** How many scripts run at a time, each on its own target. */
  readonly jobs: number;
  /** Selects the failures to prove; absent: all. */
  readonly isWanted?: (failure: Outcome) => boolean;
}

export async function proveScripts(reports: string, subject: Subject, folder: string): Promise<Proven[]> {
  const file = join(reports, 'verdict.json');
  const { outcomes } = parseVerdict(readFileSync(file, 'utf8'), file);
  const { faults, isWanted = () => true, jobs } = subject;
  const wanted = outcomes.filter(isWanted);
  const left = scriptsOf(readEvents(join(reports, 'events.jsonl')), { outcomes: wanted });
  const proven: Proven[] = [];
  mkdirSync(folder, { recursive: true });
  const worker = async (): Promise<void> => {
    for (let script = left.shift(); script !== undefined; script = left.shift()) {
      const { id, lacks, text } = script;
      const own = mkdtempSync(join(folder, 'script-'));
      const written = join(own, script.file);
      writeFileSync(written, text);
      const ended =
        lacks === undefined
          ? {
              faulty: await runScript(written, subject.faulty, join(own, 'faulty')),
              reference: await runScript(written, subject.reference, join(own, 'reference')),
            }
          : undefined;
      proven.push({ id, faults, lacks, ended, problem: ended && problemOf(ended) });
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return proven;
}

function problemOf({ faulty, reference }: NonNullable<Proven['ended']>): string | undefined {
  if (faulty.code !== 1) return `with the fault: ${told(faulty)}`;
  if (reference.code !== 0) return `on the reference: ${told(reference)}`;
  return reference.left === undefined ? undefined : `left ${reference.left}\n${reference.said}`;
}

const told = ({ code, said }: Ended): string =>
  `${code === null ? 'took too long' : `exit ${code}`}\n${said.trimEnd().split('\n').slice(-8).join('\n')}`;
