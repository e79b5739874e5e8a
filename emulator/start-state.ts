import { isObject, type Json, type JsonObject, own } from './json.js';
import type { StartState } from './state.js';

/** @returns the starting state, or a sentence about a mistake in it */
export function readStartState(body: Json): StartState | string {
  if (!isObject(body)) return 'The starting state must be an object.';
  const cluster = own(body, 'clusterMfa');
  const support = own(body, 'supportMfa');
  if (cluster !== undefined && !isObject(cluster)) return 'clusterMfa must be an object.';
  if (support !== undefined && !isObject(support)) return 'supportMfa must be an object.';
  const types = cluster === undefined ? undefined : own(cluster, 'authenticationTypes');
  if (types !== undefined && !isStrings(types)) return 'authenticationTypes must be a list of strings.';
  const mode = support === undefined ? undefined : own(support, 'mfaType');
  if (mode !== undefined && mode !== 'email') return 'supportMfa can start in the mode email only.';
  return {
    ...(cluster === undefined
      ? {}
      : {
          clusterMfa: {
            ...flag(cluster, 'enabled'),
            ...flag(cluster, 'retainUserMfaSettings'),
            ...(types === undefined ? {} : { authenticationTypes: types }),
          },
        }),
    ...(support === undefined ? {} : { supportMfa: { ...flag(support, 'enabled'), ...address(support) } }),
  };
}

function isStrings(value: Json): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function flag<N extends string>(body: JsonObject, name: N): { [K in N]?: boolean } {
  const value = own(body, name);
  const found: { [K in N]?: boolean } = {};
  if (typeof value === 'boolean') found[name] = value;
  return found;
}

function address(body: JsonObject): { email?: string } {
  const value = own(body, 'email');
  return typeof value === 'string' ? { email: value } : {};
}
