import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scriptsOf } from '../../src/reports/repro/script.js';
import { parseVerdict } from '../../src/verdict/derive/validate.js';
import { readEvents } from '../../src/verdict/events/log.js';
import { type Ended, runScript, type ScriptTarget } from './run-script.js';

/** What became of the script of one failure. */
export interface Proven {
  readonly id: string;
  readonly faults: readonly string[];
  /** Why there is no script that tells. */
  readonly lacks: string | undefined;
  /** What it did otherwise than it must: 1 with the faults, 0 on the reference, and no trace. */
  readonly problem: string | undefined;
}

/** At a time: each has an emulator. */
const atOnce = 4;

/** Runs the scripts of a run's failures against the faults it saw, and against the same emulator without them. */
export async function proveScripts(reports: string, target: ScriptTarget, folder: string): Promise<Proven[]> {
  const { faults = [] } = target;
  const file = join(reports, 'verdict.json');
  const scripts = scriptsOf(
    readEvents(join(reports, 'events.jsonl')),
    parseVerdict(readFileSync(file, 'utf8'), file),
  );
  const proven: Proven[] = [];
  const left = [...scripts];
  const worker = async (): Promise<void> => {
    for (let script = left.shift(); script !== undefined; script = left.shift()) {
      const { id, lacks } = script;
      const written = join(reports, 'repro', script.file);
      const problem = lacks === undefined ? await problemOf(written, target, folder) : undefined;
      proven.push({ id, faults, lacks, problem });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return proven;
}

async function problemOf(script: string, target: ScriptTarget, folder: string): Promise<string | undefined> {
  const own = mkdtempSync(join(folder, 'script-'));
  const faulty = await runScript(script, target, own);
  const reference = await runScript(script, { ...target, faults: [] }, own);
  if (faulty.code !== 1) return `with the fault: ${told(faulty)}`;
  if (reference.code !== 0) return `on the reference: ${told(reference)}`;
  return leftOn(reference);
}

const told = ({ code, said }: Ended): string => `exit ${code}\n${said.split('\n').slice(-8).join('\n')}`;

/** What of the state is not as a new emulator has it. */
function leftOn({ state, said }: Ended): string | undefined {
  const text = JSON.stringify(state);
  return (text.match(/"enabled":true/g) ?? []).length === 0 ? undefined : `left ${text}\n${said}`;
}
