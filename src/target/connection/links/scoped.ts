import { textOf } from '../../../contract/judging/body.js';
import { operationRow, type Part } from '../../../contract/openapi/operations.js';
import type { Target } from '../../../input/target-file/target.js';
import { type Call, isSafe, type Link } from '../call.js';
import type { Recorder } from '../recorder.js';
import { changedBy } from './journalled.js';

/** Sends nothing that touches more of the target than the running test may. */
export function scoped({ accounts }: Pick<Target, 'accounts'>, recorder: Pick<Recorder, 'scope'>): Link {
  // Without an API key, the suite itself uses the admin's session.
  const users = Object.values(accounts).filter(
    ({ role, apiKey }) => role !== 'admin' || apiKey !== undefined,
  );
  const names = users.flatMap(({ username }) => username?.toLowerCase() ?? []);
  return async (call, next) => {
    const { scope } = recorder;
    for (const part of changedBy(call)) scope.demand({ [part]: 'set' });
    const part = readBy(call);
    if (part !== undefined) scope.demand({ [part]: 'read' });
    const name = nameIn(call);
    if (name !== undefined && names.includes(name)) scope.logsIn(name);
    const answer = await next(call);
    // Only the answer shows it.
    if (answer.status === 429 && call.options.throttlingIsTested) scope.note({ source: true });
    return answer;
  };
}

/** Reads with other credentials test whether a part is open, and don't use its state. */
function readBy(call: Call): Part | undefined {
  const { operation, credential } = call;
  if (operation === null || !isSafe(call) || credential.scheme !== 'APIKeyHeader') return undefined;
  return operationRow(operation).reads;
}

function nameIn({ operation, json }: Call): string | undefined {
  const isLogin = operation !== null && operationRow(operation).tries === 'account';
  return isLogin ? textOf(json, 'username')?.toLowerCase() : undefined;
}
