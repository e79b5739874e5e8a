import { randomUUID } from 'node:crypto';
import { appendFileSync, statSync } from 'node:fs';
import { reasonOf } from '../../base/errors.js';
import type { Outcome, Verdict } from '../../base/model/verdict.js';
import { printable } from '../../base/redaction/printable.js';
import { cut } from '../../base/words.js';
import { type ContractPlace, contractPlace } from './contract-place.js';
import { gates, isKnownFailure, runProblems } from './run-problems.js';

/** GitHub shows at most this many annotations of a step. */
const shown = 10;
const longestMessage = 1000;
/** GitHub refuses a step's summary over 1 MiB. */
const longestSummary = 1_000_000;

type Environment = Readonly<Record<string, string | undefined>>;

export const isGitHubActions = (env: Environment): boolean => env['GITHUB_ACTIONS'] === 'true';

export function annotations(verdicts: readonly Verdict[]): string {
  const all = verdicts.flatMap(errorsOf);
  const lines = all
    .slice(0, shown)
    .map(({ title, message, place }) => command('error', title, message, place));
  const left = all.length - lines.length;
  if (left > 0) {
    const targets = verdicts.map(({ target }) => target.name).join(', ');
    const text = `${left} more failed or could not be decided: see the summary of the job, and verdict.json.`;
    lines.push(command('notice', `mfa-conformance: ${targets}`, text));
  }
  return lines.map((line) => `${line}\n`).join('');
}

interface Annotation {
  readonly title: string;
  readonly message: string;
  readonly place?: ContractPlace;
}

function errorsOf(verdict: Verdict): Annotation[] {
  const { name } = verdict.target;
  if (verdict.gating?.policy === 'none' && verdict.restored) return [];
  const gating = verdict.outcomes.filter((outcome) => gates(outcome, verdict));
  const failed = gating.filter((each) => each.outcome === 'fail' && !isKnownFailure(each, verdict));
  const open = verdict.gate === 'conforms' ? [] : gating.filter(({ outcome }) => outcome === 'inconclusive');
  return [
    ...runProblems(verdict).map(({ type, message }) => ({ title: `${name}: ${type}`, message })),
    ...failed.map((outcome) => ({
      title: `${name}: ${outcome.id} failed`,
      message: messageOf(outcome),
      place: contractPlace(verdict, outcome),
    })),
    ...open.map((each) => ({ title: `${name}: ${each.id} is inconclusive`, message: messageOf(each) })),
  ];
}

const messageOf = ({ title, reason }: Outcome): string => `${title}\n${cut(reason, longestMessage)}`;

function command(kind: 'error' | 'notice', title: string, message: string, place?: ContractPlace): string {
  const { source = '', line } = place ?? {};
  // With a line, GitHub shows the annotation in the document, if the repository contains it.
  const where = line === undefined ? '' : `file=${property(source)},line=${line},`;
  return `::${kind} ${where}title=${property(title)}::${data(message)}`;
}

function data(text: string): string {
  return printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Makes lines around a target's answers, so that GitHub obeys no workflow command in them. */
export function commandsStopped(): { readonly before: string; readonly after: string } {
  const token = randomUUID();
  return { before: `::stop-commands::${token}\n`, after: `::${token}::\n` };
}

export function addToJobSummary(markdown: string, env: Environment): string | undefined {
  const file = env['GITHUB_STEP_SUMMARY'];
  if (!file) return undefined;
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size + Buffer.byteLength(markdown) + 1 > longestSummary) {
      return 'The summary of the job is full: the other pages are in the folders of the targets, summary.md.';
    }
    appendFileSync(file, `${markdown}\n`);
    return undefined;
  } catch (error) {
    return `The summary of the job can't be written to ${file}: ${reasonOf(error)}`;
  }
}
