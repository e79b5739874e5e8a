import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../src/base/package-root.js';
import { RunFold } from '../../src/verdict/derive/fold.js';
import { readEvents } from '../../src/verdict/events/log.js';
import { spawned, temporaryFolder } from '../cli/suite.js';

const urlOf = (...path: string[]) => JSON.stringify(pathToFileURL(join(packageRoot(), ...path)).href);

/** @param specs file names with their source, without its imports; they run in alphabetical order */
export async function runSpecs(file: string, specs: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const tests = join(folder, 'tests');
  mkdirSync(tests);
  const imports = `import { demand, expect, test } from ${urlOf('dist', 'fixtures', 'index.js')};\n`;
  for (const [name, text] of Object.entries(specs))
    writeFileSync(join(tests, `${name}.spec.mjs`), imports + text);
  const config = join(folder, 'playwright.config.mjs');
  writeFileSync(
    config,
    `import base from ${urlOf('dist', 'playwright.config.js')};
export default { ...base, testDir: ${JSON.stringify(tests)}, testMatch: /\\.spec\\.mjs$/ };\n`,
  );
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  // As in a run, Playwright must not compile these files: compiling takes seconds.
  const compilesNothing = { PW_DISABLE_TS_ESM: '1' };
  const env = { MFA_TARGET: file, MFA_CONFORMANCE_STATE: join(folder, 'state'), ...compilesNothing };
  const { code, stdout, stderr } = await spawned(playwright, ['test', '-c', config], { cwd: folder, env })
    .ended;
  const events = readEvents(join(folder, 'reports', 'target', 'events.jsonl'));
  const fold = new RunFold();
  for (const event of events) fold.take(event);
  const outcomes = new Map(fold.outcomes().map(({ id, kind, reason }) => [id, { kind, reason }]));
  return { events, outcomes, code, output: stdout + stderr };
}
