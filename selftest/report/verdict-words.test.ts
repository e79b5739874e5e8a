import { expect, test } from 'vitest';
import { verdictLine } from '../../src/reports/forms/verdict-words.js';
import { planned, raw } from '../verdict/sample.js';
import { concerned } from '../waivers/sample.js';
import { sample } from './sample.js';

const failing = (...ids: readonly string[]) => ids.map((id) => raw(id, { kind: 'fail' }));

test('a waived must stands in the line, with the day on which the first of them ends', () => {
  const plan = { planned: ['area/one', 'area/two'].map((id) => planned(id)) };
  const one = concerned({ requirement: 'area/one', fits: ['area/one'], expires: '2026-12-31' });
  const two = concerned({ requirement: 'area/two', fits: ['area/two'], expires: '2026-12-01' });
  const line = (raws: ReturnType<typeof failing>, waivers: ReturnType<typeof concerned>[]) =>
    verdictLine(sample({ ...plan, raw: raws, waivers }));

  expect(line([...failing('area/one'), raw('area/two')], [one])).toBe(
    'conforms, with 1 waived until 2026-12-31 (2 of 2 MUST requirements checked)',
  );
  expect(line(failing('area/one', 'area/two'), [one, two])).toBe(
    'conforms, with 2 waived, the first until 2026-12-01 (2 of 2 MUST requirements checked)',
  );
  expect(line(failing('area/one', 'area/two'), [one])).toBe(
    'does not conform: 1 of 2 must failed, with 1 waived until 2026-12-31',
  );
  expect(line([raw('area/one'), raw('area/two')], [])).toBe('conforms (2 of 2 MUST requirements checked)');
});
