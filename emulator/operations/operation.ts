import type { Answer, Call, World } from '../call.js';
import type { BodyCheck } from '../checks.js';
import type { Release, ReleaseName } from '../releases.js';
import type { Privilege } from '../state.js';

export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string | ((release: Release) => string);
  /** The first release that has the operation. Absent if every release has it. */
  readonly since?: ReleaseName;
  /** `ignored`: the operation is a login, which ignores credentials in header fields. */
  readonly credential: 'needed' | 'optional' | 'ignored';
  readonly privilege?: Privilege;
  /** The operation's name in the ids of requirements on its credentials. */
  readonly slug?: string;
  readonly body?: { readonly required: boolean; readonly check: BodyCheck };
  /** The answer holds a secret, so it gets Cache-Control no-store. */
  readonly secret?: true;
  readonly handle: (call: Call, world: World) => Answer;
  /** An undocumented success status, which one of the faults returns. */
  readonly wrongStatus?: readonly [slug: string, status: number, requirement: string];
}

export const required = (check: BodyCheck) => ({ required: true, check });
