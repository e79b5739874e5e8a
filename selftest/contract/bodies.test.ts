import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { type AnswerField, fieldsOf, type RequestBody } from '../../src/contract/openapi/bodies.js';
import { sourceAt } from '../structure/sources.js';

test('the types are generated from the documents', () => {
  const script = join(packageRoot(), 'scripts', 'generate-contract-types.mjs');
  const fresh = execFileSync(process.execPath, [script, '--print'], { encoding: 'utf8' });

  const { text } = sourceAt('src/contract/openapi/generated/bodies.ts');
  expect(text, 'run npm run generate').toBe(fresh);
});

// The compiler checks these: `npm run types`.
test('a body of the contract has its properties and no others', () => {
  expectTypeOf<{ totpCode: string }>().toExtend<RequestBody<'VerifySupportUserTotp'>>();
  expectTypeOf<{ totpCode: number }>().not.toExtend<RequestBody<'VerifySupportUserTotp'>>();
  expectTypeOf<RequestBody<'CreateSession'>>().not.toHaveProperty('pin');
  expectTypeOf<RequestBody<'SendEmailOtp'>>().toBeNever();
});

test('a body of a request has no read-only properties', () => {
  expectTypeOf<RequestBody<'UpdateSupportMFAConfig'>>().not.toHaveProperty('isQuorumManaged');
  expectTypeOf<'isQuorumManaged'>().toExtend<AnswerField<'GetSupportMFAConfig'>>();
});

test('a body of the contract names all members of answers, errors included', () => {
  expectTypeOf<AnswerField<'CreateSession'>>().toEqualTypeOf<
    'sessionId' | 'errorCode' | 'message' | 'taskLogId'
  >();
  expect(fieldsOf<'CreateSession'>({ sessionId: 5 }).sessionId).toBe(5);
  expect(fieldsOf<'CreateSession'>(['sessionId'])).toEqual({});
  expect(fieldsOf<'CreateSession'>(undefined)).toEqual({});
});
