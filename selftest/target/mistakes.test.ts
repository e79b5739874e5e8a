// biome-ignore-all lint/suspicious/noTemplateCurlyInString: target files hold ${VAR}
import { describe, expect, test } from 'vitest';
import { releaseNames } from '../../src/base/model/releases.js';
import { admin, complaint, good, head } from './complaint.js';

describe('mistakes in syntax', () => {
  test.each<[string, string, string]>([
    [
      'a mistyped key',
      `${head}accounts:\n  admin:\n    username: a\n    password: "\${PW}"\n    pasword: x\n`,
      '6:5 accounts.admin.pasword: unknown key; did you mean password?',
    ],
    [
      'no baseUrl',
      admin,
      "1:1 baseUrl: missing: write the URL of the API's root, such as https://10.2.0.7/v2",
    ],
    ['no accounts', head, '1:1 accounts: missing. The users that the suite acts as.'],
    [
      'a number for text',
      `${head}accounts: { admin: { username: 1, password: "\${PW}" } }\n`,
      '2:32 accounts.admin.username: must be text, not a number: put it in quotes',
    ],
    [
      'an unknown account',
      `${head}accounts: { admin: { apiKey: "\${KEY}" }, bob: {} }\n`,
      '2:42 accounts.bob: unknown key; known here: admin, viewer, other, more',
    ],
    [
      'a mistyped key of a further account',
      `${head}accounts: { admin: { apiKey: "\${KEY}" }, more: [{ apikey: x }] }\n`,
      '2:51 accounts.more[0].apikey: unknown key; did you mean apiKey?',
    ],
    [
      'a user name without password',
      `${head}accounts: { admin: { username: a } }\n`,
      '2:13 accounts.admin.password: missing: username needs it. The password to log in with.',
    ],
    [
      'a password without user name',
      `${good}  \n`.replace('apiKey: "${KEY}"', 'password: "${PW}"'),
      '2:13 accounts.admin.username: missing: password needs it. The name to log in with.',
    ],
  ])('%s', (_, text, expected) => {
    expect(complaint(text)).toBe(`lab.yaml:${expected}`);
  });

  test.each<[string, string]>([
    [
      'supportUser: { shoe: 1 }',
      '16 supportUser.shoe: unknown key; known here: email, otherEmails, password',
    ],
    ['release: 7.0', '10 release: must be quoted: "7.0", or it is read as a number'],
    ['supportUser:', '1 supportUser: is empty: must be keys with values; or leave the key out'],
    ['name: true', '7 name: must be text, not true or false: put it in quotes'],
    ['name: [a]', '7 name: must be text'],
    ['name: ""', '7 name: is empty: write a value, or leave the key out'],
    ['mail: smtp', '7 mail: must be keys with values'],
    [
      'allow: { stateChanges: yes }',
      "24 allow.stateChanges: must be true or false, without quotes; an environment variable can't stand here",
    ],
    ['mail: { kind: pop3 }', '15 mail.kind: must be one of smtp, imap, command'],
    [
      'mail: { listen: "x:1" }',
      '1 mail.kind: missing. smtp: the suite listens; imap: it reads a mailbox; command: it asks a program.',
    ],
    [
      'mail: { kind: smtp, listen: "h:1", host: x }',
      '36 mail.host: unknown key; known here: kind, listen, timeoutMs, quietMs, codePattern',
    ],
    [
      'mail: { kind: imap, host: h, username: u, password: "${PW}", port: 70000 }',
      '68 mail.port: must be 65535 or less',
    ],
    ['mail: { kind: command, run: [] }', '29 mail.run: is empty: write at least one'],
    [
      'allow: { replaceTotpOf: [viewr] }',
      '26 allow.replaceTotpOf[0]: must be one of admin, viewer, other, more, supportUser; did you mean viewer?',
    ],
    ['limits: { requestsPerSecond: 0 }', '30 limits.requestsPerSecond: must be more than 0'],
    ['name: { fromFile: x, and: y }', '22 name.and: unknown key; known here: fromFile'],
    [
      'tls: { cert: c.pem }',
      "1 tls.key: missing: cert needs it. A PEM file of the client certificate's key, or its text.",
    ],
  ])('%s', (line, expected) => {
    expect(complaint(`${good}${line}\n`)).toBe(`lab.yaml:3:${expected}`);
  });

  test('all of them are reported at once, in the order of the file', () => {
    const lines = complaint(
      `nam: x\n${good}release: 7.1\nmail: { kind: smtp, listen: "\${NOWHERE}" }\n`,
    ).split('\n');

    expect(lines.map((line) => line.replace(/: .*/, ''))).toEqual([
      'lab.yaml:1:1 nam',
      'lab.yaml:4:10 release',
      'lab.yaml:5:29 mail.listen',
    ]);
  });

  test('the place is right in JSON too', () => {
    expect(complaint('{\n  "baseUrl": "https://h/v2",\n  "acounts": {}\n}', 'lab.json').split('\n')[1]).toBe(
      'lab.json:3:3 acounts: unknown key; did you mean accounts?',
    );
  });
});

describe('mistakes in meaning', () => {
  const withUrl = (url: string) => `baseUrl: "${url}"\n${admin}`;

  test.each<[string, string, string]>([
    [
      'a variable that is not set',
      good.replace('KEY', 'NO_KEY'),
      '2:30 accounts.admin.apiKey: the environment variable NO_KEY is not set',
    ],
    [
      'an empty variable',
      good.replace('KEY', 'EMPTY'),
      '2:30 accounts.admin.apiKey: the environment variable EMPTY is empty',
    ],
    [
      'a default for a variable',
      good.replace('KEY', 'KEY:-x'),
      '2:30 accounts.admin.apiKey: ${…} can hold the name of an environment variable only; put a value that holds ${ itself into one',
    ],
    ['a path without scheme', withUrl('10.2.0.7/v2'), '1:10 baseUrl: must begin with https:// or http://'],
    [
      'a host and port without scheme',
      withUrl('localhost:8443/v2'),
      '1:10 baseUrl: must begin with https:// or http://',
    ],
    ['another scheme', withUrl('ftp://h/v2'), '1:10 baseUrl: must begin with https:// or http://'],
    ['a query', withUrl('https://h/v2?'), '1:10 baseUrl: must not have a query (?…)'],
    ['a fragment', withUrl('https://h/v2#x'), '1:10 baseUrl: must not have a fragment (#…)'],
    [
      'credentials in the URL',
      withUrl('https://me:hunter2@h/v2'),
      '1:10 baseUrl: must not hold a user name or password: they go to accounts',
    ],
    ['a space in the URL', withUrl('https://h /v2'), '1:10 baseUrl: holds a space or a line break'],
    ['a URL without host', withUrl('https:///'), '1:10 baseUrl: is not a URL: https://HOST[:PORT]/PATH'],
    [
      'no credentials',
      `${head}accounts: { admin: { domain: x } }\n`,
      '2:13 accounts.admin: has no credentials: give it an apiKey, or username and password',
    ],
    [
      'an API key of two lines',
      good.replace('"${KEY}"', '{ fromFile: lab.yaml }'),
      '2:30 accounts.admin.apiKey: holds a space, a line break or another character that no API key can have',
    ],
    [
      'two roles of one user',
      `${head}accounts: { admin: { username: a, password: "\${PW}" }, other: { username: A, password: "\${PW}" } }\n`,
      '2:75 accounts.other.username: is the same user as accounts.admin: name another',
    ],
    [
      'two further accounts of one user',
      `${head}accounts: { admin: { apiKey: "\${KEY}" }, more: [{ username: a, password: "\${PW}" }, { username: A, password: "\${PW}" }] }\n`,
      '2:97 accounts.more[1].username: is the same user as accounts.more[0]: name another',
    ],
    [
      'a further secret written out',
      `${head}accounts: { admin: { apiKey: "\${KEY}" }, more: [{ apiKey: hunter2-key }] }\n`,
      '2:59 accounts.more[0].apiKey: a secret is written out in a file that others can read: chmod 600 the file, or write ${VAR} (an environment variable) or { fromFile: path } instead',
    ],
    [
      'a very long name',
      `${good}name: ${'x'.repeat(101)}\n`,
      "3:7 name: can't be the name of a folder on every system: it is longer than 100 bytes",
    ],
    [
      'a secret written out',
      good.replace('"${KEY}"', 'hunter2-key'),
      '2:30 accounts.admin.apiKey: a secret is written out in a file that others can read: chmod 600 the file, or write ${VAR} (an environment variable) or { fromFile: path } instead',
    ],
  ])('%s', (_, text, expected) => {
    expect(complaint(text)).toBe(`lab.yaml:${expected}`);
  });

  test.each<[string, string]>([
    [
      'name: a${KEY',
      '7 name: ${…} can hold the name of an environment variable only; put a value that holds ${ itself into one',
    ],
    [
      'supportUser: { password: { fromFile: no/file } }',
      '38 supportUser.password.fromFile: no/file: no such file',
    ],
    ['release: "${PW}"', `10 release: must be one of ${releaseNames.join(', ')}, auto`],
    [
      'supportUser: { otherEmails: [a@b, "c d"] }',
      '35 supportUser.otherEmails[1]: must be one mail address and nothing else: user@host.example',
    ],
    [
      'supportUser: { email: "a@b, c@d" }',
      '23 supportUser.email: must be one mail address and nothing else: user@host.example',
    ],
    [
      'mail: { kind: smtp, listen: 0.0.0.0 }',
      '29 mail.listen: must be an address and a port: 0.0.0.0:2525, [::]:2525',
    ],
    [
      'mail: { kind: smtp, listen: "::1:25" }',
      '29 mail.listen: must be an address and a port: 0.0.0.0:2525, [::]:2525',
    ],
    [
      'mail: { kind: smtp, listen: "h:65536" }',
      '29 mail.listen: must be an address and a port: 0.0.0.0:2525, [::]:2525',
    ],
    [
      'mail: { kind: smtp, listen: "300.1.1.1:25" }',
      '29 mail.listen: must be an address and a port: 0.0.0.0:2525, [::]:2525',
    ],
    [
      'mail: { kind: imap, host: "h:993", username: u, password: "${PW}" }',
      '27 mail.host: must not have a port: it goes to mail.port',
    ],
    [
      'mail: { kind: smtp, listen: "h:1", codePattern: "(" }',
      '49 mail.codePattern: is not a regular expression: look for a bracket that is not closed',
    ],
    [
      'mail: { kind: smtp, listen: "h:1", codePattern: "\\\\d*" }',
      '49 mail.codePattern: matches an empty text: say how long a code is, such as \\d{6}',
    ],
    ['mail: { kind: command, run: [./no-such] }', '30 mail.run[0]: no such file'],
    [
      'allow: { clusterMfa: true }',
      '22 allow.clusterMfa: needs stateChanges as well: set allow.stateChanges to true, or leave this out',
    ],
    [
      'allow: { replaceTotpOf: [admin] }',
      '25 allow.replaceTotpOf: needs stateChanges as well: set allow.stateChanges to true, or leave this out',
    ],
    [
      'allow: { stateChanges: true, replaceTotpOf: [other] }',
      '46 allow.replaceTotpOf[0]: there is no accounts.other',
    ],
    [
      'allow: { stateChanges: true, replaceTotpOf: [more] }',
      '46 allow.replaceTotpOf[0]: there is no accounts.more',
    ],
    ['waivers: no.yaml', '10 waivers: no.yaml: no such file'],
    ['clock: { control: 127.0.0.1 }', '19 clock.control: must begin with https:// or http://'],
    [
      'name: a/b',
      `7 name: can't be the name of a folder on every system: it holds one of < > : " / \\ | ? * or a control character`,
    ],
    [
      'name: a.',
      "7 name: can't be the name of a folder on every system: it begins with a space, or ends with a space or a dot",
    ],
    ['name: nul.x', "7 name: can't be the name of a folder on every system: Windows keeps it for a device"],
  ])('%s', (line, expected) => {
    expect(complaint(`${good}${line}\n`)).toBe(`lab.yaml:3:${expected}`);
  });

  test('a file name that is not a folder name asks for another name', () => {
    expect(complaint(good, 'con.yaml')).toContain(
      "Windows keeps it for a device (it is the file's name: write another with name:)",
    );
  });

  test('secrets written out are refused for group and for others alike', () => {
    const text = good.replace('"${KEY}"', 'hunter2-key');

    expect(complaint(text, 'lab.yaml', 0o640)).toContain('written out');
    expect(complaint(text, 'lab.yaml', 0o604)).toContain('written out');
  });
});
