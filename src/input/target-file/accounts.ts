import { defined } from '../../base/defined.js';
import { Secret } from '../../base/secret.js';
import type { KeyPath } from '../config-file/problems.js';
import type { Values } from '../config-file/values.js';
import type { Account, AccountRole, Accounts, ByRole, Target } from './target.js';

/** The accounts; undefined after a reported problem. */
export function readAccounts(values: Values): Accounts | undefined {
  const accounts: ByRole<Account> = Object.fromEntries(
    placesOf(values).map(([role, path]) => [role, readAccount(values, role, path)]),
  );
  reportSameUser(values, accounts);
  const { admin } = accounts;
  return admin === undefined ? undefined : { ...accounts, admin };
}

/** Where the accounts of a file stand. */
export function placesOf(values: Values): (readonly [role: AccountRole, path: KeyPath])[] {
  const places = (['admin', 'viewer', 'other'] as const).map((role) => [role, ['accounts', role]] as const);
  const more = values
    .items(['accounts', 'more'])
    .map((_, n) => [`more[${n}]`, ['accounts', 'more', n]] as const);
  return [...places, ...more].filter(([, path]) => values.has(path));
}

export function readSupportUser(values: Values): Target['supportUser'] {
  return defined({
    email: readEmail(values, ['supportUser', 'email']),
    otherEmails: readEmails(values, ['supportUser', 'otherEmails']),
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

function readEmails(values: Values, path: KeyPath): string[] | undefined {
  if (!values.has(path)) return undefined;
  return values.texts(path).flatMap((_, index) => readEmail(values, [...path, index]) ?? []);
}

function readEmail(values: Values, path: KeyPath): string | undefined {
  const email = values.text(path);
  if (email !== undefined && !/^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(email)) {
    values.problem(path, 'must be one mail address and nothing else: user@host.example');
  }
  return email;
}

/** Reports one user under two roles, since tests need different users. */
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
