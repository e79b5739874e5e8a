import type { TestProject } from 'vitest/node';
import { findBrowser, noBrowser } from './find-browser.js';

/** The last word of a run that left the tests of the pages out: among thousands of lines a skipped test is not seen. */
export default function announce(project: TestProject): (() => void) | undefined {
  if (findBrowser() !== undefined || process.env['CI']) return undefined;
  return () => {
    if (!project.vitest.state.getFiles().some(({ name }) => name.startsWith('selftest/pages/'))) return;
    const rule = '!'.repeat(100);
    process.stderr.write(`\n${rule}\nTHE TESTS OF THE PAGES WERE LEFT OUT. ${noBrowser}\n${rule}\n`);
  };
}
