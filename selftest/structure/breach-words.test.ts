import { describe, expect, test } from 'vitest';
import type { Breach, BreachKind } from '../../src/base/model/breach.js';
import { actual, expected } from '../../src/base/wording/breach.js';
import { avoidedIn, expectLogged, expectNowhere } from './words.js';

const ofSchema = { kind: 'schema', of: 'MFAConfig' } as const;
const schema = (rule: Breach<'schema'>['rule'], pointer = '/enabled') => ({ ...ofSchema, pointer, rule });

const samples: { readonly [Kind in BreachKind]: Breach<Kind> } = {
  'wrong status': { kind: 'wrong status', expected: 200, status: 202 },
  'unexpected content': { kind: 'unexpected content', bytes: 12 },
  'media type': { kind: 'media type', expected: 'application/json', seen: null },
  schema: schema({ keyword: 'required', demands: ['enabled'], seen: 'object' }, ''),
  'not JSON': { kind: 'not JSON' },
  'not UTF-8': { kind: 'not UTF-8' },
  'byte order mark': { kind: 'byte order mark' },
  miscoded: { kind: 'miscoded', declared: 'br', seen: null },
  renamed: { kind: 'renamed', name: 'mfaType', seen: 'mode' },
  'not stored': { kind: 'not stored', name: 'enabled' },
  'wrong code opens': { kind: 'wrong code opens' },
  'repeated member': { kind: 'repeated member' },
  'contrary members': { kind: 'contrary members' },
  'field missing': { kind: 'field missing', name: 'Allow', status: 405 },
  'field malformed': { kind: 'field malformed', name: 'Retry-After' },
  'endless Retry-After': { kind: 'endless Retry-After' },
  redirect: { kind: 'redirect', status: 307 },
  'framing of 204': { kind: 'framing of 204', name: 'Content-Length', seen: '0' },
  'length of 204': { kind: 'length of 204', seen: '17' },
  'unasked key': { kind: 'unasked key' },
  'storable secret': { kind: 'storable secret' },
  'server error': { kind: 'server error', mistake: 'an empty body', status: 500 },
  'connection closed': { kind: 'connection closed', mistake: 'an empty body' },
  'no Error': { kind: 'no Error', status: 404, seen: 'text/html' },
  'empty Error': { kind: 'empty Error', status: 400 },
  internals: { kind: 'internals', status: 500, what: 'a stack trace' },
  'secret in body': { kind: 'secret in body', secrets: ['password', 'session id'] },
  'secret in head': { kind: 'secret in head', secret: 'mailed code', place: 'x-otp' },
  'secret in URL': { kind: 'secret in URL', secret: 'apikey' },
  'unexpected request body': { kind: 'unexpected request body' },
};

const breaches: readonly Breach[] = [
  ...Object.values(samples),
  { kind: 'media type', expected: 'application/json', seen: 'text/plain' },
  { kind: 'field malformed', name: 'Date' },
  { kind: 'no Error', status: 404, seen: null },
  schema({ keyword: 'type', demands: ['integer', 'null'], seen: 'array' }),
  schema({ keyword: 'enum', demands: ['email', 'totp'], seen: 'string' }, '/authenticationTypes/0'),
  schema({ keyword: 'enum', demands: ['email', 'totp'], seen: 'null' }),
  schema({ keyword: 'additionalProperties', demands: ['false'], seen: 'object' }),
  schema({ keyword: 'minLength', demands: ['1'], seen: 'string' }),
];
const sentences = breaches.flatMap((breach) => [expected(breach), actual(breach)]);

describe('findings in answers', () => {
  test.each(breaches.map((breach) => [expected(breach), actual(breach)]))('%s %s', (should, is) => {
    expect(should).not.toBe(is);
    for (const sentence of [should, is]) {
      expect(sentence).toMatch(/^[A-Z][^.;]*(?:\.\w[^.;]*)*\.$/);
      expect(sentence.split(' ').length).toBeLessThanOrEqual(25);
      expect(avoidedIn(sentence)).toEqual([]);
    }
  });

  test.each(breaches)('are written to the log and read again: $kind', (breach) => {
    expectLogged({ type: 'finding', exchange: 0, requirement: 'area/one', breach });
  });

  test('are read from their kind, and from no sentence', () => {
    const byPattern = "if (/^The answer has status (\\d+)/.test(text)) return 'x';";

    expectNowhere(readerOf, ['src', 'fixtures'], [byPattern, "message.startsWith('The answer has no ')"]);
  });
});

/** Code that searches a breach's sentence: patterns that match one, and texts of at least two words in one. */
function readerOf(source: string): string[] {
  const patterns = [
    ...source.matchAll(/(?<=[([,=:&|!] ?)\/(?![/*])((?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\n])+)\/([a-z]*)/g),
  ]
    .filter(([, pattern = '']) => /[a-z]{2} [a-z]{2}/i.test(pattern))
    .map(([all, pattern = '', flags = '']) => [all, new RegExp(pattern, flags.replace('g', ''))] as const);
  const texts = [...source.matchAll(/\.(?:startsWith|endsWith|includes|indexOf)\('([^'\n]+ [^'\n]+)'/g)];
  return [
    ...patterns.filter(([, pattern]) => sentences.some((each) => pattern.test(each))).map(([all]) => all),
    ...texts.filter(([, part = '']) => sentences.some((each) => each.includes(part))).map(([all]) => all),
  ];
}
