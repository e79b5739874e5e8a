import { expect, test } from 'vitest';
import { undocumentedIn } from '../../src/contract/openapi/coverage.js';
import { loadContract } from '../../src/contract/openapi/load.js';

const contract = await loadContract('7.1.2_u3');

const both = { mfaType: 'sms', otpVerificationState: 'kSuccess' };
const types = (...authenticationTypes: string[]) => ({ authenticationTypes });

test.each<[string, Parameters<typeof undocumentedIn>[1], number, unknown, string[]]>([
  ['nothing in a documented answer', 'GetMFAConfig', 200, { enabled: true, ...types('totp') }, []],
  ['nothing in no object', 'GetMFAConfig', 200, [1], []],
  ['a property of a success', 'GetMFAConfig', 200, { links: { self: 1 } }, ['GetMFAConfig 200 /links']],
  ['a property of an Error', 'GetMFAConfig', 404, { code: 5 }, ['GetMFAConfig default /code']],
  ['a value', 'GetSupportMFAConfig', 200, both, ['SupportMfaConfigInfo.mfaType=sms']],
  ['one of a list', 'GetMFAConfig', 200, types('email', 'sms'), ['MfaConfigInfo.authenticationTypes=sms']],
  ['nothing of a status that the document does not name', 'GetMFAConfig', 206, { links: 1 }, []],
  ['nothing of an answer without a schema', 'SendEmailOtp', 204, { links: 1 }, []],
])('finds %s', (_, operation, status, body, expected) => {
  expect(undocumentedIn(contract, operation, status, body)).toEqual(expected);
});

test('keeps to the first twenty of one answer', () => {
  const body = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`more${at}`, at]));

  expect(undocumentedIn(contract, 'GetMFAConfig', 200, body)).toHaveLength(20);
});
