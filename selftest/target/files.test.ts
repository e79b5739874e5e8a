import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { targetFiles } from '../../src/input/target-file/files.js';
import { temporaryFolder } from '../cli/suite.js';

function folderWith(...names: readonly string[]): string {
  const folder = temporaryFolder();
  for (const name of names) writeFileSync(join(folder, name), '');
  return folder;
}

test('a folder stands for the target files right in it, sorted', () => {
  const others = ['a.yaml.ca.pem', 'README.md', '.hidden.yaml'];
  const folder = folderWith('b.yml', 'c.json', 'a.yaml', 'D.YAML', ...others);
  mkdirSync(join(folder, 'deeper.yaml'));
  writeFileSync(join(folder, 'deeper.yaml', 'e.yaml'), '');

  const names = ['D.YAML', 'a.yaml', 'b.yml', 'c.json'].map((name) => join(folder, name));
  expect(targetFiles([folder])).toEqual(names);
  expect(targetFiles(['x.yaml', folder, 'a.txt'])).toEqual(['x.yaml', ...names, 'a.txt']);
});

test('a folder without target files is a mistake', () => {
  const folder = folderWith('README.md');

  expect(() => targetFiles([folder])).toThrow(`${folder} (-t) holds no target file`);
});
