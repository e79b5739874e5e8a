import { expect, test, vi } from 'vitest';
import { loadRequirements, requirementById } from '../../src/contract/requirements/catalogue.js';
import type { RequirementId } from '../../src/contract/requirements/uses.js';
import { testsInOrder } from '../cli/tests-here.js';
import { sourcesIn } from './sources.js';

vi.stubEnv('MFA_TARGET', 'not-read-for-this.yaml');
const listed = await testsInOrder();
vi.unstubAllEnvs();

test('each test covers one requirement, and each requirement is covered by one test', () => {
  const known = loadRequirements().map(({ id }) => id);

  expect(listed.toSorted()).toEqual(known.sort());
});

test('nothing follows the tests that leave accounts locked', () => {
  const locks = (id: RequirementId) => requirementById(id).needs.includes('lockOut');
  const after = listed.slice(listed.findIndex(locks)).filter((id) => !locks(id));

  expect(after).toEqual(['email-otp/sending-is-limited', 'support-email/sending-is-limited']);
});

const files = sourcesIn('cli', 'src', 'fixtures', 'tests', 'emulator');

test('the sources: keep every file within 400 lines', () => {
  const written = files.filter(({ text }) => !text.startsWith('// Generated'));
  const long = written.filter(({ text }) => text.split('\n').length > 400);

  expect(long.map(({ path }) => path)).toEqual([]);
});

test('the sources: keep nothing of a run for the next run of the process', () => {
  const keeping = sourcesIn('tests').filter(({ text }) =>
    /^let |^const \w+(?:: .*)? = (?:new (?:Map|Set)\b.*\(\)|\[\]|\{\});$/m.test(text),
  );

  expect(keeping.map(({ path }) => path)).toEqual([]);
});

test('the sources: focus, skip or excuse no test', () => {
  const marked = sourcesIn('tests', 'selftest').filter(({ text }) =>
    /\b(?:test|it|describe)\.(?:\w+\.)*(?:only|skip|fixme|fail|fails|todo)\b/.test(text),
  );

  expect(marked.map(({ path }) => path)).toEqual([]);
});
