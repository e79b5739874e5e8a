import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import { defaultRelease } from '../../base/model/releases.js';
import { programName } from '../../base/words.js';
import { draftTarget } from '../../input/target-file/draft.js';
import { nameTrouble } from '../../input/target-file/name.js';
import { readTarget } from '../../input/target-file/read.js';
import { schemaLine } from '../../input/target-file/schema-line.js';
import { say } from '../terminal.js';

const help = `
What no flag says is asked for at a terminal; elsewhere it keeps its default. Secrets are never asked for: the file names
the environment variables that they come from.`;

/** `init`: a first target file. */
export function addInit(program: Command): void {
  program
    .command('init')
    .description('write a target file, by flags or questions')
    .argument('[file]', 'the file to write', 'target.yaml')
    .option('--base-url <url>', "the API's root, e.g. https://10.2.0.7/v2")
    .option('--name <name>', 'of the target: its reports get a folder of this name')
    .option('--release <release>', `which release it is; auto looks (default: ${defaultRelease})`)
    .option('--ca <file>', 'the authority that signed its certificate')
    .option('--admin <user>', 'user name of the account that may change the configuration')
    .option('--no-key', 'the admin has no API key')
    .option('--viewer <user>', 'user name of an account that may only view')
    .option('--other <user>', 'user name of a second user')
    .option('--mail-domain <domain>', 'where the accounts get their mail: USER@DOMAIN')
    .option('--mail-listen <host:port>', 'where the suite listens for the mails of the target')
    .option('--state-changes', 'allow what can be restored', false)
    .addHelpText('after', help)
    .action(async (file: string, flags) => {
      const ask = await questions(process.stdin.isTTY === true && process.stdout.isTTY === true);
      try {
        const baseUrl = flags.baseUrl ?? (await ask("The API's root (https://…/v2)", ''));
        if (baseUrl === '') throw new ConfigurationError('init needs --base-url.');
        if (!URL.canParse(baseUrl)) throw new ConfigurationError(`--base-url: ${baseUrl} is not a URL.`);
        const name = flags.name ?? (await ask('A name for the target', new URL(baseUrl).hostname));
        const trouble = nameTrouble(name);
        if (trouble !== undefined) throw new ConfigurationError(`--name: ${trouble}`);
        const draft = {
          name,
          baseUrl,
          release: flags.release ?? (await ask('Its release, or auto', defaultRelease)),
          ca: optional(flags.ca ?? (await ask('File of the certificate authority, if it is your own', ''))),
          admin: flags.admin ?? (await ask('User name of the admin', 'admin')),
          adminHasKey: flags.key,
          viewer: optional(flags.viewer ?? (await ask('User name of an account that may only view', ''))),
          other: optional(flags.other ?? (await ask('User name of a second user', ''))),
          mailDomain: optional(flags.mailDomain ?? (await ask('Domain of their mail addresses', ''))),
          mailListen: optional(flags.mailListen ?? (await ask('Listen for mails at (HOST:PORT)', ''))),
          stateChanges: flags.stateChanges,
        };
        const { text, variables } = draftTarget(draft);
        write(file, `${schemaLine(file)}${text}`);
        // What is wrong with the answers is told by the one that reads the file.
        readTarget(file, Object.fromEntries(variables.map((variable) => [variable, 'not-yet-known'])));
        say(`${file} is written. Set ${variables.join(', ')}, then: ${programName()} doctor -t ${file}`);
      } finally {
        ask.end();
      }
    });
}

const optional = (text: string): string | undefined => (text === '' ? undefined : text);

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new ConfigurationError(
      exists ? `${file} is there already.` : `${file} can't be written: ${reasonOf(error)}`,
    );
  }
}

/** Asks at a terminal; elsewhere the default is the answer. */
async function questions(isTerminal: boolean) {
  const lines = isTerminal ? createInterface({ input: process.stdin, output: process.stdout }) : undefined;
  const ask = async (question: string, otherwise: string): Promise<string> => {
    if (lines === undefined) return otherwise;
    const answer = await lines.question(`${question}${otherwise === '' ? '' : ` [${otherwise}]`}: `);
    return answer.trim() === '' ? otherwise : answer.trim();
  };
  return Object.assign(ask, { end: () => lines?.close() });
}
