// biome-ignore-all lint/suspicious/noTemplateCurlyInString: target files hold ${VAR}
import { readTarget } from '../../src/input/target-file/read.js';
import { temporaryFolder } from '../cli/suite.js';
import { messageOf, write } from './files.js';

/** The environment in which these target files are read. */
export const env = { KEY: 'key-1', PW: 'hunter2-pw', EMPTY: '' };

export function complaint(text: string | Uint8Array, name = 'lab.yaml', mode = 0o644): string {
  const folder = temporaryFolder();
  const file = write(folder, name, text, mode);
  return messageOf(() => readTarget(file, env)).replaceAll(`${folder}/`, '');
}

export const head = 'baseUrl: https://h/v2\n';
export const admin = 'accounts: { admin: { apiKey: "${KEY}" } }\n';
/** The shortest good target file; it has two lines. */
export const good = head + admin;
