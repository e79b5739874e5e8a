import { expect, test } from 'vitest';
import { CookieSecrets } from '../../src/target/connection/cookie-secrets.js';

const isLogin = true;
const [one, another] = ['Zk3vQ9x-T1mWb7Yc2LrE', 'pH8sNf0_dGq4Uj6Xa5Ko'];

test('a value that differs for each login is a secret', () => {
  const cookies = new CookieSecrets();
  cookies.came({ values: [one], owner: 'login 1', isLogin });
  expect(cookies.leaksIn(`X-Seen: ${one}`)).toEqual([]);

  cookies.came({ values: [another], owner: 'login 2', isLogin });

  expect(cookies.leaksIn(`X-Seen: ${one}`)).toEqual(['set-cookie']);
  expect(cookies.leaksIn(`X-Seen: ${another}`)).toEqual(['set-cookie']);
});

test('a value that another login gets too is no secret', () => {
  const cookies = new CookieSecrets();
  const node = 'node-01a.cluster.lab.example';
  cookies.came({ values: [one, node], owner: 'login 1', isLogin });
  cookies.came({ values: [another], owner: 'login 2', isLogin });
  expect(cookies.leaksIn(node)).toEqual(['set-cookie']);

  cookies.came({ values: [node], owner: 'request 3', isLogin: false });

  expect(cookies.leaksIn(node)).toEqual([]);
  expect(cookies.leaksIn(one)).toEqual(['set-cookie']);
});

test('a cookie that its session gets again stays a secret, but is no leak there', () => {
  const cookies = new CookieSecrets();
  cookies.came({ values: [one], owner: 'login 1', isLogin });
  cookies.came({ values: [another], owner: 'login 2', isLogin });
  cookies.came({ values: [one], owner: null, isLogin: false });

  expect(cookies.leaksIn(one)).toEqual(['set-cookie']);
  expect(cookies.leaksIn(one, [one])).toEqual([]);
});

test.each(['conformance-user', 'Conformance%2Duser', 'cluster-01a'])('%s is a name', (name) => {
  const cookies = new CookieSecrets();
  cookies.isPlain(['conformance-user']);
  cookies.came({ values: [name], owner: 'login 1', isLogin });
  cookies.came({ values: [another], owner: 'login 2', isLogin });

  expect(cookies.leaksIn(`The user ${name} is locked.`)).toEqual([]);
});
