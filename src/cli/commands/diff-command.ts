import type { Command } from 'commander';
import { ConfigurationError } from '../../base/errors.js';
import { releaseNames } from '../../base/model/releases.js';
import { diff, isBreaking, readSide } from '../../contract/diff/diff.js';
import { renderJson, renderMarkdown, renderText } from '../../contract/diff/render.js';
import { externalRefsHelp } from './options.js';

const help = `
A and B are releases (${releaseNames.join(', ')}), OpenAPI documents, or their URLs.
Exit codes: 0; 1 with --fail-on-breaking where a change breaks clients or servers; 2 wrong usage, unusable document`;

export function addDiff(program: Command): void {
  program
    .command('diff')
    .description('what changes from one contract to another, and for whom it breaks')
    .argument('<a>', 'a release, a file or a URL')
    .argument('<b>', 'the same')
    .option('--json', 'as JSON', false)
    .option('--markdown', 'as Markdown, for a comment on a pull request', false)
    .option('--fail-on-breaking', 'exit 1 where a change breaks clients or servers', false)
    .option('--allow-external-refs', externalRefsHelp, false)
    .addHelpText('after', help)
    .action(async (a: string, b: string, { json, markdown, failOnBreaking, allowExternalRefs }) => {
      if (json && markdown) throw new ConfigurationError('--json and --markdown: give one of them.');
      const options = { externalRefs: allowExternalRefs };
      const result = diff(await readSide(a, options), await readSide(b, options));
      const render = json ? renderJson : markdown ? renderMarkdown : renderText;
      process.stdout.write(render(result));
      if (failOnBreaking && result.changes.some(isBreaking)) process.exitCode = 1;
    });
}
