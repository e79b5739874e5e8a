import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defined } from '../../src/base/defined.js';
import type { Lane } from '../../src/base/model/event.js';
import type { Uses } from '../../src/base/model/uses.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { requirementById } from '../../src/contract/requirements/catalogue.js';
import { everything, notAllowed, usesFile, usesOf } from '../../src/contract/requirements/uses.js';
import { Recorder } from '../../src/target/connection/recorder.js';
import { Scope } from '../../src/target/connection/scope.js';
import { readEvents } from '../../src/verdict/events/log.js';
import { right, wholeRun } from '../detection/whole-run.js';
import { usesByOperations, usesIn } from './uses.js';

const rows: Readonly<Record<string, Uses | null>> = JSON.parse(readFileSync(usesFile, 'utf8'));

test('rows name what the operations of their requirements touch: npm run generate -- uses writes them', () => {
  const lacking = Object.entries(rows).flatMap(([id, row]) => {
    const missing = notAllowed(row ?? everything, usesByOperations(requirementById(id)));
    return missing === undefined ? [] : [`${id}: ${missing}`];
  });

  expect(lacking).toEqual([]);
});

test('tests of a run touch only what their rows name, adopted exchanges included', async () => {
  // The scope refuses a request that the test's row does not allow, so the test would be inconclusive.
  const { out } = await wholeRun(right);

  const used = usesIn(readEvents(join(out, right.name, 'events.jsonl')));
  expect([...used].flatMap(([id, uses]) => notAllowed(usesOf(id), uses) ?? [])).toEqual([]);
  expect(used.size).toBeGreaterThan(380);
}, 1_800_000);

test.each<readonly [Uses, Uses, string | undefined]>([
  [{ cluster: 'read' }, { cluster: 'read' }, undefined],
  [{ cluster: 'read' }, { cluster: 'off' }, 'cluster: off'],
  [{ cluster: 'on' }, { cluster: 'off' }, 'cluster: off'],
  [{ cluster: 'set' }, { cluster: 'on' }, undefined],
  [{ cluster: 'set' }, { support: 'read' }, 'support: read'],
  [{ support: 'read' }, { support: 'set' }, 'support: set'],
  [{ support: 'set' }, { users: 1 }, 'users: 1'],
  // A row with users also allows other accounts, mail and switches of cluster MFA, as logins differ.
  [{ users: 1 }, { users: 2, mail: true, cluster: 'set' }, undefined],
  [{ users: 1 }, { support: 'read' }, 'support: read'],
  [{ support: 'set' }, { mail: true }, undefined],
  [{ support: 'read' }, { mail: true }, 'mail'],
  [{}, { clock: true }, 'clock'],
  [{}, { source: true }, 'source'],
  [everything, everything, undefined],
])('a row of %j and a touch of %j: %s', (row, touch, missing) => {
  expect(notAllowed(row, touch)).toBe(missing);
});

test('a scope refuses what the row of its test does not name, but nothing outside tests', () => {
  const allowed = (id: string): Uses => (id === 'a/b' ? { support: 'read' } : everything);
  new Scope('', allowed).demand({ cluster: 'set' });
  const scope = new Scope('a/b', allowed);
  scope.demand({ support: 'read' });

  expect(() => scope.demand({ support: 'set' })).toThrow(
    'the test of a/b touches what its row in spec/uses.json does not name (support: set)',
  );
  expect(() => scope.logsIn('bob')).toThrow('(cluster: read)');
  expect(scope.touched).toEqual({ support: 'read' });
  const other = new Scope('a/c', allowed);
  other.logsIn('bob');
  other.logsIn('bob');
  expect(other.touched).toEqual({ cluster: 'read', users: 1 });
  other.logsIn('root', 'admin');
  expect(other.touched).toEqual({ cluster: 'read', users: 3 });
});

test('alone, a test may touch more than its row names: some targets need other preparations', async () => {
  const recorder = new Recorder(await loadContract('7.1.2_u3'));
  const touched = (lane?: Lane) =>
    recorder.during({ requirement: 'support-mfa/get-answers-200', ...defined({ lane }) }, async () => {
      recorder.scope.demand({ cluster: 'set' });
      return recorder.scope.touched;
    });

  await expect(touched('support')).rejects.toThrow('(cluster: set)');
  expect(await touched()).toEqual({ cluster: 'set' });
});
