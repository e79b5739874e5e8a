import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orExplain } from '../base/errors.js';
import type { RunEvent } from '../base/model/event.js';
import type { Verdict } from '../base/model/verdict.js';
import { scriptsOf } from '../reports/repro/script.js';

export const scriptsFolder = 'repro';

export function writeScripts(events: Iterable<RunEvent>, verdict: Verdict, folder: string): string[] {
  const own = join(folder, scriptsFolder);
  return orExplain(`The scripts can't be written to ${own}`, () => {
    rmSync(own, { recursive: true, force: true });
    const scripts = scriptsOf(events, verdict);
    if (scripts.length > 0) mkdirSync(own, { recursive: true });
    for (const { file, text } of scripts) writeFileSync(join(own, file), text, { mode: 0o755 });
    return scripts.map(({ file }) => `${scriptsFolder}/${file}`);
  });
}
