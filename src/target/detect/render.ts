import type { Target } from '../../input/target-file/target.js';
import type { Detection, ReleaseJudged } from './detect.js';

export function renderDetection(
  { name, baseUrl }: Pick<Target, 'name' | 'baseUrl'>,
  found: Detection,
): string {
  const lines = [
    `${name} (${baseUrl}): ${conclusionOf(found)}`,
    `Looked ${found.credential}; ${found.requests} requests, all GET or OPTIONS.`,
    ...found.releases.flatMap((judged) => ['', ...linesOf(judged, found)]),
  ];
  return `${lines.join('\n')}\n`;
}

function conclusionOf({ best, nearest }: Detection): string {
  const [first, ...others] = best;
  if (first === undefined) return `fits no release; the nearest is ${nearest}.`;
  if (others.length === 0) return `release ${first}.`;
  const which = `release ${best.slice(0, -1).join(', ')} or ${best.at(-1)}: reading can't distinguish them`;
  return `${which}. release: auto takes ${first}, which asks less.`;
}

function linesOf({ release, fits, for: supporting, against }: ReleaseJudged, { best }: Detection): string[] {
  const word = best.includes(release) ? 'fits best' : fits ? 'fits' : 'does not fit';
  return [
    `${release}  ${word}`,
    ...supporting.map((text) => `  for:     ${text}`),
    ...against.map(
      ({ text, strength }) => `  against: ${text}${strength === 'weak' ? ' (may be left out)' : ''}`,
    ),
  ];
}

export function renderDetectionJson(
  { name, baseUrl }: Pick<Target, 'name' | 'baseUrl'>,
  { best, nearest, releases, evidence, credential, requests }: Detection,
): string {
  const result = {
    schemaVersion: 1,
    target: { name, baseUrl },
    fits: best,
    nearest,
    looked: credential,
    requests,
    releases,
    evidence,
  };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
