import { describe, expect, test } from 'vitest';
import type { EventBody } from '../../src/base/model/event.js';
import type { RawOutcome } from '../../src/base/model/results.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import { HarCheck } from '../../src/target/har/check.js';
import { parseEntry } from '../../src/target/har/entry.js';
import { RunFold } from '../../src/verdict/derive/fold.js';
import { entryOf, type Recorded, root } from './recording.js';

const contract = await loadContract('7.1.2_u3');

function check(...recorded: readonly Recorded[]) {
  const fold = new RunFold();
  const at = '2026-01-01T00:00:00.000Z';
  const harCheck = new HarCheck(contract, (event) => fold.take({ ...event, at }));
  recorded.forEach((each, index) => {
    harCheck.take(parseEntry(entryOf(each), 'recording.har'), `log.entries[${index}]`);
  });
  const { facts, judged, roots } = harCheck;
  return { facts, judged, roots, outcomes: () => fold.outcomes(root) };
}

function outcome(checked: ReturnType<typeof check>, id: string): RawOutcome | undefined {
  return checked.outcomes().find((each) => each.id === id);
}

const wrongPut: Recorded = { method: 'PUT', requestBody: { enabled: 'yes' } };
const serverError: Recorded = { ...wrongPut, status: 500, text: '{"errorCode":"E","message":"m"}' };
const echoing: Recorded = {
  method: 'POST',
  url: `${root}/users/sessions`,
  requestBody: { username: 'u', password: 'correct-horse-9' },
  status: 401,
  text: '{"errorCode":"E","message":"correct-horse-9 is wrong"}',
};

describe('a recorded answer', () => {
  test('that fits the contract passes the shown requirements and leaves the rest open', () => {
    const harCheck = check({});

    expect(outcome(harCheck, 'mfa-config/get-answers-200')?.kind).toBe('pass');
    expect(outcome(harCheck, 'http/has-date')?.kind).toBe('pass');
    expect(outcome(harCheck, 'mfa-config/put-answers-204')).toBeUndefined();
    expect(outcome(harCheck, 'http/errors-are-error')).toBeUndefined();
  });

  test.each<[string, Recorded, string, string]>([
    ['of a wrong type', { text: '{"enabled":"no"}' }, 'mfa-config/get-answers-200', '/enabled'],
    ['of a wrong status', { status: 202 }, 'mfa-config/get-answers-200', 'The answer has status 202.'],
    ['of no JSON', { text: 'oops' }, 'http/one-json-text', 'not one whole JSON text'],
    ['of a malformed error', { status: 400, text: '{"message":5}' }, 'http/errors-are-error', '/message'],
    ['without a Date', { headers: { 'Content-Type': 'application/json' } }, 'http/has-date', 'no Date'],
    ['of 500 to a wrong body', serverError, 'http/no-server-error-for-client-mistake', 'with 500.'],
    ["that shows the request's password", echoing, 'security/no-secret-echoed', 'password'],
  ])('%s fails its requirement', (_, recorded, id, words) => {
    const failed = outcome(check(recorded), id);

    expect(failed?.kind).toBe('fail');
    expect(failed?.reason).toContain('log.entries[0]: ');
    expect(failed?.reason).toContain(words);
    expect(failed?.exchanges).toHaveLength(1);
  });

  test('is not judged by omitted content, headers or bytes', () => {
    const harCheck = check({ text: undefined, size: 17, headers: {} });

    expect(harCheck.outcomes().filter(({ kind }) => kind === 'fail')).toEqual([]);
    expect(outcome(harCheck, 'mfa-config/get-answers-200')).toBeUndefined();
    expect(outcome(harCheck, 'http/has-date')).toBeUndefined();
    expect(outcome(harCheck, 'http/utf-8')).toBeUndefined();
    expect(harCheck.facts['entriesSkipped']).toMatchObject({ notRecorded: 1 });
  });

  test('as bytes shows mistakes that a text hides', () => {
    const text = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"enabled":false}')]);
    const harCheck = check({ text: text.toString('base64'), encoding: 'base64' });

    expect(outcome(harCheck, 'http/no-bom')?.kind).toBe('fail');
  });

  test('of 204 declares no content by a repeated length of 0', () => {
    const harCheck = check({ method: 'PUT', status: 204, text: '', headers: { 'Content-Length': '0, 0' } });

    expect(outcome(harCheck, 'http/no-length-of-204')?.kind).not.toBe('fail');
    expect(outcome(harCheck, 'http/no-framing-of-204')?.kind).toBe('fail');
  });

  test('that never came, or comes from the cache, is not judged', () => {
    const harCheck = check({ status: 0 }, { status: 304 });

    expect(harCheck.judged).toBe(0);
    expect(harCheck.facts['entriesSkipped']).toMatchObject({ noAnswer: 2 });
  });
});

test('a recorded request that breaks the contract is reported separately from the answer', () => {
  const harCheck = check({ ...wrongPut, status: 204 });

  expect(outcome(harCheck, 'recording/requests-fit-the-contract')?.reason).toContain('body/enabled');
  expect(outcome(harCheck, 'mfa-config/put-answers-204')?.kind).toBe('pass');
});

test('a recorded request with a credential in its URL is reported without the value', () => {
  const harCheck = check({ url: `${root}/mfa-config?apiKey=sesame-open-42&x=1` });
  const failed = outcome(harCheck, 'recording/credentials-in-headers');

  expect(failed?.reason).toMatch(/^actual: log\.entries\[0\]: The URL holds apiKey\.$/m);
  expect(JSON.stringify(harCheck.outcomes())).not.toContain('sesame');
  expect(harCheck.facts['secretsInRecording']).toEqual({ apiKey: ['request URL'] });
});

const recorded: Recorded = {
  method: 'POST',
  url: `${root}/totp-key`,
  requestHeaders: { apiKey: 'the-api-key-77', Cookie: 'sid=abc' },
  requestBody: { totpKeyName: 'n' },
  status: 201,
  text: '{"totpKeyId":"1","totpSecretKey":"JBSWY3DPEHPK3PXP","totpUri":"otpauth://totp/x?secret=JBSWY3DPEHPK3PXP","id":5}',
  headers: {},
};

test('secrets of a recording are reported by kind and place', () => {
  expect(check(recorded).facts['secretsInRecording']).toEqual({
    apikey: ['request header'],
    cookie: ['request header'],
    'TOTP secret': ['response body'],
    'TOTP URI': ['response body'],
  });
});

test('secrets of a recording show in no outcome, even of later entries', () => {
  const later = { text: '{"enabled":"the-api-key-77"}' };
  const said = JSON.stringify(check(recorded, later).outcomes());

  expect(said).toContain('mfa-config/get-answers-200');
  expect(said).not.toContain('the-api-key-77');
  expect(said).not.toContain('JBSWY3DPEHPK3PXP');
});

test('secrets of one entry are found in the answer of another', () => {
  const harCheck = check(recorded, { text: '{"enabled":false,"note":"the-api-key-77"}' });

  expect(outcome(harCheck, 'security/no-secret-echoed')?.reason).toContain('log.entries[1]');
});

test.each([
  [`${root}/support-user/send-email-otp`, 'SendSupportEmailOtp'],
  [`${root}/send-email-otp`, 'SendEmailOtp'],
  ['http://[::1]:8443/gw/v2/send-email-otp?regionId=1', 'SendEmailOtp'],
])('URLs: %s is %s', (url, operation) => {
  const seen: EventBody[] = [];
  const harCheck = new HarCheck(contract, (event) => void seen.push(event));
  harCheck.take(parseEntry(entryOf({ method: 'POST', url, status: 204 }), 'x'), 'log.entries[0]');

  expect(seen).toContainEqual(expect.objectContaining({ exchange: expect.objectContaining({ operation }) }));
});

const foreign = ['https://other.example/mfa-config', 'data:text/plain,x', `${root}/mfa-configs`];

test.each(foreign)('URLs: %s is not a call of the API', (url) => {
  const harCheck = check({ url });

  expect(harCheck.judged).toBe(0);
  expect(harCheck.facts['entriesSkipped']).toMatchObject({ otherUrls: 1 });
});

test('URLs of several roots are reported, most calls first', () => {
  const other = 'https://b.example/v2/mfa-config';

  expect(check({ url: other }, {}, {}).roots).toEqual([root, 'https://b.example/v2']);
});

test('many breaches are counted, few are shown', () => {
  const many = Array.from({ length: 40 }, () => ({ text: '{"enabled":1}' }));
  const failed = outcome(check(...many), 'mfa-config/get-answers-200');

  expect(failed?.reason.split('\n')).toHaveLength(7);
  expect(failed?.reason).toContain('and 35 more');
  expect(failed?.exchanges).toHaveLength(5);
});
