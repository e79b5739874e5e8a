import { readFileSync } from 'node:fs';
import { isObject } from '../json.js';
import { specFile } from '../spec-file.js';

interface TurnsRed {
  readonly level?: 'should';
  readonly besides?: readonly string[];
  readonly head?: string;
}

const file = specFile('turns-red.json') ?? 'spec/turns-red.json';

function isRow(row: unknown): row is TurnsRed {
  if (!isObject(row)) return false;
  const { level = 'should', besides = [], head = '' } = row;
  const isList = Array.isArray(besides) && besides.every((id) => typeof id === 'string');
  return level === 'should' && isList && typeof head === 'string';
}

function read(): Readonly<Record<string, TurnsRed>> {
  const rows: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const all = isObject(rows) ? Object.entries(rows) : [];
  const right = all.flatMap(([id, row]): [string, TurnsRed][] => (isRow(row) ? [[id, row]] : []));
  if (right.length === 0 || right.length < all.length)
    throw new Error(`${file} does not say what faults turn red: npm run generate writes it.`);
  return Object.fromEntries(right);
}

/** By fault: `besides` turn red without being in `breaks`, and the report begins with `head`. */
export const turnsRed = read();
