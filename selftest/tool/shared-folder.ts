import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedFolderVariable } from '../detection/whole-run.js';

/** Makes one folder for the whole runs that several test files use. Workers inherit the variable that names it. */
export default function share(): () => void {
  // Each project of vitest.config.ts calls this function.
  if (process.env[sharedFolderVariable] !== undefined) return () => undefined;
  const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-shared-'));
  process.env[sharedFolderVariable] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
}
