import { TransportError } from '../../base/errors.js';
import type { ReleaseName } from '../../base/model/releases.js';
import type { Target } from '../../input/target-file/target.js';
import { type Detection, detect } from './detect.js';

/** The release taken for a target whose file says `release: auto`. */
export interface Detected {
  readonly release: ReleaseName;
  /** The fitting releases, best first; empty if none fits. */
  readonly fits: readonly ReleaseName[];
  /** The choice and its reason, for the user. */
  readonly note: string;
}

/** A target out of reach gets the default release; later steps report that it is out of reach. */
export async function detectRelease(target: Target, stateDir: string): Promise<Detected> {
  try {
    const detection = await detect(target, stateDir);
    const { nearest: release, best: fits } = detection;
    return { release, fits, note: `release ${release} was detected: ${why(detection)}` };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    const { release } = target;
    return {
      release,
      fits: [],
      note: `the release could not be detected, ${release} is taken: ${error.message}`,
    };
  }
}

export async function withDetectedRelease(target: Target, stateDir: string): Promise<Target> {
  if (!target.detectRelease) return target;
  return { ...target, release: (await detectRelease(target, stateDir)).release };
}

/** Why a target can't speak the release in its file: it lacks an operation of that release. */
export async function misfit(target: Target, stateDir: string): Promise<string | undefined> {
  const detection = await detect(target, stateDir).catch((error: unknown) => {
    if (error instanceof TransportError) return undefined;
    throw error;
  });
  const { release } = target;
  const against = (detection?.evidence ?? []).filter(
    ({ refutes, contradicts }) => refutes === true && contradicts.includes(release),
  );
  if (detection === undefined || against.length === 0) return undefined;
  const fitting = detection.best.length === 0 ? 'No release fits' : `It fits ${detection.best.join(', ')}`;
  return (
    `the target does not speak release ${release}: ${against.map(({ text }) => text).join(', ')}. ` +
    `${fitting}: name that as release in the target file, or override by run --release-as-given`
  );
}

function why({ best, nearest, releases, credential }: Detection): string {
  const judged = releases.find(({ release }) => release === nearest);
  if (best.length === 0) {
    const against = judged?.against.map(({ text }) => text).join(', ') ?? '';
    return `none fits, it is the nearest (against it: ${against}; looked ${credential})`;
  }
  const reasons = judged?.for.join(', ') || 'nothing that tells releases apart was seen';
  const others = best.slice(1);
  const alike = others.length === 0 ? '' : `; ${others.join(' and ')} can not be told from it by reading`;
  return `${reasons}${alike} (looked ${credential})`;
}
