import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SideBySide } from '../../fixtures/side-by-side.js';
import { Roster } from '../../fixtures/users/roster.js';
import type { Lane } from '../../src/base/model/event.js';
import type { Uses } from '../../src/base/model/uses.js';
import { isLast, lanesOfAccounts, queueOf, slowPlace } from '../../src/contract/order/lanes.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { everything, usesOf } from '../../src/contract/requirements/uses.js';
import { readTarget } from '../../src/input/target-file/read.js';
import { nothingLearned } from '../../src/target/accounts/learned.js';
import { exitCode } from '../../src/verdict/derive/exit-code.js';
import { readEvents } from '../../src/verdict/events/log.js';
import { emulated } from '../cli/emulated.js';
import { performed } from '../cli/in-process.js';
import { httpServer, listen } from '../cli/servers.js';
import { folders, targetAt, temporaryFolder, verdictOf, writeTarget } from '../cli/suite.js';

const id = 'sessions/create-answers-201';

test.each<[Uses, string | undefined]>([
  [{}, 'cluster'],
  [{ cluster: 'set', users: 1, mail: true }, 'cluster'],
  [{ users: 2 }, 'cluster'],
  [{ cluster: 'on', users: 1, mail: true }, 'on'],
  [{ cluster: 'on', users: 1, support: 'set' }, 'on'],
  [{ cluster: 'read', users: 1, support: 'read' }, 'on'],
  [{ cluster: 'read', users: 1 }, 'on'],
  [{ cluster: 'off', users: 1 }, 'off'],
  [{ cluster: 'off', users: 1, support: 'read' }, undefined],
  [{ cluster: 'on', users: 2 }, 'cluster'],
  [{ cluster: 'on', users: 2, support: 'set' }, undefined],
  [{ support: 'set', mail: true }, 'support'],
  [{ support: 'read' }, 'support'],
  [{ cluster: 'read', support: 'read' }, undefined],
  [{ users: 1, support: 'set' }, undefined],
  [{ support: 'set', source: true }, undefined],
  [{ cluster: 'on', clock: true }, undefined],
  [everything, undefined],
])('a test that uses %j is of the queue %s', (uses, queue) => {
  expect(queueOf({ id, needs: [] }, uses)).toBe(queue);
});

test('most tests have a lane, and what locks accounts comes last', () => {
  const lanes = loadRequirements().map((each) => queueOf(each) ?? (isLast(each) ? 'last' : 'alone'));
  const count = (name: string) => lanes.filter((lane) => lane === name).length;

  expect(count('cluster')).toBeGreaterThan(80);
  expect(count('off')).toBeGreaterThan(15);
  expect(count('on')).toBeGreaterThan(95);
  expect(count('support')).toBeGreaterThan(130);
  expect(count('alone')).toBeLessThan(80);
  for (const each of loadRequirements().filter(({ needs }) => needs.includes('lockOut')))
    expect([each.id, queueOf(each)]).toEqual([each.id, undefined]);
  const wide = ({ cluster, users }: Uses) => cluster !== undefined || users !== undefined;
  expect(
    loadRequirements().filter((each) => queueOf(each) === 'support' && wide(usesOf(each.id))),
  ).toHaveLength(6);
});

test('with --slow, tests that do not touch the codes run while these grow old', () => {
  const places = loadRequirements().flatMap((each) => {
    const place = slowPlace(each);
    return place === undefined ? [] : [{ id: each.id, place, ...usesOf(each.id) }];
  });
  const placeOf = (id: string) => places.find((each) => each.id === id)?.place ?? 0;
  const untilSupport = places.filter(({ place }) => place < placeOf('support-email/code-expires'));
  const ofUsers = places.filter(({ place }) => place > 0 && place < placeOf('email-login/code-expires'));

  expect(untilSupport.length).toBeGreaterThan(10);
  expect(untilSupport.filter(({ support }) => support !== undefined)).toEqual([]);
  expect(ofUsers.length).toBeGreaterThan(10);
  const isIn = (cluster?: string) => [undefined, 'on'].includes(cluster);
  expect(ofUsers.filter(({ cluster, users = 0 }) => !isIn(cluster) || users > 1)).toEqual([]);
});

function runs() {
  const said: string[] = [];
  const ends = new Map<string, (fail?: Error) => void>();
  const run = (name: string) => () =>
    new Promise<string>((resolve, reject) => {
      said.push(`${name}+`);
      ends.set(name, (error) => {
        said.push(`${name}-`);
        if (error === undefined) resolve(name);
        else reject(error);
      });
    });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error);
    await settled();
  };
  return { said, run, end, settled };
}

test('one runs alone after those under way, and others wait for its end', async () => {
  const { said, run, end, settled } = runs();
  const order = new SideBySide();
  const all = [order.beside(run('a')), order.beside(run('b')), order.alone(run('c')), order.beside(run('d'))];
  const failed = order.alone(run('e')).catch(({ message }: Error) => message);
  await settled();

  await end('a');
  await end('b');
  await end('c');
  await end('d');
  await end('e', new Error('no'));

  expect(said).toEqual(['a+', 'b+', 'a-', 'b-', 'c+', 'c-', 'd+', 'd-', 'e+', 'e-']);
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
  expect(await failed).toBe('no');
  const last = order.beside(run('f'));
  await settled();
  await end('f');
  expect(await last).toBe('f');
});

const told = ({ requirement, lane, again }: { requirement: string; lane?: string; again?: true }) =>
  [requirement, lane ?? 'alone', ...(again ? ['again'] : [])].join(' ');

describe('beside others', () => {
  const ids = ['access/get-mfa-config-refuses-wrong-key', 'access/get-support-mfa-refuses-wrong-key'];

  /** A server that accepts a wrong key for support MFA `times` times. @param isBusy whether it throttles wrong keys */
  async function serverAccepting(times: number, isBusy: boolean): Promise<number> {
    let left = times;
    const server = httpServer((request, response) => {
      request.resume();
      const key = request.headers['apikey'];
      const isRight = key === 'ADMIN-KEY-OF-THE-TEST';
      const isLetIn =
        !isRight && key !== undefined && request.url?.endsWith('/support-user/mfa') === true && left > 0;
      if (isLetIn) left -= 1;
      const body = isRight || isLetIn ? { enabled: false } : { errorCode: 'KUnauthorized', message: 'no' };
      const head = { 'content-type': 'application/json', 'www-authenticate': 'apiKey' };
      const { authorization, 'session-id': session } = request.headers;
      const isAnonymous = [key, authorization, session].every((each) => !each);
      if (isBusy && !isRight && !isAnonymous) response.writeHead(503, { 'retry-after': '500' }).end();
      else response.writeHead(isRight || isLetIn ? 200 : 401, head).end(JSON.stringify(body));
    });
    return (await listen(server)).port;
  }

  async function run(times: readonly number[], { grep = ids, isBusy = false } = {}) {
    const folder = temporaryFolder();
    const names = times.map((_, at) => `lab-${at}`);
    const files: string[] = [];
    for (const [at, name] of names.entries()) {
      const content = {
        ...targetAt(`http://127.0.0.1:${await serverAccepting(times[at] ?? 0, isBusy)}/v2`, { name }),
        accounts: { admin: { apiKey: 'ADMIN-KEY-OF-THE-TEST' } },
        allow: { stateChanges: true },
      };
      files.push('-t', writeTarget(folder, content, `${name}.yaml`));
    }
    const few = ['--grep', grep.join(','), '--jobs', String(times.length), '--quiet'];
    await performed('run', ...files, ...few, ...folders(folder));
    return names.map((name) => {
      const verdict = verdictOf(folder, name);
      const events = readEvents(join(folder, 'out', name, 'events.jsonl'));
      const began = events.flatMap((event) => (event.type === 'test began' ? [told(event)] : []));
      const judged = verdict.outcomes.filter(({ id: each }) => ids.includes(each));
      const reasons = judged.map(({ outcome, reason }) => `${outcome} ${reason}`.trim());
      return { code: exitCode([verdict]), began, lanes: verdict.lanes, reasons };
    });
  }

  const [cluster, support] = ids;

  test('a failure counts if the test also fails alone, and is undecided if it passes alone', async () => {
    const [right, broken, once] = await run([0, 100, 1]);

    expect(new Set(right?.began)).toEqual(new Set([`${cluster} cluster`, `${support} support`]));
    expect(right?.lanes).toBe(2);
    expect(right?.reasons).toEqual(['pass', 'pass']);

    expect(broken?.code).toBe(1);
    expect(broken?.began.at(-1)).toBe(`${support} alone again`);
    expect(broken?.reasons).toEqual(['pass', expect.stringMatching(/^fail expected: a refusal/)]);

    expect(once?.code).toBe(3);
    expect(once?.reasons).toEqual(['pass', expect.stringMatching(/^inconclusive .* passed alone/)]);
  });

  test('after a few tests that stay undecided alone, the next ones run once', async () => {
    const grep = ['access/*-support-mfa-refuses-*', 'access/verify-totp-refuses-*'];
    const [{ code, began } = { code: 0, began: [] }] = await run([0], { grep, isBusy: true });

    expect(code).toBe(3);
    const again = began.filter((each) => each.endsWith('again'));
    expect(began.length - again.length).toBeGreaterThan(6);
    expect(again.length).toBe(3);
  });

  test.each(['0', '9', '12', '1.5', 'two', '-1', ''])('--lanes %j is refused in one line', async (lanes) => {
    const { code, stderr } = await performed('run', `--lanes=${lanes}`);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: option '--lanes <n>' .*Expected auto or a whole number from 1 to 8/);
  });
});

test.each([
  [4, 6, 4],
  [9, 6, 4],
  [4, 4, 2],
  [4, 3, 0],
  [1, 6, 0],
  [0, 1, 0],
])('accounts that fit: %i of them in %i lanes have %i of their own', (fit, lanes, expected) => {
  expect(lanesOfAccounts(fit, lanes)).toBe(expected);
});

const user = (username: string, more: object = { email: `${username}@lab.example` }) => ({
  username,
  password: `pass-of-${username}`,
  ...more,
});
const accounts = {
  admin: user('admin'),
  viewer: user('viewer'),
  other: user('bob', { email: 'bob@lab.example', mfaExempt: true }),
  more: [user('ann'), user('shares', { email: 'Viewer@lab.example' }), user('unmailed', {}), user('eve')],
};
const unfit = ['bob', 'shares', 'unmailed', 'admin'];

test.each<[Lane | undefined, string[], string[]]>([
  [undefined, [], ['bob', 'viewer', 'ann', 'shares', 'unmailed', 'eve', 'admin']],
  ['account 1', [], ['viewer', ...unfit]],
  ['account 2', [], ['ann', ...unfit]],
  ['account 3', [], ['eve', ...unfit]],
  ['account 3', ['eve'], [...unfit, 'eve']],
])('accounts that fit in lane %s, used up %j, tests act as %j', (lane, usedUp, expected) => {
  const target = readTarget(writeTarget(temporaryFolder(), targetAt('http://h/v2', { accounts })), {});
  const running = { requirement: id, lane, parts: [] };
  const roster = new Roster(target, nothingLearned, running, ({ username }) => usedUp.includes(username));

  expect(roster.allWithPassword().map(({ username }) => username)).toEqual(expected);
});

test('accounts that fit have a lane each, and log in only there', async () => {
  const folder = temporaryFolder();
  const file = await emulated(folder, 'lab', { accounts: 2 }, { clock: undefined });

  const grep = 'email-login/refuses-*,email-login/*-voids-*,ways-in/*email-code*-opens-nothing';

  await performed('run', '-t', file, '--grep', grep, ...folders(folder));

  const { lanes, outcomes } = verdictOf(folder);
  const others = outcomes.filter(({ outcome }) => outcome !== 'pass');
  expect(others.map(({ id, reason }) => [id, reason])).toEqual([]);
  const laneOf = new Map<string, string | undefined>();
  const users = new Map<string, Set<string>>();
  for (const event of readEvents(join(folder, 'out', 'lab', 'events.jsonl'))) {
    if (event.type === 'test began') laneOf.set(event.requirement, event.lane);
    const lane = laneOf.get(event.type === 'exchange' ? event.requirement : '');
    if (event.type !== 'exchange' || lane === undefined) continue;
    // Some tests write the name in capitals, or with its domain.
    const [, username] = /"username":"([\w-]+)/.exec(event.exchange.request.body?.toLowerCase() ?? '') ?? [];
    if (username !== undefined) users.set(lane, (users.get(lane) ?? new Set()).add(username));
  }
  expect(Object.fromEntries([...users].map(([lane, names]) => [lane, [...names]]))).toMatchObject({
    'account 1': ['bob'],
    'account 2': ['viewer'],
    'account 3': ['more-1'],
    'account 4': ['more-2'],
  });
  expect(lanes).toBe(5);
});
