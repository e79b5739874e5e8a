import { readFileSync, writeFileSync } from 'node:fs';
import type { Uses } from '../../src/base/model/uses.js';
import { joined, usesFile } from '../../src/contract/requirements/uses.js';
import { logsOf, oneByOne } from './measured.js';
import { usesIn, usesText } from './uses.js';

// Run by `npm run generate -- uses`: records what tests touch, on targets that need different preparations.
const subjects = [
  { name: 'usual' },
  { name: 'latest', release: 'latest', tls: true },
  { name: 'on-at-first', variants: ['cluster-mfa-on-at-first'] },
  { name: 'tokens-only', variants: ['field-tokens-only', 'lock-out-after-5'] },
  { name: 'in-steps', variants: ['login-in-two-steps', 'sessions-end-with-a-switch'] },
];

// A row only widens, because other targets may need more than these do. To narrow a row, make it null first.
const rows: Readonly<Record<string, Uses | null>> = JSON.parse(readFileSync(usesFile, 'utf8'));
const uses = new Map(Object.entries(rows).map(([id, row]) => [id, row ?? {}] as const));
// Tests that run one by one may touch everything, whatever their rows say.
for (const log of await logsOf(subjects, [...oneByOne, '--slow']))
  for (const [id, used] of usesIn(log)) uses.set(id, joined(uses.get(id) ?? {}, used));
writeFileSync(usesFile, usesText(uses));
