import { TransportError } from '../../base/errors.js';
import { defaultRelease, type ReleaseName, releaseNames } from '../../base/model/releases.js';
import type { Contract } from '../../contract/openapi/contract.js';
import { loadContract } from '../../contract/openapi/load.js';
import type { Target } from '../../input/target-file/target.js';
import { Connection } from '../connection/connection.js';
import { type Evidence, evidenceIn } from './evidence.js';
import { look } from './look.js';

export interface Detection {
  readonly releases: readonly ReleaseJudged[];
  /** The best of the fitting releases; several if reading can't distinguish them. */
  readonly best: readonly ReleaseName[];
  /** The first of the best releases, or the nearest if none fits. */
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

/** Finds the releases that a target may speak, by GET and OPTIONS alone. @throws TransportError */
export async function detect(target: Target, stateDir: string): Promise<Detection> {
  const contracts = await Promise.all(releaseNames.map((release) => loadContract(release)));
  const connection = await Connection.open(target, contractOf(contracts, defaultRelease), { stateDir });
  try {
    const seen = await look(connection, contracts);
    if (seen.answers.every(({ status, body }) => status === 404 || body === undefined)) {
      throw new TransportError(
        `${target.baseUrl} does not speak this API: GET /mfa-config and GET /support-user/mfa don't answer with JSON. ` +
          "Is baseUrl the API's root?",
      );
    }
    const evidence = evidenceIn(seen, contracts);
    return { ...judge(evidence), evidence, credential: seen.credential, requests: seen.requests };
  } finally {
    await connection.close();
  }
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
  const burden = ({ against }: ReleaseJudged): number =>
    against.reduce((sum, { strength }) => sum + (strength === 'strong' ? 1000 : 1), 0);
  const least = Math.min(...releases.map(burden));
  const nearest = releases.filter((one) => burden(one) === least);
  return {
    releases,
    best: nearest.filter(({ fits }) => fits).map(({ release }) => release),
    nearest: nearest[0]?.release ?? defaultRelease,
  };
}

function contractOf(contracts: readonly Contract[], release: ReleaseName): Contract {
  const found = contracts.find((contract) => contract.release === release);
  if (found === undefined) throw new Error(`no contract of release ${release}`);
  return found;
}
