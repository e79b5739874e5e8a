import { basename, dirname, extname, resolve } from 'node:path';
import { defined } from '../../base/defined.js';
import { defaultRelease, isReleaseName, type ReleaseName, releaseNames } from '../../base/model/releases.js';
import { Secret } from '../../base/secret.js';
import type { KeyPath } from '../config-file/problems.js';
import { notOneOf } from '../config-file/schema.js';
import { readTextFile } from '../config-file/text-file.js';
import type { Values } from '../config-file/values.js';
import { readAllow } from './allow.js';
import { type MailSettings, readMail } from './mail.js';
import { nameTrouble } from './name.js';
import type { Account, AccountRole, Accounts, Allow, ByRole, Limits, Target } from './target.js';
import { readTls } from './tls.js';
import { isLoopback, readUrl } from './urls.js';

/** `unknown` on systems without permission bits. */
type FileAccess = 'private' | 'shared' | 'unknown';

/** Undefined only after a reported problem. */
export function convert(values: Values, file: string, access: FileAccess): Target | undefined {
  const folder = dirname(file);
  const name = readName(values, file);
  const baseUrl = readRoot(values);
  const release = readRelease(values);
  const tls = readTls(values, folder);
  const accounts = readAccounts(values);
  const supportUser = readSupportUser(values);
  const mail = readMail(values, folder);
  const clock = readClock(values);
  const allow = readAllow(values);
  const waivers = readOtherFile(values, folder, 'waivers');
  const statement = readOtherFile(values, folder, 'statement');
  const warnings = [...readSecrecy(values, access), ...transportWarnings(baseUrl), ...mailWarnings(mail)];
  if (baseUrl === undefined || release === undefined || accounts === undefined) return undefined;
  return defined({
    name,
    file,
    baseUrl,
    release: release === 'auto' ? defaultRelease : release,
    detectRelease: release === 'auto' ? (true as const) : undefined,
    tls,
    accounts,
    supportUser,
    mail,
    clock,
    allow,
    limits: readLimits(values, allow),
    waivers,
    statement,
    warnings: warnings.length === 0 ? undefined : warnings,
  });
}

function readName(values: Values, file: string): string {
  const given = values.text(['name']);
  const name = given ?? basename(file, extname(file));
  const trouble = nameTrouble(name);
  if (trouble !== undefined) {
    const remedy = given === undefined ? " (taken from the file's name; the key name sets another)" : '';
    values.problem(['name'], `is not a valid folder name on some systems: ${trouble}${remedy}`);
  }
  return name;
}

function readRoot(values: Values): string | undefined {
  const text = values.text(['baseUrl']);
  if (text === undefined) return undefined;
  const url = readUrl(text);
  const problem = (trouble: string) => void values.problem(['baseUrl'], trouble);
  if ('trouble' in url) return problem(url.trouble);
  if (text.includes('#')) return problem('must not have a fragment (#…)');
  if (text.includes('?')) return problem('must not have a query (?…)');
  return url.href.replace(/\/+$/, '');
}

function readRelease(values: Values): ReleaseName | 'auto' | undefined {
  const text = values.text(['release']);
  if (text === undefined) return defaultRelease;
  if (isReleaseName(text) || text === 'auto') return text;
  values.problem(['release'], notOneOf(text, [...releaseNames, 'auto']));
  return undefined;
}

function readClock(values: Values): Target['clock'] {
  const control = values.text(['clock', 'control']);
  if (control === undefined) return undefined;
  const url = readUrl(control);
  if ('trouble' in url) values.problem(['clock', 'control'], url.trouble);
  return { control };
}

function readLimits(values: Values, allow: Allow): Limits {
  const limit = (name: keyof Limits) => values.number(['limits', name]);
  const requestTimeoutMs = limit('requestTimeoutMs') ?? 15_000;
  return defined({
    // A disposable target has no other users to slow down.
    requestsPerSecond: limit('requestsPerSecond') ?? (allow.disposable ? undefined : 20),
    requestTimeoutMs,
    // After a timeout the target may need as long again to finish the request.
    settleMs: limit('settleMs') ?? 2 * requestTimeoutMs,
    sessionsPerUser: limit('sessionsPerUser'),
    lockMinutes: limit('lockMinutes'),
  });
}

function readOtherFile(values: Values, folder: string, key: 'waivers' | 'statement'): string | undefined {
  const text = values.text([key]);
  if (text === undefined) return undefined;
  const file = resolve(folder, text);
  const read = readTextFile(file);
  if ('trouble' in read) values.problem([key], `${file}: ${read.trouble}`);
  return file;
}

const secretPaths = (values: Values): readonly KeyPath[] => [
  ...placesOf(values).flatMap(([, path]) => [
    [...path, 'password'],
    [...path, 'apiKey'],
  ]),
  ['supportUser', 'password'],
  ['mail', 'password'],
  // A file's name in tls.key is not secret.
  ...(values.text(['tls', 'key'])?.includes('-----BEGIN') ? [['tls', 'key']] : []),
];

/** If nobody knows who can read the file, returns a warning. */
function readSecrecy(values: Values, access: FileAccess): string[] {
  const writtenOut = secretPaths(values).filter((path) => values.isWrittenOut(path));
  if (writtenOut.length === 0 || access === 'private') return [];
  if (access === 'unknown') {
    return ['The target file holds secrets written out: see that nobody but you can read it.'];
  }
  for (const path of writtenOut) {
    values.problem(
      path,
      'a secret is written out in a file that others can read: chmod 600 the file, or write ' +
        `\${VAR} (an environment variable) or { fromFile: path } instead`,
    );
  }
  return [];
}

function mailWarnings(mail: MailSettings | undefined): string[] {
  if (mail?.kind !== 'imap' || isLoopback(mail.host)) return [];
  if (mail.insecure) return ['mail.insecure: anyone in between could read the mailbox and its password.'];
  return mail.tls === false
    ? ['mail.tls is false: the password of the mailbox crosses the network unencrypted.']
    : [];
}

function transportWarnings(baseUrl: string | undefined): string[] {
  if (baseUrl === undefined) return [];
  const { protocol, hostname, pathname } = new URL(baseUrl);
  return [
    ...(protocol === 'http:' && !isLoopback(hostname)
      ? ['baseUrl is plain http: passwords and API keys cross the network unencrypted.']
      : []),
    ...(/\/v\d+$/.test(pathname)
      ? []
      : ["baseUrl doesn't end in /v2: the suite appends only the operations' paths to it."]),
  ];
}

function readAccounts(values: Values): Accounts | undefined {
  const accounts: ByRole<Account> = Object.fromEntries(
    placesOf(values).map(([role, path]) => [role, readAccount(values, role, path)]),
  );
  reportSameUser(values, accounts);
  const { admin } = accounts;
  return admin === undefined ? undefined : { ...accounts, admin };
}

function placesOf(values: Values): (readonly [role: AccountRole, path: KeyPath])[] {
  const places = (['admin', 'viewer', 'other'] as const).map((role) => [role, ['accounts', role]] as const);
  const more = values
    .items(['accounts', 'more'])
    .map((_, n) => [`more[${n}]`, ['accounts', 'more', n]] as const);
  return [...places, ...more].filter(([, path]) => values.has(path));
}

function readSupportUser(values: Values): Target['supportUser'] {
  const others = ['supportUser', 'otherEmails'];
  return defined({
    email: readEmail(values, ['supportUser', 'email']),
    otherEmails: values.has(others)
      ? values.texts(others).flatMap((_, index) => readEmail(values, [...others, index]) ?? [])
      : undefined,
    password: values.secret(['supportUser', 'password']),
  });
}

function readAccount(values: Values, role: AccountRole, path: KeyPath): Account {
  const at = (key: string): KeyPath => [...path, key];
  const apiKey = values.text(at('apiKey'));
  const account = defined({
    role,
    username: values.text(at('username')),
    password: values.secret(at('password')),
    domain: values.text(at('domain')) ?? 'LOCAL',
    email: readEmail(values, at('email')),
    apiKey: apiKey === undefined ? undefined : new Secret(apiKey),
    sid: values.text(at('sid')),
    mfaExempt: values.flag(at('mfaExempt')) === true ? (true as const) : undefined,
    mailedCodes: values.flag(at('mailedCodes')) === false ? (false as const) : undefined,
  });
  if (!values.has(at('apiKey')) && !values.has(at('password'))) {
    values.problem(path, 'has no credentials: give it an apiKey, or username and password', 'key');
  }
  // The HTTP client would refuse other characters in the middle of a run.
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    values.problem(at('apiKey'), 'holds a space, a line break or another character that no API key can have');
  }
  return account;
}

function readEmail(values: Values, path: KeyPath): string | undefined {
  const email = values.text(path);
  if (email !== undefined && !/^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(email)) {
    values.problem(path, 'must be one mail address and nothing else: user@host.example');
  }
  return email;
}

/** Tests need different users. */
function reportSameUser(values: Values, accounts: ByRole<Account>): void {
  const seen = new Map<string, AccountRole>();
  for (const [role, path] of placesOf(values)) {
    const { username, domain = '' } = accounts[role] ?? {};
    if (username === undefined) continue;
    const user = `${domain}\n${username}`.toLowerCase();
    const earlier = seen.get(user);
    if (earlier === undefined) seen.set(user, role);
    else values.problem([...path, 'username'], `is the same user as accounts.${earlier}: name another`);
  }
}
