import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/base/errors.js';
import { replaceFile } from '../../src/base/files.js';
import { reportFiles, writeReports } from '../../src/reports/forms/write.js';
import { parseVerdict } from '../../src/verdict/derive/validate.js';
import { messageOf, temporaryFolder } from '../target/files.js';
import { sample } from './sample.js';
import { parseXml } from './well-formed.js';

let dir: string;
let out: string;
beforeEach(() => {
  dir = temporaryFolder();
  out = join(dir, 'lab-7');
});

const read = (name: string) => readFileSync(join(out, name), 'utf8');
const verdictRead = () => parseVerdict(read('verdict.json'), 'verdict.json');

describe('writing', () => {
  test('a file for each kind of reader, and nothing else', () => {
    const names = writeReports(sample(), out);

    expect(names).toEqual(reportFiles);
    expect(readdirSync(out).sort()).toEqual([...names].sort());
    expect(verdictRead()).toEqual(sample());
    expect(read('verdict.json')).toMatch(/^\{\n {2}"schemaVersion": 1,\n/);
    expect(parseXml(read('junit.xml')).name).toBe('testsuites');
    expect(read('summary.txt')).toContain(`Written to ${out}: ${reportFiles.join(', ')}`);
    expect(read('summary.txt')).not.toContain('\x1b');
  });

  test('over an earlier run', () => {
    for (const seed of [1, 2]) writeReports(sample({ seed }), out);

    expect(verdictRead().seed).toBe(2);
    expect(readdirSync(out)).toHaveLength(reportFiles.length);
  });

  test('characters that a terminal obeys are JSON escapes of the same value', () => {
    const verdict = sample({ residue: ['x\u009b31m \u202e \ufeff \x1b y'] });
    writeReports(verdict, out);

    expect(read('verdict.json')).toContain('x\\u009b31m \\u202e \\ufeff \\u001b y');
    expect(verdictRead()).toEqual(verdict);
  });

  test('an invalid verdict is not written', () => {
    const wrong = { ...sample(), summary: { ...sample().summary, pass: 99 } };

    expect(() => writeReports(wrong, out)).toThrow(ConfigurationError);
    expect(readdirSync(dir)).toEqual([]);
  });

  test("a folder that can't be made is reported", () => {
    writeFileSync(join(dir, 'file'), '');

    expect(messageOf(() => writeReports(sample(), join(dir, 'file', 'lab-7')))).toMatch(
      /^The reports can't be written to .*file.lab-7: /,
    );
  });

  test('a failed replacement leaves no partial file', () => {
    // A folder stands where the file should go.
    writeReports(sample(), join(out, 'summary.txt'));
    chmodSync(out, 0o755);

    expect(() => replaceFile(join(out, 'summary.txt'), 'text')).toThrow();
    expect(readdirSync(out)).toEqual(['summary.txt']);
  });
});
