import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { ConfigurationError } from '../../base/errors.js';
import { defaultRelease, isReleaseName, releaseNames } from '../../base/model/releases.js';
import { makePrivateFolder } from '../../base/private-folder.js';
import type { Contract } from '../../contract/openapi/contract.js';
import { loadContract } from '../../contract/openapi/load.js';
import { type Draft, draftTarget, schemaLine } from '../../input/target-file/draft.js';
import { nameTrouble } from '../../input/target-file/name.js';
import { readTarget } from '../../input/target-file/read.js';
import type { Allow, Target } from '../../input/target-file/target.js';
import { writeNew } from '../output-files.js';
import { allowKeys, allowOf, allowWords, reachLines, reachOf, reachWords } from '../reach.js';
import { say } from '../terminal.js';
import { argument } from './options.js';

const help = `
At a terminal, init asks for values that no flag sets; elsewhere it uses defaults. It never asks for secrets: the file
names the environment variables that hold them.`;

export function addInit(program: Command): void {
  program
    .command('init')
    .description('write a target file, by flags or questions')
    .argument('[file]', 'the file to write', 'target.yaml')
    .option('--base-url <url>', "the API's root, e.g. https://10.2.0.7/v2")
    .option('--name <name>', 'name of the target, and of the folder of its reports')
    .option(
      '--release <release>',
      `its release; auto detects it (default: ${defaultRelease})`,
      argument(releaseOrAuto),
    )
    .option('--ca <file>', 'the authority that signed its certificate')
    .option('--admin <user>', 'user name of the account that may change the configuration')
    .option('--no-key', 'the admin has no API key')
    .option('--viewer <user>', 'user name of a view-only account')
    .option('--other <user>', 'user name of a second user')
    .option('--mail-domain <domain>', "domain of the accounts' mail addresses (USER@DOMAIN)")
    .option('--mail-listen <host:port>', "address on which the suite receives the target's mails")
    .option(
      '--allow <keys>',
      `permissions of a run, separated by commas: ${allowKeys.join(', ')}`,
      argument(keysOf),
    )
    .addHelpText('after', help)
    .action(async (file: string, flags) => {
      const { stdin: input, stdout: output } = process;
      const lines = input.isTTY && output.isTTY ? createInterface({ input, output }) : undefined;
      try {
        const { text, variables, reach } = await newTarget(flags, lines);
        writeNew(file, `${schemaLine(file)}${text}`, 0o600);
        for (const line of reach) say(line);
        say(`${file} is written. Set ${variables.join(', ')}, then: mfa-conformance doctor -t ${file}`);
      } finally {
        lines?.close();
      }
    });
}

interface Flags extends Partial<Omit<Draft, 'adminHasKey'>> {
  readonly key: boolean;
  readonly allow?: readonly (keyof Allow)[];
}

interface Lines {
  question(text: string): Promise<string>;
}

/** Builds a target file from flags and answers. `reach` tells the user what a run would check. */
export async function newTarget(flags: Flags, lines: Lines | undefined) {
  const ask = questions(lines);
  const baseUrl = flags.baseUrl ?? (await ask("The API's root (https://…/v2)", ''));
  if (baseUrl === '') throw new ConfigurationError('init needs --base-url.');
  if (!URL.canParse(baseUrl)) throw new ConfigurationError(`--base-url: ${baseUrl} is not a URL.`);
  const name = flags.name ?? (await ask('A name for the target', new URL(baseUrl).hostname));
  const trouble = nameTrouble(name);
  if (trouble !== undefined) throw new ConfigurationError(`--name: ${trouble}`);
  const draft = {
    name,
    baseUrl,
    release: flags.release ?? (await ask('Its release, or auto', defaultRelease, releaseOrAuto)),
    ca: optional(flags.ca ?? (await ask('File of the certificate authority, if it is your own', ''))),
    admin: flags.admin ?? (await ask('User name of the admin', 'admin')),
    adminHasKey: flags.key,
    viewer: optional(flags.viewer ?? (await ask('User name of a view-only account', ''))),
    other: optional(flags.other ?? (await ask('User name of a second user', ''))),
    mailDomain: optional(flags.mailDomain ?? (await ask('Domain of their mail addresses', ''))),
    mailListen: optional(flags.mailListen ?? (await ask('Listen for mails at (HOST:PORT)', ''))),
  };
  const target = targetOf(draft);
  const contract = await loadContract(target.release);
  const keys = new Set(flags.allow ?? []);
  if (flags.allow === undefined && lines !== undefined) await askWhatIsAllowed(ask, target, contract, keys);
  const allow = allowOf(keys, target.accounts);
  return { ...draftTarget(draft, allow), reach: reachLines({ ...target, allow }, contract) };
}

const optional = (text: string): string | undefined => (text === '' ? undefined : text);

function releaseOrAuto(text: string): string {
  if (text === 'auto' || isReleaseName(text)) return text;
  throw new ConfigurationError(`There is no such release; there are ${releaseNames.join(', ')}, or auto.`);
}

function keysOf(text: string): (keyof Allow)[] {
  const keys = text.split(',').map((part) => {
    const name = part.trim();
    const key = allowKeys.find((each) => each === name);
    if (key !== undefined) return key;
    throw new ConfigurationError(`There is no key ${name} of allow; there are ${allowKeys.join(', ')}.`);
  });
  const beyond = keys.find((key) => key === 'clusterMfa' || key === 'replaceTotpOf');
  if (beyond !== undefined && !keys.includes('stateChanges') && !keys.includes('disposable'))
    throw new ConfigurationError(`${beyond} needs stateChanges as well.`);
  return keys;
}

const nothing = allowOf(new Set(), {});

/** Writes the answers to a temporary target file and reads it back, which checks them. */
function targetOf(draft: Draft): Target {
  const { text, variables } = draftTarget(draft, nothing);
  const file = join(makePrivateFolder(), 'target.yaml');
  writeFileSync(file, text, { mode: 0o600 });
  return readTarget(file, Object.fromEntries(variables.map((variable) => [variable, 'not-yet-known'])));
}

async function askWhatIsAllowed(ask: Ask, target: Target, contract: Contract, keys: Set<keyof Allow>) {
  const rest = allowKeys.filter((key) => key !== 'disposable');
  for (const key of allowKeys) {
    const needsMore = key === 'clusterMfa' || key === 'replaceTotpOf';
    if (needsMore && !keys.has('stateChanges')) continue;
    const others = key === 'disposable' ? [...keys] : rest.filter((each) => each !== key);
    const without = reachOf({ ...target, allow: allowOf(new Set(others), target.accounts) }, contract);
    const question = `May a run ${allowWords[key]}? Without allow.${key} ${reachWords(without)} are checked`;
    if ((await ask(question, 'no', yesOrNo)) === 'yes') keys.add(key);
  }
}

function yesOrNo(text: string): string {
  if (/^y(?:es)?$/i.test(text)) return 'yes';
  if (/^no?$/i.test(text)) return 'no';
  throw new ConfigurationError('Please answer yes or no.');
}

type Ask = ReturnType<typeof questions>;

/** Makes a function that asks at a terminal until the answer is valid. Elsewhere it returns the default. */
function questions(lines: Lines | undefined) {
  return async (question: string, otherwise: string, read = (text: string) => text): Promise<string> => {
    const shown = `${question}${otherwise === '' ? '' : ` [${otherwise}]`}: `;
    while (lines !== undefined) {
      const answer = await lines.question(shown);
      try {
        return read(answer.trim() || otherwise);
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        say(error.message);
      }
    }
    return otherwise;
  };
}
