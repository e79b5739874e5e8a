import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { defined } from '../../base/defined.js';
import type { Secret } from '../../base/secret.js';
import type { Values } from '../config-file/values.js';
import { readAuthorities } from './tls.js';
import { isHostName, readAddress } from './urls.js';

export interface MailWaits {
  readonly timeoutMs: number;
  /** After this time without a mail, the suite concludes that none comes. */
  readonly quietMs: number;
  readonly codePattern?: RegExp;
}

export type MailSettings = MailWaits &
  (
    | { readonly kind: 'smtp'; readonly host: string; readonly port: number }
    | {
        readonly kind: 'imap';
        readonly host: string;
        readonly port: number;
        /** TLS begins with the first byte (true), after STARTTLS, or never (false). */
        readonly tls: boolean | 'starttls';
        /** PEM text of authorities to trust besides the system's. */
        readonly ca?: string;
        readonly insecure: boolean;
        readonly username: string;
        readonly password: Secret;
        readonly folder: string;
      }
    | {
        readonly kind: 'command';
        /** An absolute path or a name on the PATH, then arguments, where {to} stands for the address. */
        readonly run: readonly string[];
      }
  );

/** Undefined without the section, or after a reported problem. */
export function readMail(values: Values, folder: string): MailSettings | undefined {
  if (!values.has(['mail'])) return undefined;
  const waits = defined({
    timeoutMs: values.number(['mail', 'timeoutMs']) ?? 60_000,
    quietMs: values.number(['mail', 'quietMs']) ?? 10_000,
    codePattern: readPattern(values),
  });
  switch (values.text(['mail', 'kind'])) {
    case 'smtp': {
      const listen = values.text(['mail', 'listen']);
      const address = listen === undefined ? undefined : readAddress(listen);
      if (address !== undefined) return { ...waits, kind: 'smtp', ...address };
      if (listen !== undefined) {
        values.problem(['mail', 'listen'], 'must be an address and a port: 0.0.0.0:2525, [::]:2525');
      }
      return undefined;
    }
    case 'imap':
      return readImap(values, waits, folder);
    case 'command':
      return { ...waits, kind: 'command', run: readCommand(values, folder) };
    default:
      return undefined;
  }
}

function readImap(values: Values, waits: MailWaits, folder: string): MailSettings | undefined {
  const host = values.text(['mail', 'host']);
  const username = values.text(['mail', 'username']);
  const password = values.secret(['mail', 'password']);
  const tls =
    values.text(['mail', 'tls']) === 'starttls' ? 'starttls' : (values.flag(['mail', 'tls']) ?? true);
  const port = values.number(['mail', 'port']) ?? (tls === true ? 993 : 143);
  const ca = readAuthorities(values, ['mail', 'ca'], folder);
  const insecure = values.flag(['mail', 'insecure']) ?? false;
  if (tls === false && (ca !== undefined || insecure)) {
    values.problem(['mail', 'tls'], 'is false: without TLS, leave out mail.ca and mail.insecure');
  }
  if (host !== undefined && !isHostName(host) && !host.includes(':')) {
    values.problem(['mail', 'host'], 'must be a host name or an IP address');
  }
  if (host !== undefined && readAddress(host) !== undefined) {
    values.problem(['mail', 'host'], 'must not have a port: it goes to mail.port');
  }
  if (host === undefined || username === undefined || password === undefined) return undefined;
  const folderName = values.text(['mail', 'folder']) ?? 'INBOX';
  return {
    ...waits,
    kind: 'imap',
    tls,
    ...defined({ host, port, ca, insecure, username, password, folder: folderName }),
  };
}

function readCommand(values: Values, folder: string): readonly string[] {
  const [program = '', ...rest] = values.texts(['mail', 'run']);
  if (program === '') values.problem(['mail', 'run', 0], 'is empty: write the name of a program');
  if (!/[/\\]/.test(program)) return [program, ...rest];
  const file = resolve(folder, program);
  if (!existsSync(file)) values.problem(['mail', 'run', 0], 'no such file');
  return [file, ...rest];
}

function readPattern(values: Values): RegExp | undefined {
  const text = values.text(['mail', 'codePattern']);
  if (text === undefined) return undefined;
  if (/\p{Cc}/u.test(text)) {
    values.problem(
      ['mail', 'codePattern'],
      'holds a control character: YAML reads \\b in double quotes as a backspace. Write it in single quotes',
    );
    return undefined;
  }
  try {
    const pattern = new RegExp(text);
    if (!pattern.test('')) return pattern;
    values.problem(['mail', 'codePattern'], 'matches an empty text: say how long a code is, such as \\d{6}');
  } catch {
    values.problem(
      ['mail', 'codePattern'],
      'is not a regular expression: look for a bracket that is not closed',
    );
  }
  return undefined;
}
