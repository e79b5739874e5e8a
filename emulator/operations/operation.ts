import type { Answer, Call, World } from '../call.js';
import type { BodyCheck } from '../checks.js';
import type { Release, ReleaseName } from '../releases.js';
import type { Privilege } from '../state.js';

export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** The path below the API's root. */
  readonly path: string | ((release: Release) => string);
  /** The first release that has the operation; absent if all have it. */
  readonly since?: ReleaseName;
  /** `ignored`: login operations ignore credentials. */
  readonly credential: 'needed' | 'optional' | 'ignored';
  readonly privilege?: Privilege;
  /** The operation's name in the ids of requirements on credentials. */
  readonly slug?: string;
  readonly body?: { readonly required: boolean; readonly check: BodyCheck };
  /** The answer holds a secret, so it gets Cache-Control no-store. */
  readonly secret?: true;
  readonly handle: (call: Call, world: World) => Answer;
  /** The undocumented success status that a fault returns. */
  readonly wrongStatus?: readonly [slug: string, status: number, requirement: string];
}

export const required = (check: BodyCheck) => ({ required: true, check });
