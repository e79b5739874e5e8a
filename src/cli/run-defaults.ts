import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Command, Option } from 'commander';
import { ConfigurationError, reasonOf } from '../base/errors.js';
import { isObject } from '../contract/openapi/pointers.js';
import { ConfigDocument } from '../input/config-file/document.js';
import { didYouMean } from '../input/config-file/nearest.js';
import type { KeyPath } from '../input/config-file/problems.js';
import { targetFiles } from '../input/target-file/files.js';

/** `run` takes defaults from this file in the folder where it starts. */
const defaultsFile = 'mfa-conformance.yaml';

/** Sets the flags that the command line omits. A target file's `run:` overrides {@link defaultsFile}. */
export function takeDefaults(run: Command): void {
  if (existsSync(defaultsFile)) takeFrom(run, defaultsFile, []);
  const named = new Map<string, string>();
  for (const file of targetFiles(run.opts()['target'])) {
    // Other mistakes in the target file are reported later, when all of it is read.
    for (const [key, value] of existsSync(file) ? takeFrom(run, file, ['run']) : []) {
      const before = named.get(key);
      if (before !== undefined && before !== value)
        throw new ConfigurationError(
          `${file}: run.${key} has another value in another target file. Give all target files of a run the same value.`,
        );
      named.set(key, value);
    }
  }
}

/** @returns the file's flags with their values as JSON */
function takeFrom(run: Command, file: string, at: KeyPath): Map<string, string> {
  const document = ConfigDocument.read(file);
  const below = (value: unknown, key: KeyPath[number]) => (isObject(value) ? value[key] : undefined);
  const found = at.reduce<unknown>(below, document.value);
  if (found !== undefined && found !== null && !isObject(found))
    document.problem(at, 'must be flags of run with values: strict: true');
  const flags = isObject(found) ? Object.entries(found) : [];
  for (const [key, value] of flags) {
    const trouble = take(run, key, value, dirname(file), at.length > 0);
    if (trouble !== undefined) document.problem([...at, key], trouble, 'key');
  }
  document.problems.throwIfAny();
  return new Map(flags.map(([key, value]) => [key, JSON.stringify(value)]));
}

function take(run: Command, key: string, value: unknown, folder: string, ofTarget: boolean) {
  const commands = [run, ...(run.parent === null ? [] : [run.parent])];
  const known = commands.flatMap((command) =>
    command.options
      .filter(({ long }) => long !== '--version' && !(ofTarget && long === '--target'))
      .flatMap((option) => (option.long == null ? [] : [{ name: option.long.slice(2), command, option }])),
  );
  const flag = known.find(({ name }) => name === key);
  if (flag === undefined) {
    const names = known.map(({ name }) => name);
    return `is no flag of run${didYouMean(key, names) || '; run --help lists them'}`;
  }
  const { option, command } = flag;
  const name = option.attributeName();
  try {
    const parsed = parsedBy(option, value, folder);
    const source = command.getOptionValueSource(name);
    if (source !== 'cli' && source !== 'implied') command.setOptionValueWithSource(name, parsed, 'config');
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Parses the value as commander parses the flag. Relative paths start at the file's folder. */
function parsedBy(option: Option, value: unknown, folder: string): unknown {
  if (!option.required) {
    if (typeof value !== 'boolean') throw new ConfigurationError('must be true or false');
    return option.negate ? !value : value;
  }
  const isList = Array.isArray(option.defaultValue);
  const values: readonly unknown[] = isList && Array.isArray(value) ? value : [value];
  return values.reduce<unknown>((before, each) => {
    if (typeof each !== 'string' && typeof each !== 'number')
      throw new ConfigurationError(`must be ${isList ? 'a text or a list of them' : 'a text or a number'}`);
    const isPath = /<(dir|file|path|verdict)\b/.test(option.flags) && !/^https?:/.test(String(each));
    const text = isPath && !isAbsolute(String(each)) ? join(folder, String(each)) : String(each);
    return option.parseArg === undefined ? text : option.parseArg(text, before);
  }, option.defaultValue);
}
