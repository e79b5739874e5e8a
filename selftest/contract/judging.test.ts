import { describe, expect, test } from 'vitest';
import { releaseNames } from '../../src/base/model/releases.js';
import type { Answer, Mismatch } from '../../src/contract/openapi/contract.js';
import { loadContract } from '../../src/contract/openapi/load.js';
import type { OperationId } from '../../src/contract/openapi/operations.js';
import { allProperties, rawDocument } from './raw.js';

/** One value of each JSON type. No enumeration has any of them. */
const text = 'hunter2';
const samples = { boolean: true, number: 4711.5, string: text, array: [text], object: { a: text } };
type Kind = keyof typeof samples;
const kinds = Object.keys(samples).filter((kind): kind is Kind => kind in samples);

describe.each(releaseNames)('answers of %s', async (release) => {
  const contract = await loadContract(release);
  const document = rawDocument(release);
  const answers = [...contract.operations.values()]
    .flatMap(({ id, success, error }): { id: string; answer: Answer }[] => [
      { id, answer: success },
      { id: `${id} default`, answer: error },
    ])
    .filter(({ answer }) => answer.schemaName !== undefined);
  const properties = answers.flatMap(({ id, answer }) =>
    allProperties(document, answer.schemaName ?? '').map(([name, schema]) => ({ id, answer, name, schema })),
  );

  test('every schema compiles', () => {
    expect(() => contract.compileAll()).not.toThrow();
    expect(properties.length).toBeGreaterThan(40);
  });

  test('a property of another type is refused with its place', () => {
    for (const { id, answer, name, schema } of properties) {
      for (const kind of kinds.filter((one) => one !== schema.type)) {
        const found = answer.mismatches({ [name]: samples[kind] });

        const demands = [schema.type, ...(schema.nullable === true ? ['null'] : [])];
        const rule = { keyword: 'type', demands, seen: kind };
        expect(found, `${id} ${name} as ${kind}`).toEqual([{ instancePath: `/${name}`, rule }]);
      }
    }
  });

  test('null is accepted if the contract allows it, and only then', () => {
    for (const { id, answer, name, schema } of properties) {
      expect(answer.mismatches({ [name]: null }), `${id} ${name}`).toHaveLength(schema.nullable ? 0 : 1);
    }
  });

  test('each value of an enumeration is accepted, and no other', () => {
    const enumerations = properties.filter(({ answer, name }) => enumValues(answer, name).length > 0);
    expect(enumerations.length).toBeGreaterThan(2);

    for (const { id, answer, name, schema } of enumerations) {
      const wrap = (value: string) => ({ [name]: schema.type === 'array' ? [value] : value });
      for (const value of enumValues(answer, name)) expect(answer.mismatches(wrap(value)), value).toEqual([]);
      for (const value of ['hunter2', '', enumValues(answer, name)[0]?.toUpperCase() ?? '']) {
        expect(rules(answer.mismatches(wrap(value))), `${id} ${name}`).toEqual([
          expect.stringMatching(/^enum (?:email totp.*|kNotStarted.*) string$/),
        ]);
      }
    }
  });

  test('additional properties and absent ones are accepted', () => {
    for (const { id, answer } of answers) {
      expect(answer.mismatches({}), id).toEqual([]);
      expect(answer.mismatches({ somethingNew: { a: [1] } }), id).toEqual([]);
    }
  });

  test('an answer that is not an object is refused', () => {
    for (const { id, answer } of answers) {
      for (const value of [undefined, null, true, 1, 'text', []]) {
        expect(answer.mismatches(value).length, id).toBeGreaterThan(0);
      }
    }
  });

  test('an answer without content must have none', () => {
    const empty = [...contract.operations.values()].filter(({ success }) => success.status === 204);
    expect(empty.map(({ id }) => id)).toContain('UpdateMFAConfig');

    for (const { success } of empty) {
      expect([success.mediaType, success.schemaName]).toEqual([undefined, undefined]);
      expect(success.mismatches(undefined)).toEqual([]);
      expect(rules(success.mismatches({ enabled: true }))).toEqual(['content nothing object']);
    }
  });
});

describe('a mismatch', async () => {
  const contract = await loadContract('7.1.2_u3');
  const answerTo = (id: OperationId) => contract.operations.get(id)?.success;
  const requestOf = (id: OperationId) => contract.operations.get(id)?.request;

  test('names every part of an allOf at once', () => {
    const wrong = { enabled: 'yes', totpUri: null, mfaType: 'sms' };
    const found = answerTo('UpdateSupportMFAConfig')?.mismatches(wrong);

    expect(found?.map(({ instancePath, rule }) => [instancePath, rule.keyword]).sort()).toEqual([
      ['/enabled', 'type'],
      ['/mfaType', 'enum'],
      ['/totpUri', 'type'],
    ]);
  });

  test('names each item of an array', () => {
    const found = answerTo('GetMFAConfig')?.mismatches({ authenticationTypes: ['email', null, 'sms'] });

    expect(rules(found ?? [])).toEqual(['type string null', 'enum email totp salesforce string']);
    const types = '/authenticationTypes';
    expect(found?.map(({ instancePath }) => instancePath)).toEqual([`${types}/1`, `${types}/2`]);
  });

  test('never shows the value', () => {
    const secrets = ['hunter2', 4711.5, ['hunter2'], { hunter2: 'hunter2' }, { a: 4711.5 }];
    for (const { success, error, request } of contract.operations.values()) {
      for (const judge of [success, error, ...(request === undefined ? [] : [request])]) {
        const names =
          'properties' in judge ? judge.properties.map(({ pointer }) => pointer.slice(1)) : ['username'];
        const values = secrets.flatMap((secret) => [secret, ...names.map((name) => ({ [name]: secret }))]);
        const found = values.flatMap((value) => judge.mismatches(value));

        expect(found.length).toBeGreaterThan(0);
        expect(JSON.stringify(found)).not.toMatch(/hunter2|4711/);
      }
    }
  });

  test('of a request names what is required', () => {
    const found = requestOf('CreateAccessToken')?.mismatches({ domain: 'LOCAL' });

    expect(rules(found ?? [])).toEqual(['required username object', 'required password object']);
  });

  test('of a request reports a missing body only if one is required', () => {
    expect(rules(requestOf('UpdateMFAConfig')?.mismatches(undefined) ?? [])).toEqual([
      'content a body nothing',
    ]);
    expect(requestOf('CreateEmailOtp')?.required).toBe(false);
    expect(requestOf('CreateEmailOtp')?.mismatches(undefined)).toEqual([]);
    expect(requestOf('SendEmailOtp')).toBeUndefined();
  });
});

function enumValues(answer: Answer, name: string): readonly string[] {
  return answer.properties.find(({ pointer }) => pointer === `/${name}`)?.enumValues ?? [];
}

function rules(mismatches: readonly Mismatch[]): string[] {
  return mismatches.map(({ rule: { keyword, demands, seen } }) => [keyword, ...demands, seen].join(' '));
}
