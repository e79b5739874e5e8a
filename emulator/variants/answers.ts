import { randomUUID } from 'node:crypto';
import { Refusal } from '../call.js';
import { bodyChecks } from '../checks.js';
import { replaces } from '../deviations.js';
import { isObject, type Json, type JsonObject, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { conforms, type Variant, variantsOf } from '../seams.js';

const nullable: readonly (readonly [OperationId, readonly string[]])[] = [
  ['VerifySupportUserTotp', ['message']],
  ['GetSupportMFAConfig', ['mfaType', 'email']],
  ['UpdateSupportMFAConfig', ['mfaType', 'email']],
];

function withoutNulls(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function errors(id: string, description: string, change: (body: JsonObject) => Json): Variant {
  return {
    id,
    description,
    apply: (seams) =>
      seams.refusal('any', (answer) => isObject(answer.body) && { body: change(answer.body) }),
  };
}

const knownProperties: readonly (readonly [OperationId, readonly string[]])[] = [
  ['CreateEmailOtp', Object.keys(bodyChecks.emailOtp)],
  ['CreateTotpKey', Object.keys(bodyChecks.totpKey)],
  ['UpdateMFAConfig', Object.keys(bodyChecks.mfaConfig)],
  ['UpdateSupportMFAConfig', [...Object.keys(bodyChecks.supportMfa), 'otpVerificationState']],
  ['VerifySupportUserTotp', Object.keys(bodyChecks.verifyTotp)],
  ['CreateSession', Object.keys(bodyChecks.session)],
  ['CreateAccessToken', Object.keys(bodyChecks.accessToken)],
];

const single = variantsOf({
  'charset-missing': conforms()
    .says('Content-Type is application/json without a charset.')
    .wires('any', (answer) => {
      if (answer.content !== undefined) answer.headers['content-type'] = 'application/json';
    }),
  'refuses-with-422': conforms()
    .says('Invalid bodies are answered 422 instead of 400.')
    .with(replaces, 'any', 400, { status: 422 }),
  'refuses-with-403': conforms()
    .says('A missing or wrong credential is answered 403 without a challenge.')
    .with(replaces, 'any', 401, { status: 403, headers: {} }),
  'refuses-with-404': conforms()
    .says('A missing privilege is answered 404.')
    .with(replaces, 'any', 403, { status: 404 }),
  'optional-absent': conforms()
    .says('Answers leave out properties without a value.')
    .successes('any', withoutNulls),
  'optional-null': conforms()
    .says('Nullable properties without a value are null instead of absent or a default.')
    .by((seams) => {
      for (const [operation, names] of nullable) {
        seams.success(operation, (body) => ({
          ...Object.fromEntries(names.map((name) => [name, null])),
          ...body,
          ...(own(body, 'otpVerificationState') === 'kNotStarted' ? { otpVerificationState: null } : {}),
        }));
      }
    }),
  'extra-properties': conforms()
    .says('Answers have unknown properties, one of them with a new value each time.')
    .answers('any', (answer) => {
      if (isObject(answer.body)) {
        answer.body = { links: [], apiRevision: 3, requestId: randomUUID(), ...answer.body };
      }
    }),
  'types-in-any-order': conforms()
    .says('GET /mfa-config lists authenticationTypes in changing order.')
    .by((seams) => {
      let reads = 0;
      seams.show('GetMFAConfig', (body) => {
        const types = own(body, 'authenticationTypes');
        reads += 1;
        return Array.isArray(types) && reads % 2 === 1 && { authenticationTypes: types.toReversed() };
      });
    }),
  'members-in-any-order': conforms()
    .says('Every second answer has its members in another order.')
    .by((seams) => {
      let answers = 0;
      seams.answer('any', (answer) => {
        answers += 1;
        if (answers % 2 === 1 && isObject(answer.body))
          answer.body = Object.fromEntries(Object.entries(answer.body).reverse());
      });
    }),
  'messages-with-request-id': conforms()
    .says('The message of every Error contains a request id.')
    .refusals('any', (answer) => {
      if (!isObject(answer.body)) return;
      const message = own(answer.body, 'message');
      if (typeof message === 'string') {
        answer.body = { ...answer.body, message: `${message} (request ${randomUUID()})` };
      }
    }),
  'unknown-properties-rejected': conforms()
    .says('Bodies with unknown properties are refused.')
    .by((seams) => {
      for (const [operation, known] of knownProperties) {
        seams.body(operation, (body) => {
          if (isObject(body) && Object.keys(body).some((name) => !known.includes(name))) {
            throw new Refusal(400, 'KUnknownProperty', 'The body has an unknown property.');
          }
        });
      }
    }),
  'wrong-totp-is-4xx': conforms()
    .says('POST /support-user/verify-totp refuses a wrong code by 400.')
    .answers('VerifySupportUserTotp', (answer) => {
      if (!isObject(answer.body) || own(answer.body, 'success') !== false) return;
      answer.status = 400;
      answer.body = { errorCode: 'KInvalidOtp', message: 'The code is not valid.' };
    }),
  'address-in-part': conforms()
    .says("The support user's address is shown as two small letters and the domain.")
    .successes(['GetSupportMFAConfig', 'UpdateSupportMFAConfig'], (body) => {
      const address = text(body, 'email')?.toLowerCase();
      return address === undefined
        ? body
        : { ...body, email: address.replace(/^(.).*(.)@/, (_, first, last) => `${first}…${last}@`) };
    }),
});

export const answerVariants: readonly Variant[] = [
  ...single,
  errors('errors-with-message-only', 'Errors have a message only.', ({ message }) => ({
    message: message ?? null,
  })),
  errors('errors-with-code-only', 'Errors have an errorCode, and null for the rest.', (body) => ({
    ...Object.fromEntries(Object.keys(body).map((name) => [name, null])),
    errorCode: 'KRefused',
  })),
  {
    ...errors('errors-of-nulls', 'Errors have null for errorCode and for message.', () => ({
      errorCode: null,
      message: null,
    })),
    fails: ['http/errors-say-something'],
  },
];
