import type { Answer, Call, World } from '../call.js';
import type { BodyCheck } from '../checks.js';
import type { Release, ReleaseName } from '../releases.js';
import type { Privilege } from '../state.js';

export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the API's root. */
  readonly path: string | ((release: Release) => string);
  /** The first release that has it, where not all have. */
  readonly since?: ReleaseName;
  /** `ignored`: what login operations do with a credential, whatever it is worth. */
  readonly credential: 'needed' | 'optional' | 'ignored';
  readonly privilege?: Privilege;
  /** What the requirements on its credential are called by: a fault for each lets somebody in. */
  readonly slug?: string;
  readonly body?: { readonly required: boolean; readonly check: BodyCheck };
  /** The answer holds something secret. */
  readonly secret?: true;
  readonly handle: (call: Call, world: World) => Answer;
  /** A fault: it succeeds with another status than the documented one. */
  readonly wrongStatus?: readonly [slug: string, status: number, requirement: string];
}

export const required = (check: BodyCheck) => ({ required: true, check });
