import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../base/errors.js';
import { isFile, isFolder, wholeFile } from '../../base/files.js';
import type { Verdict } from '../../base/model/verdict.js';
import { parseVerdict } from './validate.js';

/** More bytes than any real verdict has, and fewer than Node's longest string. */
const maxBytes = 200_000_000;

/** @param path a verdict.json, its folder, or an `--out` folder, of whose verdicts `target` chooses one */
export function readVerdict(path: string, target?: string): Verdict {
  const file = isFolder(path) ? fileIn(path, target) : path;
  return parseVerdict(textOf(file), file);
}

const verdictIn = (folder: string) => join(folder, 'verdict.json');

function fileIn(folder: string, target: string | undefined): string {
  const ofTargets = isFile(verdictIn(folder))
    ? []
    : readdirSync(folder).filter((name) => isFile(verdictIn(join(folder, name))));
  const name = ofTargets.length === 1 ? ofTargets[0] : ofTargets.find((each) => each === target);
  if (name !== undefined) return verdictIn(join(folder, name));
  if (ofTargets.length === 0) return verdictIn(folder);
  throw new ConfigurationError(
    `${folder} holds verdicts of ${ofTargets.join(', ')}: name the folder of one of them.`,
  );
}

function textOf(file: string): string {
  const { bytes, trouble } = wholeFile(file, maxBytes, 'is too large for a verdict');
  if (bytes === undefined) throw new ConfigurationError(`${file}: ${trouble}`);
  return bytes.toString();
}
