import type { Waiver } from '../../base/model/verdict.js';
import { idPattern } from '../../contract/requirements/catalogue.js';
import { didYouMean } from '../../input/config-file/nearest.js';
import type { WaiversFile } from './read.js';

export interface WaiverProblem {
  readonly kind: 'unmatched' | 'expired' | 'duplicate';
  readonly index: number;
  /** `FILE:LINE:COLUMN REQUIREMENT: problem`. */
  readonly text: string;
}

export function checkWaivers(file: WaiversFile, ids: readonly string[], today: string): WaiverProblem[] {
  const first = new Map<string, number>();
  return file.waivers.flatMap((waiver, index) => {
    const problem = (kind: WaiverProblem['kind'], key: keyof Waiver, what: string): WaiverProblem => {
      const { line, column } = file.placeOf(index, key);
      return { kind, index, text: `${file.file}:${line}:${column} ${waiver.requirement}: ${what}` };
    };
    const found: WaiverProblem[] = [];
    const pattern = idPattern(waiver.requirement);
    if (!ids.some((id) => pattern.test(id))) {
      const meant = didYouMean(waiver.requirement, ids);
      found.push(problem('unmatched', 'requirement', `matches no requirement${meant}`));
    }
    if (waiver.expires < today) {
      const remedy = 'fix the failure or extend the waiver';
      found.push(problem('expired', 'expires', `expired on ${waiver.expires} (${waiver.owner}): ${remedy}`));
    }
    const { requirement, target, releases } = waiver;
    const scope = JSON.stringify([requirement, target, releases?.since, releases?.until]);
    const earlier = first.get(scope);
    if (earlier === undefined) first.set(scope, index);
    else {
      const { line } = file.placeOf(earlier);
      found.push(problem('duplicate', 'requirement', `repeats the waiver in line ${line}`));
    }
    return found;
  });
}
