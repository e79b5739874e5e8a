import { ignoring, returning, TransportError } from '../../base/errors.js';
import { defaultRelease, type ReleaseName, releaseNames } from '../../base/model/releases.js';
import type { Contract } from '../../contract/openapi/contract.js';
import { loadContract } from '../../contract/openapi/load.js';
import type { Target } from '../../input/target-file/target.js';
import { Connection } from '../connection/connection.js';
import { type Evidence, evidenceIn, look } from './evidence.js';

export interface Detection {
  readonly releases: readonly ReleaseJudged[];
  /** The releases that fit best. Several, if the target's answers don't distinguish them. */
  readonly best: readonly ReleaseName[];
  /** The first of the best releases. If none fits, the nearest. */
  readonly nearest: ReleaseName;
  readonly evidence: readonly Evidence[];
  readonly credential: string;
  readonly requests: number;
}

export interface ReleaseJudged {
  readonly release: ReleaseName;
  readonly fits: boolean;
  readonly for: readonly string[];
  readonly against: readonly { readonly text: string; readonly strength: Evidence['strength'] }[];
}

let loaded: Promise<Contract[]> | undefined;

/** Loads the contracts once, because a run may detect the releases of many targets. */
function contractsOfAll(): Promise<Contract[]> {
  loaded ??= Promise.all(releaseNames.map((release) => loadContract(release)));
  return loaded;
}

/** Finds the releases that a target may speak, by GET and OPTIONS alone. @throws TransportError if it speaks none */
export async function detect(target: Target, stateDir: string): Promise<Detection> {
  const contracts = await contractsOfAll();
  const contract = contracts.find(({ release }) => release === defaultRelease);
  if (contract === undefined) throw new Error(`no contract of release ${defaultRelease}`);
  const seen = await Connection.during(target, contract, { stateDir }, (each) => look(each, contracts));
  if (seen.answers.every(({ status, body }) => status === 404 || body === undefined))
    throw new TransportError(
      `${target.baseUrl} does not speak this API: GET /mfa-config and GET /support-user/mfa don't answer with JSON. ` +
        "Is baseUrl the API's root?",
    );
  const evidence = evidenceIn(seen, contracts);
  return { ...judge(evidence), evidence, credential: seen.credential, requests: seen.requests };
}

export function judge(evidence: readonly Evidence[]): Pick<Detection, 'releases' | 'best' | 'nearest'> {
  const releases = releaseNames.map((release): ReleaseJudged => {
    const against = evidence.filter(({ contradicts }) => contradicts.includes(release));
    return {
      release,
      fits: !against.some(({ strength }) => strength === 'strong'),
      for: evidence.filter(({ supports }) => supports.includes(release)).map(({ text }) => text),
      against: against.map(({ text, strength }) => ({ text, strength })),
    };
  });
  const least = Math.min(...releases.map(distanceOf));
  const nearest = releases.filter((one) => distanceOf(one) === least);
  return {
    releases,
    best: nearest.filter(({ fits }) => fits).map(({ release }) => release),
    nearest: nearest[0]?.release ?? defaultRelease,
  };
}

const distanceOf = ({ against }: ReleaseJudged): number =>
  against.reduce((sum, { strength }) => sum + (strength === 'strong' ? 1000 : 1), 0);

/** If the target can't be reached, takes the release in the target file: later steps report the problem. */
export async function detectRelease(target: Target, stateDir: string) {
  const detection = await detect(target, stateDir).catch(returning(TransportError));
  if (detection instanceof TransportError) {
    const { release } = target;
    const note = `the release could not be detected, so ${release} is assumed: ${detection.message}`;
    return { release, fits: [], note };
  }
  const { nearest: release, best: fits } = detection;
  return { release, fits, note: `release ${release} was detected: ${why(detection)}` };
}

export async function withDetectedRelease(target: Target, stateDir: string): Promise<Target> {
  if (!target.detectRelease) return target;
  return { ...target, release: (await detectRelease(target, stateDir)).release };
}

/**
 * Returns why a target can't speak its target file's release: it lacks an operation, and another release is nearer.
 * Otherwise undefined: if no release is nearer, the run itself reports what the target lacks.
 */
export async function misfit(target: Target, stateDir: string): Promise<string | undefined> {
  const detection = await detect(target, stateDir).catch(ignoring(TransportError));
  const { release } = target;
  const against = (detection?.evidence ?? []).filter(
    ({ refutes, contradicts }) => refutes === true && contradicts.includes(release),
  );
  if (detection === undefined || against.length === 0) return undefined;
  const { best, nearest, releases } = detection;
  const distances = new Map(releases.map((one) => [one.release, distanceOf(one)]));
  if (distances.get(release) === distances.get(nearest)) return undefined;
  const fitting =
    best.length === 0 ? `No release fits, ${nearest} is the nearest` : `It fits ${best.join(', ')}`;
  return (
    `the target does not speak release ${release}: ${against.map(({ text }) => text).join(', ')}. ` +
    `${fitting}: set release to it, or override by run --release-as-given`
  );
}

function why({ best, nearest, releases, credential }: Detection): string {
  const judged = releases.find(({ release }) => release === nearest);
  if (best.length === 0) {
    const against = judged?.against.map(({ text }) => text).join(', ') ?? '';
    return `no release fits, this one is the nearest (against it: ${against}; the suite read ${credential})`;
  }
  const reasons = judged?.for.join(', ') || 'no evidence distinguishes the releases';
  const others = best.slice(1);
  const alike =
    others.length === 0 ? '' : `; ${others.join(' and ')} can't be distinguished from it by reading`;
  return `${reasons}${alike} (the suite read ${credential})`;
}

export function renderDetection({ name, baseUrl }: Pick<Target, 'name' | 'baseUrl'>, found: Detection) {
  const lines = [
    `${name} (${baseUrl}): ${conclusionOf(found)}`,
    `Read ${found.credential}; ${found.requests} requests, all GET or OPTIONS.`,
    ...found.releases.flatMap((judged) => ['', ...linesOf(judged, found)]),
  ];
  return `${lines.join('\n')}\n`;
}

function conclusionOf({ best, nearest }: Detection): string {
  const [first, ...others] = best;
  if (first === undefined) return `fits no release; the nearest is ${nearest}.`;
  if (others.length === 0) return `release ${first}.`;
  const which = `release ${best.slice(0, -1).join(', ')} or ${best.at(-1)}: their answers to GET and OPTIONS do not differ`;
  return `${which}. release: auto chooses ${first}, which demands less.`;
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
  const target = { name, baseUrl };
  const rest = { fits: best, nearest, looked: credential, requests, releases, evidence };
  const result = { schemaVersion: 1, target, ...rest };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
