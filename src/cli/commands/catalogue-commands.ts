import { type Command, Option } from 'commander';
import { ConfigurationError } from '../../base/errors.js';
import { defaultRelease, releaseNames } from '../../base/model/releases.js';
import { levels } from '../../base/model/verdict.js';
import { diff, isBreaking, readSide } from '../../contract/diff/diff.js';
import { renderJson, renderMarkdown, renderText } from '../../contract/diff/render.js';
import { loadContract } from '../../contract/openapi/load.js';
import { loadRequirements, requirementById } from '../../contract/requirements/catalogue.js';
import { loadExchanges } from '../../contract/requirements/exchanges.js';
import { loadClaims } from '../../verdict/statement/claims.js';
import { eventsOfRun, renderClaims, renderExplain, renderList, renderRun } from '../explain.js';
import { say } from '../terminal.js';
import { externalRefsHelp, releaseOption } from './options.js';

export function addCatalogue(program: Command): void {
  program
    .command('list')
    .description('list the requirements')
    .addOption(new Option('--level <level>', 'only this level').choices(levels))
    .option('--area <area>', 'one area, e.g. totp-login')
    .option('--grep <glob>', 'only ids that match')
    .option(
      '--slow',
      'only requirements that wait for minutes unless the clock can be moved (run --slow)',
      false,
    )
    .option('--claims', "the claims that a vendor's statement may make, and what each one demands", false)
    .option('--json', 'as a JSON array', false)
    .action(({ level, area, grep, slow, claims, json }) => {
      if (claims) {
        const all = loadClaims();
        if (!json) return say(renderClaims(all, loadRequirements(), process.stdout.columns).trimEnd());
        const plain = (_: string, value: unknown) =>
          value instanceof Map ? Object.fromEntries(value) : value;
        return say(JSON.stringify(all, plain, 2));
      }
      const width = process.stdout.isTTY ? { width: process.stdout.columns } : {};
      say(renderList(loadRequirements(), { json, level, area, grep, slow, ...width }));
    });

  program
    .command('explain')
    .description('explain one requirement: text, source, needs, exchanges, and a fault that makes it fail')
    .argument('<id>', 'e.g. totp-key/secret-matches-uri')
    .addOption(releaseOption('for this release').default(defaultRelease))
    .option(
      '--run <dir>',
      "show a run's requests for it instead, with reasons for waits, retries and omissions",
    )
    .action(async (id: string, { release, run }) => {
      if (run !== undefined) return say(renderRun(requirementById(id).id, eventsOfRun(run)).trimEnd());
      const contract = await loadContract(release);
      say(renderExplain(id, loadRequirements(), contract.operations, loadExchanges().get(id)));
    });
}

const help = `
A and B are releases (${releaseNames.join(', ')}), OpenAPI documents, or their URLs.
Exit codes: 0; 1 with --fail-on-breaking if a change breaks clients or servers; 2 wrong usage or unusable document`;

export function addDiff(program: Command): void {
  program
    .command('diff')
    .description('show the changes between two contracts, and whom they break')
    .argument('<a>', 'a release, a file or a URL')
    .argument('<b>', 'the same')
    .option('--json', 'as JSON', false)
    .option('--markdown', 'as Markdown, for a comment on a pull request', false)
    .option('--fail-on-breaking', 'exit 1 if a change breaks clients or servers', false)
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
