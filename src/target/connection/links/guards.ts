import { ArrangeError, NotAllowedError } from '../../../base/errors.js';
import type { Uses } from '../../../base/model/uses.js';
import type { Secret } from '../../../base/secret.js';
import { memberOf, textOf } from '../../../contract/judging/body.js';
import { operationRow } from '../../../contract/openapi/operations.js';
import { effectiveAllow } from '../../../input/target-file/allow.js';
import type { Target } from '../../../input/target-file/target.js';
import { setOf } from '../../journal/config.js';
import { type Call, isSafe, type Link, nameOf } from '../call.js';
import type { Recorder } from '../recorder.js';
import { changedBy } from './tracked.js';

/** The methods allowed in a read-only run. TRACE is safe too, but users don't expect it in such a run. */
const readMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses requests that must never be sent. @param readOnly why only reads may be sent; undefined if all may */
export function guards(target: Pick<Target, 'allow'>, readOnly: string | undefined): Link {
  const { disposable } = effectiveAllow(target.allow);
  return (call, next) => {
    const { operation, request, path, options, credential } = call;
    // Without sid the request would end all users' sessions, including people's.
    const sids = new URLSearchParams(options.query).getAll('sid');
    if (request.method === 'DELETE' && path.endsWith('/sessions') && (!sids.length || sids.includes('')))
      throw new ArrangeError('DELETE of sessions is never sent without sid.');
    if (readOnly !== undefined && !(isSafe(call) && readMethods.has(request.method)))
      throw new NotAllowedError(`${nameOf(call)} ${readOnly}.`);
    // An undocumented request may do anything, and nobody could know how to undo it.
    if (operation === null && !isSafe(call) && credential.scheme !== 'none' && !disposable)
      throw new NotAllowedError(
        `${nameOf(call)} was not sent: no document has it, and the target file does not call the target disposable.`,
      );
    return next(call);
  };
}

/** Refuses requests that touch parts of the target that the running test doesn't declare. */
export function scoped({ accounts }: Pick<Target, 'accounts'>, recorder: Pick<Recorder, 'scope'>): Link {
  // Without an API key, the suite itself logs in as the admin, so these logins don't count as the test's.
  const users = Object.values(accounts).filter(
    ({ role, apiKey }) => role !== 'admin' || apiKey !== undefined,
  );
  const roles = new Map(users.map(({ username, role }) => [username?.toLowerCase(), role]));
  return async (call, next) => {
    const { scope } = recorder;
    for (const part of changedBy(call))
      scope.demand({ [part]: part === 'cluster' ? clusterState(call) : 'set' });
    const { operation, json, credential } = call;
    const row = operation === null ? undefined : operationRow(operation);
    // A read without an API key tests who may read.
    const isRead = isSafe(call) && credential.scheme === 'APIKeyHeader';
    if (isRead && row?.reads !== undefined) scope.demand({ [row.reads]: 'read' });
    const name = row?.tries === 'account' ? textOf(json, 'username')?.toLowerCase() : undefined;
    if (name !== undefined && roles.has(name)) scope.logsIn(name, roles.get(name));
    else if (mailsAdmin(call, accounts.admin.apiKey)) scope.logsIn('admin', 'admin');
    const answer = await next(call);
    // Only the answer shows that the target throttles the sender.
    if (answer.status === 429 && call.options.expects?.startsWith('either')) scope.note({ source: true });
    return answer;
  };
}

/** A PUT of exactly the state `on` or `off` demands that use, not `set`: it may change nothing. */
function clusterState({ operation, json }: Call): NonNullable<Uses['cluster']> {
  const [enabled, types, isRetaining] = members.map((name) => memberOf(json, name));
  if (operation !== 'UpdateMFAConfig' || isRetaining !== true) return 'set';
  if (enabled === false) return 'off';
  const isOn = enabled === true && Array.isArray(types) && setOf(types.map(String)) === 'email totp';
  return isOn ? 'on' : 'set';
}

const members = ['enabled', 'authenticationTypes', 'retainUserMfaSettings'] as const;

/** Tells whether a request mails the admin. The support user may have the same address, whose tests it would disturb. */
function mailsAdmin({ operation, json, credential }: Call, adminKey: Secret | undefined): boolean {
  const isMailing = operation === 'SendEmailOtp' || operation === 'CreateEmailOtp';
  if (!isMailing || memberOf(json, 'username') !== undefined || credential.scheme !== 'APIKeyHeader')
    return false;
  return credential.key.reveal() === adminKey?.reveal();
}
