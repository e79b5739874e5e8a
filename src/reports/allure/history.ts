import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from '../../base/files.js';
import { jsonOf, objectOf, shapedLike, shapes } from '../../base/shape.js';

/**
 * Prepares Allure's history for another night. Removes lines that a kill cut off, the night of this name, and all but
 * the last `most` lines.
 */
export function trimHistory(file: string, name: string, most: number): void {
  if (!existsSync(file)) return;
  const lines = readFileSync(file, 'utf8').split('\n');
  const kept = lines.filter((line) => line !== '' && isOther(line, name)).slice(-most);
  replaceFile(file, kept.map((line) => `${line}\n`).join(''));
}

const isNight = shapedLike<{ readonly name: string }>(objectOf<{ name: string }>({ name: shapes.text }));

function isOther(line: string, name: string): boolean {
  const night = jsonOf(line, isNight);
  return night !== undefined && night.name !== name;
}
