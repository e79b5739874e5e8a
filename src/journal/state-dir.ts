import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where journals live: the flag, the environment, or the user's state folder. */
export function stateDirOf(flag: string | undefined, env: NodeJS.ProcessEnv): string {
  if (flag !== undefined) return flag;
  const fromEnv = env['MFA_CONFORMANCE_STATE'];
  if (fromEnv) return fromEnv;
  const base =
    process.platform === 'win32'
      ? (env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'))
      : (env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'));
  return join(base, 'mfa-conformance');
}

/** One folder for each base URL: two target files of one cluster share it. */
export function stateFolderFor(stateDir: string, baseUrl: string): string {
  return join(stateDir, createHash('sha256').update(baseUrl).digest('hex').slice(0, 16));
}
