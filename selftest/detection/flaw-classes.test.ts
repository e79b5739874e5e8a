import { describe, expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import { variants } from '../../emulator/variants/index.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { combinations } from './combinations.js';
import { flawClasses } from './flaw-classes.js';

const knownFaults = new Map(faults.map((fault) => [fault.id, fault]));
const knownRequirements = new Set<string>(loadRequirements().map(({ id }) => id));
const covered = flawClasses.filter(({ notApplicable }) => notApplicable === undefined);

describe('the classes of public flaws', () => {
  test('name each published flaw once, by an id of a catalogue of flaws', () => {
    const ids = flawClasses.flatMap((each) => each.ids);

    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(
      ids.filter((id) => !/^(?:CVE-\d{4}-\d{4,}|GHSA(?:-[a-z0-9]{4}){3}|GO-\d{4}-\d{4}|CWE-\d+)$/.test(id)),
    ).toEqual([]);
    expect(flawClasses.filter((each) => each.ids.length === 0)).toEqual([]);
  });

  test.each(covered.map((each) => [each.flaw, each] as const))('%s: is noticed', (_flaw, each) => {
    expect(each.requirements).not.toEqual([]);
    expect(each.faults).not.toEqual([]);
    expect(each.faults.filter((id) => !knownFaults.has(id))).toEqual([]);
    expect(each.requirements.filter((id) => !knownRequirements.has(id))).toEqual([]);
  });

  test('have conforming variants near known faults', () => {
    const near = variants.flatMap((variant) => variant.near ?? []);

    expect(near.length).toBeGreaterThan(0);
    expect(near.filter((id) => !knownFaults.has(id))).toEqual([]);
  });

  test('say why there is no requirement', () => {
    const others = flawClasses.filter((each) => !covered.includes(each));

    expect(others.filter((each) => (each.notApplicable ?? '').length < 10)).toEqual([]);
    expect(others.flatMap((each) => [...each.requirements, ...each.faults])).toEqual([]);
  });
});

test('each variant is in a combination', () => {
  const tried = new Set(combinations.flat());

  expect(variants.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
});
