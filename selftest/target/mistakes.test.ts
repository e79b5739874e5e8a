// biome-ignore-all lint/suspicious/noTemplateCurlyInString: target files hold ${VAR}
import { describe, expect, test } from 'vitest';
import { releaseNames } from '../../src/base/model/releases.js';
import { rows } from '../tool/rows.js';
import { admin, complaint, good, head } from './complaint.js';

const key = 'admin: { apiKey: "${KEY}" }';
const user = (name: string) => `{ username: ${name}, password: "\${PW}" }`;
const writtenOut =
  'a secret is written out in a file that others can read: chmod 600 the file, or write ${VAR} (an environment variable) or { fromFile: path } instead';
const notAName =
  '${…} must hold the name of an environment variable; if the value itself contains ${, put it into a variable';
const noFolder = 'is not a valid folder name on some systems';
const addressAndPort = 'must be an address and a port: 0.0.0.0:2525, [::]:2525';
const oneAddress = 'must be one mail address and nothing else: user@host.example';

describe('mistakes in syntax', () => {
  test.each(rows`
    a mistyped key | ${`${head}accounts:\n  admin:\n    username: a\n    password: "\${PW}"\n    pasword: x\n`} | 6:5 accounts.admin.pasword: unknown key; did you mean password?
    no baseUrl | ${admin} | 1:1 baseUrl: missing: write the URL of the API's root, such as https://10.2.0.7/v2
    no accounts | ${head} | 1:1 accounts: missing. The users that the suite acts as.
    a password without user name | ${good.replace('apiKey: "${KEY}"', 'password: "${PW}"')} | 2:13 accounts.admin.username: missing: password needs it. The name to log in with.
    a very long name | ${`${good}name: ${'x'.repeat(101)}\n`} | 3:7 name: is not a valid folder name on some systems: it is longer than 100 bytes
  `)('%s', (_, text, expected) => {
    expect(complaint(text)).toBe(`lab.yaml:${expected}`);
  });

  test.each(rows`
    admin: { username: 1, password: "\${PW}" } | 32 accounts.admin.username: must be text, not a number: put it in quotes
    admin: { username: a } | 13 accounts.admin.password: missing: username needs it. The password to log in with.
    admin: { domain: x } | 13 accounts.admin: has no credentials: give it an apiKey, or username and password
    ${key}, bob: {} | 42 accounts.bob: unknown key; known here: admin, viewer, other, more
    ${key}, more: [{ apikey: x }] | 51 accounts.more[0].apikey: unknown key; did you mean apiKey?
    ${key}, more: [{ apiKey: hunter2-key }] | 59 accounts.more[0].apiKey: ${writtenOut}
    ${key}, more: [${user('a')}, ${user('A')}] | 97 accounts.more[1].username: is the same user as accounts.more[0]: name another
    admin: ${user('a')}, other: ${user('A')} | 75 accounts.other.username: is the same user as accounts.admin: name another
  `)('accounts: %s', (text, expected) => {
    expect(complaint(`${head}accounts: { ${text} }\n`)).toBe(`lab.yaml:2:${expected}`);
  });

  test.each(rows`
    supportUser: { shoe: 1 } | 16 supportUser.shoe: unknown key; known here: email, otherEmails, password
    release: 7.0 | 10 release: must be quoted: "7.0", or it is read as a number
    supportUser: | 1 supportUser: is empty: must be keys with values; or leave the key out
    name: true | 7 name: must be text, not true or false: put it in quotes
    name: [a] | 7 name: must be text
    name: "" | 7 name: is empty: write a value, or leave the key out
    mail: smtp | 7 mail: must be keys with values
    allow: { stateChanges: yes } | 24 allow.stateChanges: must be true or false, without quotes; an environment variable can't stand here
    mail: { kind: pop3 } | 15 mail.kind: must be one of smtp, imap, command
    mail: { listen: "x:1" } | 1 mail.kind: missing. smtp: the suite listens; imap: it reads a mailbox; command: it asks a program.
    mail: { kind: smtp, listen: "h:1", host: x } | 36 mail.host: unknown key; known here: kind, listen, timeoutMs, quietMs, codePattern
    mail: { kind: imap, host: h, username: u, password: "\${PW}", port: 70000 } | 68 mail.port: must be 65535 or less
    mail: { kind: command, run: [] } | 29 mail.run: is empty: write at least one
    allow: { replaceTotpOf: [viewr] } | 26 allow.replaceTotpOf[0]: must be one of admin, viewer, other, more, supportUser; did you mean viewer?
    limits: { requestsPerSecond: 0 } | 30 limits.requestsPerSecond: must be more than 0
    name: { fromFile: x, and: y } | 22 name.and: unknown key; known here: fromFile
    tls: { cert: c.pem } | 1 tls.key: missing: cert needs it. A PEM file of the client certificate's key, or its text.
  `)('%s', (line, expected) => {
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
  test.each(rows`
    "\${NO_KEY}" | the environment variable NO_KEY is not set
    "\${EMPTY}" | the environment variable EMPTY is empty
    "\${KEY:-x}" | ${notAName}
    { fromFile: lab.yaml } | holds a space, a line break or another character that no API key can have
    hunter2-key | ${writtenOut}
  `)('an API key of %s', (key, expected) => {
    expect(complaint(good.replace('"${KEY}"', key))).toBe(`lab.yaml:2:30 accounts.admin.apiKey: ${expected}`);
  });

  test.each(rows`
    10.2.0.7/v2 | must begin with https:// or http://
    localhost:8443/v2 | must begin with https:// or http://
    ftp://h/v2 | must begin with https:// or http://
    https://h/v2? | must not have a query (?…)
    https://h/v2#x | must not have a fragment (#…)
    https://me:hunter2@h/v2 | must not hold a user name or password: they go to accounts
    https://h /v2 | holds a space or a line break
    https:/// | is not a URL: https://HOST[:PORT]/PATH
  `)('baseUrl: %s', (url, expected) => {
    expect(complaint(`baseUrl: "${url}"\n${admin}`)).toBe(`lab.yaml:1:10 baseUrl: ${expected}`);
  });

  test.each(rows`
    name: a\${KEY | 7 name: ${notAName}
    supportUser: { password: { fromFile: no/file } } | 38 supportUser.password.fromFile: no/file: no such file
    release: "\${PW}" | 10 release: must be one of ${releaseNames.join(', ')}, auto
    supportUser: { otherEmails: [a@b, "c d"] } | 35 supportUser.otherEmails[1]: ${oneAddress}
    supportUser: { email: "a@b, c@d" } | 23 supportUser.email: ${oneAddress}
    mail: { kind: smtp, listen: 0.0.0.0 } | 29 mail.listen: ${addressAndPort}
    mail: { kind: smtp, listen: "::1:25" } | 29 mail.listen: ${addressAndPort}
    mail: { kind: smtp, listen: "h:65536" } | 29 mail.listen: ${addressAndPort}
    mail: { kind: smtp, listen: "300.1.1.1:25" } | 29 mail.listen: ${addressAndPort}
    mail: { kind: imap, host: "h:993", username: u, password: "\${PW}" } | 27 mail.host: must not have a port: it goes to mail.port
    mail: { kind: smtp, listen: "h:1", codePattern: "(" } | 49 mail.codePattern: is not a regular expression: look for a bracket that is not closed
    mail: { kind: smtp, listen: "h:1", codePattern: "\\\\d*" } | 49 mail.codePattern: matches an empty text: say how long a code is, such as \\d{6}
    mail: { kind: smtp, listen: "h:1", codePattern: "\\b\\\\d{6}" } | 49 mail.codePattern: holds a control character: YAML reads \\b in double quotes as a backspace. Write it in single quotes
    mail: { kind: command, run: [./no-such] } | 30 mail.run[0]: no such file
    allow: { clusterMfa: true } | 22 allow.clusterMfa: needs stateChanges as well: set allow.stateChanges to true, or leave this out
    allow: { replaceTotpOf: [admin] } | 25 allow.replaceTotpOf: needs stateChanges as well: set allow.stateChanges to true, or leave this out
    allow: { stateChanges: true, replaceTotpOf: [other] } | 46 allow.replaceTotpOf[0]: there is no accounts.other
    allow: { stateChanges: true, replaceTotpOf: [more] } | 46 allow.replaceTotpOf[0]: there is no accounts.more
    waivers: no.yaml | 10 waivers: no.yaml: no such file
    clock: { control: 127.0.0.1 } | 19 clock.control: must begin with https:// or http://
    name: a/b | 7 name: ${noFolder}: ${'it holds one of < > : " / \\ | ? * or a control character'}
    name: a. | 7 name: ${noFolder}: it begins with a space, or ends with a space or a dot
    name: nul.x | 7 name: ${noFolder}: Windows reserves it for a device
  `)('%s', (line, expected) => {
    expect(complaint(`${good}${line}\n`)).toBe(`lab.yaml:3:${expected}`);
  });

  test('a file name that is not a folder name asks for another name', () => {
    expect(complaint(good, 'con.yaml')).toContain(
      "Windows reserves it for a device (taken from the file's name; the key name sets another)",
    );
  });

  test('secrets written out are refused for group and for others alike', () => {
    const text = good.replace('"${KEY}"', 'hunter2-key');

    expect(complaint(text, 'lab.yaml', 0o640)).toContain('written out');
    expect(complaint(text, 'lab.yaml', 0o604)).toContain('written out');
  });
});
