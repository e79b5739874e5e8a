import { faults } from './faults/index.js';
import { variants } from './variants/index.js';

export function renderCatalogue(which: 'faults' | 'variants', asJson: boolean): string {
  const rows =
    which === 'faults'
      ? faults.map(({ id, level, description, fails, since }) => ({ id, level, description, fails, since }))
      : variants.map(({ id, description }) => ({ id, description }));
  if (asJson) return `${JSON.stringify(rows, undefined, 2)}\n`;
  const width = Math.max(...rows.map(({ id }) => id.length));
  const lines = rows.map(({ id, description }) => `${id.padEnd(width)}  ${description}`);
  return `${lines.join('\n')}\n\n${rows.length} ${which}. Switch one on: ${process.env['MFA_CONFORMANCE_PROGRAM'] ?? 'mfa-conformance'} emulator --${which.slice(0, -1)} ID\n`;
}
