import { ConfigurationError } from '../../base/errors.js';
import type { Values } from '../config-file/values.js';
import type { Account, AccountRole, Allow, Target } from './target.js';

const everyone: Allow['replaceTotpOf'] = ['admin', 'viewer', 'other', 'more', 'supportUser'];

export function calledInAllow(role: AccountRole): Allow['replaceTotpOf'][number] {
  return role === 'admin' || role === 'viewer' || role === 'other' ? role : 'more';
}

export const mayReplaceTotp = (allow: Allow, { role }: Pick<Account, 'role'>): boolean =>
  effectiveAllow(allow).replaceTotpOf.includes(calledInAllow(role));

/** @throws ConfigurationError if stateChanges is missing */
export function effectiveAllow(allow: Allow): Allow {
  if (allow.disposable) {
    return { stateChanges: true, clusterMfa: true, replaceTotpOf: everyone, lockOut: true, disposable: true };
  }
  for (const key of beyondStateChanges(allow))
    throw new ConfigurationError(`allow.${key}: ${needsStateChanges}`);
  return allow;
}

export function readOnlyReason(
  { allow }: Pick<Target, 'allow'>,
  mode: 'full' | 'read-only',
): string | undefined {
  if (mode === 'read-only') return 'nothing may be changed: the run is read-only';
  return effectiveAllow(allow).stateChanges ? undefined : 'nothing may be changed: allow.stateChanges is off';
}

const needsStateChanges = 'needs stateChanges as well: set allow.stateChanges to true, or leave this out';

function beyondStateChanges(allow: Allow): ('clusterMfa' | 'replaceTotpOf')[] {
  if (allow.stateChanges || allow.disposable) return [];
  return [
    ...(allow.clusterMfa ? (['clusterMfa'] as const) : []),
    ...(allow.replaceTotpOf.length > 0 ? (['replaceTotpOf'] as const) : []),
  ];
}

export function readAllow(values: Values): Allow {
  const flag = (key: 'stateChanges' | 'clusterMfa' | 'lockOut' | 'disposable') =>
    values.flag(['allow', key]) ?? false;
  const named = values.texts(['allow', 'replaceTotpOf']);
  const allow: Allow = {
    stateChanges: flag('stateChanges'),
    clusterMfa: flag('clusterMfa'),
    replaceTotpOf: everyone.filter((who) => named.includes(who)),
    lockOut: flag('lockOut'),
    disposable: flag('disposable'),
  };
  named.forEach((who, index) => {
    if (who === 'supportUser' || values.has(['accounts', who])) return;
    values.problem(['allow', 'replaceTotpOf', index], `there is no accounts.${who}`);
  });
  const beyond = beyondStateChanges(allow);
  for (const key of beyond) values.problem(['allow', key], needsStateChanges);
  return beyond.length > 0 ? allow : effectiveAllow(allow);
}
