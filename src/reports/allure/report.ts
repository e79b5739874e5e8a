import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ArrangeError, ConfigurationError } from '../../base/errors.js';
import { makeFolder, replaceFile } from '../../base/files.js';
import { jsonOf, objectOf, shapes } from '../../base/shape.js';
import type { MatrixTarget } from '../many/matrix.js';
import { withoutRequests } from './page.js';
import { allureResults, categories, categoryLabel, properties } from './results.js';

const allurePage = 'allure-report/index.html';
const allureHistory = 'allure-history.jsonl';

/** Each night takes some hundred kilobytes. */
const nights = 60;

export interface AllureTarget {
  readonly target: MatrixTarget;
  readonly folder: string;
}

/** Writes the Allure report of the targets as one self-contained page. */
export async function writeAllureReport(targets: readonly AllureTarget[], out: string): Promise<string> {
  const work = mkdtempSync(join(tmpdir(), 'mfa-conformance-allure-'));
  try {
    const results = join(work, 'results');
    mkdirSync(results);
    for (const { folder } of targets) copyResults(join(folder, allureResults), results);
    if (!readdirSync(results).some((name) => name.endsWith('-result.json'))) {
      throw new ArrangeError(
        `There are no Allure results: ${allureResults} is missing from the folders of the targets. A run writes it beside the verdict.`,
      );
    }
    const environment: Record<string, string> = {};
    for (const { target } of targets)
      environment[target.name] = `release ${target.release}, ${target.baseUrl}, ${target.headline}`;
    writeFileSync(join(results, 'environment.properties'), properties(environment));
    const name = nameOf(targets);
    const history = resolve(out, allureHistory);
    makeFolder(out);
    trimHistory(history, name, nights - 1);
    const config = join(work, 'allurerc.json');
    writeFileSync(config, JSON.stringify(configOf(name, join(work, 'report'), history, targets.length > 1)));
    await generate(results, config, work);
    const page = withoutRequests(readFileSync(join(work, 'report', 'index.html'), 'utf8'));
    makeFolder(join(out, dirname(allurePage)));
    replaceFile(join(out, allurePage), page);
    return allurePage;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Trims Allure's history to its last `most` whole lines, without an earlier line of the night `name`. */
export function trimHistory(file: string, name: string, most: number): void {
  if (!existsSync(file)) return;
  const lines = readFileSync(file, 'utf8').split('\n');
  const kept = lines.filter((line) => (jsonOf(line, isNight)?.name ?? name) !== name).slice(-most);
  replaceFile(file, kept.map((line) => `${line}\n`).join(''));
}

const isNight = objectOf({ name: shapes.text });

function configOf(name: string, output: string, historyPath: string, several: boolean): object {
  return {
    name,
    output,
    historyPath,
    historyLimit: nights,
    appendHistory: true,
    categories: categories.map((category) => ({
      name: category,
      matchers: { labels: { [categoryLabel]: `^${category}$` } },
      groupBy: ['severity'],
      groupByMessage: false,
    })),
    plugins: {
      awesome: {
        options: {
          singleFile: true,
          reportLanguage: 'en',
          groupBy: [...(several ? ['parentSuite'] : []), 'epic', 'feature', 'story'],
        },
      },
    },
  };
}

/** Names a night after its runs, so that a rebuilt report replaces the night instead of adding one. */
function nameOf(targets: readonly AllureTarget[]): string {
  const starts = targets.map(({ target }) => target.startedAt).sort();
  const who = targets.length === 1 ? targets[0]?.target.name : `${targets.length} targets`;
  return `mfa-conformance: ${who}, ${starts.at(-1) ?? ''}`;
}

function copyResults(from: string, to: string): void {
  if (!existsSync(from)) return;
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const wanted = /-(?:result|container|attachment)\b/.test(entry.name);
    if (entry.isFile() && wanted) copyFileSync(join(from, entry.name), join(to, entry.name));
  }
}

/** The environment variables that a program needs to start. Other variables may be secret. */
const needed = /^(?:path|home|userprofile|systemroot|te?mp|tmpdir|(?:local)?appdata)$/i;

/** The generator is not a dependency, since it has more packages than the rest of the suite. */
function generator(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('allure')), '..', 'cli.js');
  } catch {
    throw new ConfigurationError(
      'report --allure needs the Allure report generator, which is not installed: npm install allure@3 ' +
        'beside mfa-conformance, then run it again. The results of the run are kept.',
    );
  }
}

function generate(results: string, config: string, cwd: string): Promise<void> {
  const args = [generator(), 'generate', results, '--config', config, '--cwd', cwd];
  const own = Object.entries(process.env).filter(([name]) => needed.test(name));
  const env = { ...Object.fromEntries(own), NO_COLOR: '1' };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd, env, maxBuffer: Infinity }, (error, stdout, stderr) => {
      if (error === null) return resolve();
      const why =
        typeof error.code === 'number'
          ? ` (exit code ${error.code}): ${(stdout + stderr).trim().slice(0, 2000)}`
          : `: ${error.message}`;
      reject(new ArrangeError(`The Allure report was not made${why}`));
    });
  });
}
