import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/base/errors.js';
import { replaceFile } from '../../src/base/files.js';
import { reportFiles, writeReports } from '../../src/reports/forms/write.js';
import { parseVerdict } from '../../src/verdict/derive/validate.js';
import { temporaryFolder } from '../target/files.js';
import { sample } from './sample.js';
import { parseXml } from './well-formed.js';

let dir: string;
beforeEach(() => {
  dir = temporaryFolder();
});

const read = (name: string) => readFileSync(join(dir, 'lab-7', name), 'utf8');

describe('writing', () => {
  test('a file for each kind of reader, and nothing else', () => {
    const names = writeReports(sample(), join(dir, 'lab-7'));

    expect(names).toEqual(reportFiles);
    expect(readdirSync(join(dir, 'lab-7')).sort()).toEqual([...names].sort());
    expect(parseVerdict(read('verdict.json'), 'verdict.json')).toEqual(sample());
    expect(read('verdict.json')).toMatch(/^\{\n {2}"schemaVersion": 1,\n/);
    expect(parseXml(read('junit.xml')).name).toBe('testsuites');
    expect(read('summary.txt')).toContain(`Written to ${join(dir, 'lab-7')}: ${reportFiles.join(', ')}`);
    expect(read('summary.txt')).not.toContain('\x1b');
  });

  test('over an earlier run', () => {
    writeReports(sample({ seed: 1 }), join(dir, 'lab-7'));
    writeReports(sample({ seed: 2 }), join(dir, 'lab-7'));

    expect(parseVerdict(read('verdict.json'), 'verdict.json').seed).toBe(2);
    expect(readdirSync(join(dir, 'lab-7'))).toHaveLength(reportFiles.length);
  });

  test('characters that a terminal obeys are JSON escapes of the same value', () => {
    const verdict = sample({ residue: ['x\u009b31m \u202e \ufeff \x1b y'] });
    writeReports(verdict, join(dir, 'lab-7'));

    expect(read('verdict.json')).toContain('x\\u009b31m \\u202e \\ufeff \\u001b y');
    expect(parseVerdict(read('verdict.json'), 'verdict.json')).toEqual(verdict);
  });

  test('an invalid verdict is not written', () => {
    const wrong = { ...sample(), summary: { ...sample().summary, pass: 99 } };

    expect(() => writeReports(wrong, join(dir, 'lab-7'))).toThrow(ConfigurationError);
    expect(readdirSync(dir)).toEqual([]);
  });

  test('a folder that can not be is said in words', () => {
    writeFileSync(join(dir, 'file'), '');

    expect(() => writeReports(sample(), join(dir, 'file', 'lab-7'))).toThrow(ConfigurationError);
    expect(() => writeReports(sample(), join(dir, 'file', 'lab-7'))).toThrow(
      /^The reports can't be written to .*file.lab-7: /,
    );
  });

  test('a failed replacement leaves no partial file', () => {
    // A folder stands where the file should go.
    writeReports(sample(), join(dir, 'lab-7', 'summary.txt'));
    chmodSync(join(dir, 'lab-7'), 0o755);

    expect(() => replaceFile(join(dir, 'lab-7', 'summary.txt'), 'text')).toThrow();
    expect(readdirSync(join(dir, 'lab-7'))).toEqual(['summary.txt']);
  });
});
