import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { readEntries, recordingsIn } from '../../src/target/har/entry.js';
import { temporaryFolder } from '../cli/suite.js';
import { rows } from '../tool/rows.js';
import { harOf } from './recording.js';

const folder = temporaryFolder(afterAll);

let files = 0;
function file(content: string | Buffer): string {
  files += 1;
  const path = join(folder, `${files}.har`);
  writeFileSync(path, content);
  return path;
}

async function statuses(path: string): Promise<(number | undefined)[]> {
  const seen: (number | undefined)[] = [];
  await readEntries(path, ({ response }) => seen.push(response?.status));
  return seen;
}

const whole = harOf({ status: 200 }, { status: 204 }, { status: 404 });

test('entries are read one by one', async () => {
  expect(await statuses(file(whole))).toEqual([200, 204, 404]);
});

test('gzip is recognised by its bytes, whatever the file name', async () => {
  expect(await statuses(file(gzipSync(whole)))).toEqual([200, 204, 404]);
});

test.each(rows`
  cut in the middle | ${whole.slice(0, -120)} | is cut off: it ends after \\d+ bytes.*entry 2
  no JSON | hello | is not JSON: near byte 0, after 0 entries
  no JSON further on | ${`${whole.slice(0, -2)}]]`} | is not JSON: near byte
  empty |  | is cut off: it ends after 0 bytes
  other JSON | {"a":[1]} | is not a HAR, or an empty one
  an entry of another kind | {"log":{"entries":[5]}} | log\\.entries\\[0\\]: expected an object as in HAR 1\\.2, found number
  an entry without a request | {"log":{"entries":[{}]}} | log\\.entries\\[0\\]\\.request: expected an object
  an entry without a status | {"log":{"entries":[{"request":{"method":"GET","url":"x"},"response":{}}]}} | log\\.entries\\[0\\]\\.response\\.status: expected a number
`)('%s is reported with its place', async (_, content, message) => {
  await expect(statuses(file(content))).rejects.toThrow(new RegExp(message));
});

test('a packed recording that was cut off is reported', async () => {
  const cut = file(gzipSync(whole).subarray(0, 120));

  await expect(statuses(cut)).rejects.toThrow(/unpacked: it is cut off or damaged/);
});

test('a folder stands for the recordings in it', () => {
  const inner = join(folder, 'recordings');
  mkdirSync(inner);
  for (const name of ['b.har', 'a.har.gz', 'notes.txt']) writeFileSync(join(inner, name), '');

  expect(recordingsIn([inner])).toEqual([join(inner, 'a.har.gz'), join(inner, 'b.har')]);
});

test('missing files and folders without recordings are reported', () => {
  const inner = join(folder, 'empty');
  mkdirSync(inner);

  expect(() => recordingsIn([inner])).toThrow(/holds no recording/);
  expect(() => recordingsIn([join(folder, 'none.har')])).toThrow(/can't be read/);
});
