import { expect, test } from 'vitest';
import { coverageUniverse } from '../../src/contract/openapi/coverage.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { CoverageCount } from '../../src/verdict/derive/coverage.js';
import { exchanged } from '../events/sample.js';

const contract = await loadContract('7.1.2_u3');

const seen = (operation: string | null, status: number | null, credential: string) =>
  exchanged({ operation, status, credential });

test('counts calls by operation, status and credential, and undocumented ones separately', () => {
  const count = new CoverageCount();
  for (const each of [
    seen('GetMFAConfig', 200, 'APIKeyHeader'),
    seen('GetMFAConfig', 200, 'APIKeyHeader'),
    seen('GetMFAConfig', 200, 'none'),
    seen('GetMFAConfig', 401, 'none'),
    seen('GetMFAConfig', 503, 'none'),
    seen('CreateSession', 201, 'none'),
    seen('GetMFAConfig', null, 'none'),
    seen(null, 404, 'none'),
  ])
    count.add(each);
  const { calls, otherCalls, responses } = count.of(coverageUniverse(contract));

  const met = Object.entries(calls ?? {}).filter(([, count]) => count > 0);
  expect(Object.fromEntries(met)).toEqual({
    'GetMFAConfig 200 APIKeyHeader': 2,
    'GetMFAConfig default none': 2,
    'CreateSession 201 none': 1,
  });
  expect(otherCalls).toEqual({ 'GetMFAConfig 200 none': 1 });
  expect(responses['GetMFAConfig 200']).toBe(3);
});

test('expects a success by each accepted credential, and a refusal also without any', () => {
  const { calls } = coverageUniverse(contract);

  expect(calls.filter((key) => key.startsWith('GetMFAConfig '))).toEqual([
    'GetMFAConfig 200 APIKeyHeader',
    'GetMFAConfig 200 Bearer',
    'GetMFAConfig default APIKeyHeader',
    'GetMFAConfig default Bearer',
    'GetMFAConfig default none',
  ]);
  // CreateSession needs no credential.
  expect(calls.filter((key) => key.startsWith('CreateSession '))).toEqual([
    'CreateSession 201 none',
    'CreateSession default none',
  ]);
});
