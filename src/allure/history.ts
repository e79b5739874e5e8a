import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from '../files.js';

/**
 * Makes Allure's history ready for one more night: without a line that was cut by a kill, without the night of this
 * name, and not longer than `most` lines.
 */
export function trimHistory(file: string, name: string, most: number): void {
  if (!existsSync(file)) return;
  const lines = readFileSync(file, 'utf8').split('\n');
  const kept = lines.filter((line) => line !== '' && isOther(line, name)).slice(-most);
  replaceFile(file, kept.map((line) => `${line}\n`).join(''));
}

function isOther(line: string, name: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'name' in value && value.name !== name;
  } catch {
    return false;
  }
}
