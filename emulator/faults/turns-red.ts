import { readFileSync } from 'node:fs';
import { specFile } from '../spec-file.js';

interface TurnsRed {
  readonly level?: 'should';
  readonly besides?: readonly string[];
  readonly head?: string;
}

/** Faults that turn no must red, what faults turn red besides what they break, and which of that heads the report. */
export const turnsRed: Readonly<Record<string, TurnsRed>> = JSON.parse(
  readFileSync(specFile('turns-red.json') ?? 'spec/turns-red.json', 'utf8'),
);
