import type { TestProject } from 'vitest/node';
import { findBrowser, noBrowser } from './find-browser.js';

/** Prints at the end that the tests of pages were skipped, which is easy to miss among thousands of lines. */
export default function announce(project: TestProject): (() => void) | undefined {
  if (findBrowser() !== undefined || process.env['CI']) return undefined;
  return () => {
    if (!project.vitest.state.getFiles().some(({ name }) => name.startsWith('selftest/pages/'))) return;
    const rule = '!'.repeat(100);
    process.stderr.write(`\n${rule}\nTHE TESTS OF THE PAGES WERE LEFT OUT. ${noBrowser}\n${rule}\n`);
  };
}
