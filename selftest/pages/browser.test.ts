import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { accessibilityProblems, describePages } from './browser.js';

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-pages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// What the tests of the pages rest on: were the browser blind, all of them would pass.
describePages('a bad page', (open) => {
  const file = join(folder, 'bad.html');
  writeFileSync(
    file,
    '<!doctype html><html lang="en"><title>Bad</title><h1>Bad</h1><img src="https://cdn.example/a.png">' +
      '<link rel="stylesheet" href="near.css"><script>console.error("oops"); missing();</script></html>',
  );

  test('is seen to ask for things, to complain, and to shut people out', async () => {
    const { page, requests, complaints } = await open(file);

    expect(requests.map((url) => url.split('/').at(-1)).sort()).toEqual(['a.png', 'near.css']);
    expect(complaints.join('\n')).toMatch(/oops[\s\S]*missing is not defined/);
    expect((await accessibilityProblems(page)).join('\n')).toMatch(/^image-alt: /m);
  });
});
