import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from '../cli/suite.js';
import { accessibilityProblems, describePages } from './browser.js';

const folder = temporaryFolder(afterAll);

// Proves that the helpers see a page's mistakes: otherwise all tests of pages could pass wrongly.
describePages('a bad page', (open) => {
  const file = join(folder, 'bad.html');
  writeFileSync(
    file,
    '<!doctype html><html lang="en"><title>Bad</title><h1>Bad</h1><img src="https://cdn.example/a.png">' +
      '<link rel="stylesheet" href="near.css"><script>console.error("oops"); missing();</script></html>',
  );

  test('detects requests, errors and inaccessible parts', async () => {
    const { page, requests, complaints } = await open(file);

    expect(requests.map((url) => url.split('/').at(-1)).sort()).toEqual(['a.png', 'near.css']);
    expect(complaints.join('\n')).toMatch(/oops[\s\S]*missing is not defined/);
    expect((await accessibilityProblems(page)).join('\n')).toMatch(/^image-alt: /m);
  });
});
