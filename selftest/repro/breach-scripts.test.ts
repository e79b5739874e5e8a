import { expect, test } from 'vitest';
import type { Breach } from '../../src/base/model/breach.js';
import { commandFor } from '../../src/reports/repro/breach-scripts.js';
import { type Given, holds } from './sh.js';

function shows(breach: Breach, given: Given): boolean {
  const command = commandFor(7, breach);
  if (typeof command !== 'string') throw new Error(command.why);
  return holds([command], [given]);
}

const ofSchema = { kind: 'schema', of: 'MFAConfig' } as const;
const member = (rule: Breach<'schema'>['rule'], pointer = '/enabled') => ({ ...ofSchema, pointer, rule });
const json = 'Content-Type: application/json; charset=utf-8';
const flag = member({ keyword: 'type', demands: ['boolean', 'null'], seen: 'string' });
const types = member({ keyword: 'type', demands: ['object'], seen: 'array' }, '/more');
const mode = member({ keyword: 'enum', demands: ['email', 'totp'], seen: 'string' }, '/mfaType');
const lacking = member({ keyword: 'required', demands: ['enabled'], seen: 'object' }, '');
const list = member({ keyword: 'type', demands: ['object'], seen: 'array' }, '');
const said: Breach = { kind: 'empty Error', status: 400 };
const noError: Breach = { kind: 'no Error', status: 404, seen: 'text/html' };
const key: Breach = { kind: 'unasked key' };
const missing = (name: Breach<'field missing'>['name'], status: number) =>
  ({ kind: 'field missing', name, status }) as const;

test.each<[Breach, faulty: Given, right: Given]>([
  [{ kind: 'wrong status', expected: 200, status: 202 }, { status: 202 }, {}],
  [{ kind: 'unexpected content', bytes: 2 }, { body: '{}' }, {}],
  [{ kind: 'miscoded', declared: null, seen: 'gzip' }, { body: '\x1f\x8b\x08' }, { body: '{}' }],
  [{ kind: 'renamed', name: 'mfaType', seen: 'mode' }, { body: '{"mode":1}' }, { body: '{"mfaType":1}' }],
  [
    { kind: 'media type', expected: 'application/json', seen: 'text/plain' },
    { fields: 'Content-Type: text/plain' },
    { fields: json },
  ],
  [flag, { body: '{"enabled": "yes"}' }, { body: '{ "enabled" : null, "in": {"enabled": "x"} }' }],
  [types, { body: '{"more":[]}' }, { body: '{"more":{"a":{"b":1}}}' }],
  [mode, { body: '{"mfaType":"email2"}' }, { body: '{"mfaType":"totp"}' }],
  [lacking, { body: '{"in":{"enabled":true}}' }, { body: '{"in":{"a":[{}]},"enabled":true}' }],
  [list, { body: '[{"enabled":true}]' }, { body: '{"enabled":true}' }],
  [{ kind: 'not JSON' }, { body: '{"a":1}x' }, { body: '{"a":1}' }],
  [{ kind: 'not JSON' }, { body: '{"a":NaN}' }, { body: '{"a":[-1.5e3,"NaN}x\\"",null,{}]}' }],
  [{ kind: 'not JSON' }, { body: '{"a":{"b":1}' }, { body: '[{"a":"b"}]' }],
  [{ kind: 'not JSON' }, { body: '{"a":1,}' }, { body: '"a,}"' }],
  [{ kind: 'not UTF-8' }, { body: Buffer.from([0x22, 0xff, 0x22]) }, { body: '"ä"' }],
  [{ kind: 'byte order mark' }, { body: '\ufeff{}' }, { body: '{}' }],
  [missing('Date', 200), {}, { fields: 'Date: Sun, 29 Nov 2026 10:00:00 GMT' }],
  [missing('WWW-Authenticate', 401), { status: 401 }, { status: 401, fields: 'WWW-Authenticate: Bearer' }],
  [missing('Allow', 405), { status: 405 }, { status: 405, fields: 'Allow:' }],
  [{ kind: 'redirect', status: 307 }, { status: 307 }, {}],
  [
    { kind: 'framing of 204', name: 'Content-Length', seen: '0' },
    { status: 204, fields: 'content-length: 0' },
    { status: 204 },
  ],
  [
    { kind: 'length of 204', seen: '17' },
    { status: 204, fields: 'Content-Length: 17' },
    { status: 204, fields: 'Content-Length: 0' },
  ],
  [key, { body: '{"totpUri":"otpauth://"}' }, { body: '{"totpUri":"","totpSecretKey":null}' }],
  [{ kind: 'storable secret' }, {}, { fields: 'Cache-Control: private, no-store' }],
  [{ kind: 'server error', mistake: 'an empty body', status: 500 }, { status: 503 }, { status: 400 }],
  [{ kind: 'connection closed', mistake: 'an empty body' }, { status: 0 }, { status: 400 }],
  [noError, { body: '<html>{"errorCode":1}</html>' }, { body: '{"errorCode":"E"}' }],
  [noError, {}, { body: '{"message":"m"}' }],
  [said, { body: '{"error":{"errorCode":"E","message":"m"}}' }, { body: '{"in":{"a":1},"message":"m"}' }],
  [said, { body: '{"errorCode":" ","message":null}' }, { body: '{"code":17}' }],
])('the command for a breach finds it, and not in a right answer: %j', (breach, faulty, right) => {
  expect(shows(breach, faulty)).toBe(true);
  expect(shows(breach, right)).toBe(false);
});

test.each<[Breach, RegExp]>([
  [{ kind: 'repeated member' }, /two members/],
  [{ kind: 'field malformed', name: 'Date' }, /dates/],
  [{ kind: 'endless Retry-After' }, /limits/],
  [{ kind: 'internals', status: 500, what: 'SQL' }, /person/],
  [{ kind: 'secret in body', secrets: ['mailed code'] }, /all secrets/],
  [{ kind: 'secret in URL', secret: 'apikey' }, /client/],
  [member({ keyword: 'type', demands: ['string'], seen: 'null' }, '/types/0'), /deeper/],
  [member({ keyword: 'required', demands: ['a'], seen: 'object' }, '/in'), /deeper/],
  [member({ keyword: 'pattern', demands: ['^a'], seen: 'string' }), /pattern/],
  [member({ keyword: 'type', demands: ['integer'], seen: 'number' }), /type/],
])('without a command for a breach, the reason is given: %j', (breach, why) => {
  expect(commandFor(7, breach)).toEqual({ why: expect.stringMatching(why) });
});
