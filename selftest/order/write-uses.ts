import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startEmulator } from '../../emulator/emulator.js';
import type { Uses } from '../../src/base/model/uses.js';
import { joined, usesFile } from '../../src/contract/requirements/uses.js';
import { readEvents } from '../../src/verdict/events/log.js';
import { runSuite } from '../detection/run-suite.js';
import { usesIn, usesText } from './uses.js';

// Run by `npm run generate -- uses`: records what tests touch, on targets that need different preparations.
const subjects = [
  { name: 'usual' },
  { name: 'latest', release: 'latest', tls: true },
  { name: 'on-at-first', variants: ['cluster-mfa-on-at-first'] },
  { name: 'tokens-only', variants: ['field-tokens-only', 'lock-out-after-5'] },
  { name: 'in-steps', variants: ['login-in-two-steps', 'sessions-end-with-a-switch'] },
];

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-uses-'));
const before = readFileSync(usesFile, 'utf8');
const emulators = await Promise.all(subjects.map((options) => startEmulator(options)));
// A test with a null row may touch everything.
writeFileSync(usesFile, usesText(new Map()));
let text = before;
try {
  const files = emulators.map((emulator, at) => {
    const name = subjects[at]?.name ?? '';
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, stringify({ ...emulator.targetFile(), name }), { mode: 0o600 });
    return file;
  });
  const { code, said } = await runSuite(files, folder, ['--jobs', '2', '--lanes', '1', '--slow']);
  if (code !== 0) throw new Error(`The suite ended with ${code}:\n${said}`);
  const uses = new Map<string, Uses>();
  for (const { name } of subjects)
    for (const [id, used] of usesIn(readEvents(join(folder, 'out', name, 'events.jsonl'))))
      uses.set(id, joined(uses.get(id) ?? {}, used));
  text = usesText(uses);
} finally {
  writeFileSync(usesFile, text);
  await Promise.all(emulators.map((emulator) => emulator.close()));
  rmSync(folder, { recursive: true, force: true });
}
