import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf, SuiteError } from '../../base/errors.js';
import { isFolder } from '../../base/files.js';
import { nameTrouble } from '../../input/target-file/name.js';
import { parseVerdict } from '../../verdict/derive/validate.js';
import { eventsName } from '../../verdict/events/log.js';
import { type Column, columnOf } from './column.js';
import type { MatrixProblem } from './matrix.js';
import type { Found } from './merge.js';
import { isPlannedFile, type Planned, parsePlanned } from './planned.js';

/** Folders that hold no verdicts but may hold many files. */
const passedOver = /^(?:allure-re(?:sults|port)|playwright|rerun|node_modules|\.git)$/;

/** Finds all verdicts and plans in folders, each once. An unreadable file becomes a problem. */
export function findVerdicts(folders: readonly string[], depth = 32): Found {
  const problems: MatrixProblem[] = [];
  const columns: Column[] = [];
  const plans: { file: string; plan: Planned }[] = [];
  const seen = new Set<string>();
  for (const folder of folders) {
    if (!isFolder(folder)) {
      problems.push({ kind: 'missing folder', text: `${folder} is not a folder, or missing.` });
      continue;
    }
    for (const file of filesBelow(folder, depth, problems, isOfRun)) {
      const real = realpathSync(file);
      if (seen.has(real)) continue;
      seen.add(real);
      const isVerdict = file.endsWith('verdict.json');
      try {
        if (isVerdict) columns.push(readColumn(file));
        else plans.push({ file, plan: parsePlanned(readFileSync(file, 'utf8'), file) });
      } catch (error) {
        // The suite's own errors already name the file.
        const text =
          error instanceof SuiteError ? error.message : `${file} can't be read: ${reasonOf(error)}`;
        problems.push({ kind: isVerdict ? 'broken verdict' : 'broken plan', text });
      }
    }
  }
  return { columns, plans, problems };
}

const isOfRun = (name: string) => name === 'verdict.json' || isPlannedFile(name);

export function logsIn(folders: readonly string[], depth = 32): string[] {
  return folders.flatMap((folder) => filesBelow(folder, depth, [], (name) => name === eventsName));
}

function filesBelow(
  folder: string,
  depth: number,
  problems: MatrixProblem[],
  isWanted: (name: string) => boolean,
): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    problems.push({ kind: 'missing folder', text: `${folder} can't be read: ${reasonOf(error)}` });
    return [];
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return depth === 0 || passedOver.test(entry.name)
          ? []
          : filesBelow(path, depth - 1, problems, isWanted);
      }
      return isWanted(entry.name) ? [path] : [];
    });
}

function readColumn(file: string): Column {
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const verdict = parseVerdict(new TextDecoder('utf-8', { fatal: true }).decode(bytes), file);
  const trouble = nameTrouble(verdict.target.name);
  if (trouble !== undefined) throw new Error(`${file}: the target's name is invalid: ${trouble}`);
  return columnOf(verdict, file, sha256);
}
