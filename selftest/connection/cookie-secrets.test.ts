import { expect, test } from 'vitest';
import { CookieSecrets } from '../../src/target/connection/cookie-secrets.js';

const [one, another] = ['Zk3vQ9x-T1mWb7Yc2LrE', 'pH8sNf0_dGq4Uj6Xa5Ko'];

function ofTwoLogins(values: readonly string[], cookies = new CookieSecrets()): CookieSecrets {
  cookies.came(values, 'login 1', true);
  cookies.came([another], 'login 2', true);
  return cookies;
}

test('a value that differs for each login is a secret', () => {
  const cookies = new CookieSecrets();
  cookies.came([one], 'login 1', true);
  expect(cookies.leaksIn(`X-Seen: ${one}`)).toEqual([]);

  cookies.came([another], 'login 2', true);

  expect(cookies.leaksIn(`X-Seen: ${one}`)).toEqual(['set-cookie']);
  expect(cookies.leaksIn(`X-Seen: ${another}`)).toEqual(['set-cookie']);
});

test('a value that another login gets too is no secret', () => {
  const node = 'node-01a.cluster.lab.example';
  const cookies = ofTwoLogins([one, node]);
  expect(cookies.leaksIn(node)).toEqual(['set-cookie']);

  cookies.came([node], 'request 3', false);

  expect(cookies.leaksIn(node)).toEqual([]);
  expect(cookies.leaksIn(one)).toEqual(['set-cookie']);
});

test('a cookie that its session gets again stays a secret, but is no leak there', () => {
  const cookies = ofTwoLogins([one]);
  cookies.came([one], null, false);

  expect(cookies.leaksIn(one)).toEqual(['set-cookie']);
  expect(cookies.leaksIn(one, [one])).toEqual([]);
});

test.each(['conformance-user', 'Conformance%2Duser', 'cluster-01a'])('%s is a name', (name) => {
  const cookies = new CookieSecrets();
  cookies.isPlain(['conformance-user']);
  ofTwoLogins([name], cookies);

  expect(cookies.leaksIn(`The user ${name} is locked.`)).toEqual([]);
});
