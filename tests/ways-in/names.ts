import type { User } from '../../fixtures/users.js';
import type { OtherName } from '../../fixtures/ways-in.js';

/** One more way to name a user: a line. Undefined where it is the user's own name, or there is nothing for it. */
const names: readonly (readonly [name: string, of: (user: User) => unknown])[] = [
  ['the name in capitals', ({ username }) => username.toUpperCase()],
  ['the name in small letters', ({ username }) => username.toLowerCase()],
  [
    'the name with a capital first',
    ({ username }) => `${username.charAt(0).toUpperCase()}${username.slice(1)}`,
  ],
  ['a blank before the name', ({ username }) => ` ${username}`],
  ['a blank after the name', ({ username }) => `${username} `],
  ['a line feed after the name', ({ username }) => `${username}\n`],
  ['a NUL after the name', ({ username }) => `${username}\0`],
  ['the name in full-width letters', ({ username }) => fullWidth(username)],
  ['a zero-width space in the name', ({ username }) => `${username.charAt(0)}\u200b${username.slice(1)}`],
  ['name@domain', ({ username, domain }) => `${username}@${domain}`],
  ['name@domain in small letters', ({ username, domain }) => `${username}@${domain.toLowerCase()}`],
  ['domain\\name', ({ username, domain }) => `${domain}\\${username}`],
  ['domain/name', ({ username, domain }) => `${domain}/${username}`],
  ['the e-mail address', ({ email }) => email],
  ['the sid', ({ sid }) => sid],
  // What finds the password may read it as the name, where what knows of MFA finds nobody.
  ['the name in a list', ({ username }) => [username]],
  ['the name in an object', ({ username }) => ({ $eq: username })],
];

/** One more way to name the domain: a line. */
const domains: readonly (readonly [name: string, of: (domain: string) => unknown])[] = [
  ['null as domain', () => null],
  ['no domain', () => undefined],
  ['an empty domain', () => ''],
  ['the domain in small letters', (domain) => domain.toLowerCase()],
  ['a blank after the domain', (domain) => `${domain} `],
  ['a dot as domain', () => '.'],
  ['another domain', () => 'corp.example'],
  ['the domain in a list', (domain) => [domain]],
];

/** All members by which a user can be named otherwise than by its own name in its own domain. */
export function namedOtherwise(user: User): readonly OtherName[] {
  const byName = names.flatMap(([name, of]) => {
    const username = of(user);
    return username === undefined || username === user.username ? [] : [{ name, members: { username } }];
  });
  const byDomain = domains.flatMap(([name, of]) => {
    const domain = of(user.domain);
    return domain === user.domain ? [] : [{ name, members: { domain } }];
  });
  // Where the name says the domain, the member may be missing.
  const byBoth = byName
    .filter(({ name }) => /domain/.test(name))
    .map(({ name, members }) => ({ name: `${name}, no domain`, members: { ...members, domain: undefined } }));
  return [...byName, ...byDomain, ...byBoth];
}

const likely: readonly string[] = ['the name in capitals', 'the name in small letters', 'name@domain'];

/** Those of them by which a target is most likely to know the user, too. */
export function likelyNamesOf(user: User): readonly OtherName[] {
  return namedOtherwise(user).filter(({ name }) => likely.includes(name));
}

function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
}
