import { randomUUID } from 'node:crypto';
import { Refusal } from '../call.js';
import { bodyChecks } from '../checks.js';
import { isObject, type Json, type JsonObject, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import type { Variant } from '../seams.js';

/** Properties that may be null, by the operation that answers them. */
const nullable: readonly (readonly [OperationId, readonly string[]])[] = [
  ['VerifySupportUserTotp', ['message']],
  ['GetSupportMFAConfig', ['mfaType', 'email']],
  ['UpdateSupportMFAConfig', ['mfaType', 'email']],
];

function withoutNulls(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

/** Changes the Error of every refusal. */
function errors(id: string, description: string, change: (body: JsonObject) => Json): Variant {
  return {
    id,
    description,
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (isObject(answer.body)) answer.body = change(answer.body);
      }),
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

export const answerVariants: readonly Variant[] = [
  {
    id: 'charset-missing',
    description: 'Content-Type is application/json without a charset.',
    apply: (seams) =>
      seams.wire('any', (answer) => {
        if (answer.content !== undefined) answer.headers['content-type'] = 'application/json';
      }),
  },
  {
    id: 'refuses-with-422',
    description: 'What is wrong with a body is answered by 422 instead of 400.',
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status === 400) answer.status = 422;
      }),
  },
  {
    id: 'refuses-with-403',
    description: 'A missing or wrong credential is answered by 403, without a challenge.',
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status !== 401) return;
        answer.status = 403;
        answer.headers = {};
      }),
  },
  {
    id: 'refuses-with-404',
    description: 'A missing privilege is answered by 404.',
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status === 403) answer.status = 404;
      }),
  },
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
  {
    id: 'optional-absent',
    description: 'Properties without a value are left out.',
    apply: (seams) => seams.success('any', withoutNulls),
  },
  {
    id: 'optional-null',
    description: 'Nullable properties without a value are null instead of absent or of a default.',
    apply: (seams) => {
      for (const [operation, names] of nullable) {
        seams.success(operation, (body) => ({
          ...Object.fromEntries(names.map((name) => [name, null])),
          ...body,
          ...(own(body, 'otpVerificationState') === 'kNotStarted' ? { otpVerificationState: null } : {}),
        }));
      }
    },
  },
  {
    id: 'extra-properties',
    description: 'Answers have properties that the document does not know; one of them is new each time.',
    apply: (seams) =>
      seams.answer('any', (answer) => {
        if (isObject(answer.body)) {
          answer.body = { links: [], apiRevision: 3, requestId: randomUUID(), ...answer.body };
        }
      }),
  },
  {
    id: 'types-in-any-order',
    description: 'GET /mfa-config lists authenticationTypes in another order each time.',
    apply: (seams) => {
      let reads = 0;
      seams.success('GetMFAConfig', (body) => {
        const types = own(body, 'authenticationTypes');
        reads += 1;
        return Array.isArray(types) && reads % 2 === 1
          ? { ...body, authenticationTypes: types.toReversed() }
          : body;
      });
    },
  },
  {
    id: 'members-in-any-order',
    description: 'The members of every second answer stand in another order.',
    apply: (seams) => {
      let answers = 0;
      seams.answer('any', (answer) => {
        answers += 1;
        if (answers % 2 === 1 && isObject(answer.body))
          answer.body = Object.fromEntries(Object.entries(answer.body).reverse());
      });
    },
  },
  {
    id: 'messages-with-request-id',
    description: 'The message of every Error names the request by an id.',
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (!isObject(answer.body)) return;
        const message = own(answer.body, 'message');
        if (typeof message === 'string') {
          answer.body = { ...answer.body, message: `${message} (request ${randomUUID()})` };
        }
      }),
  },
  {
    id: 'unknown-properties-rejected',
    description: 'Bodies with properties that the document does not know are refused.',
    apply: (seams) => {
      for (const [operation, known] of knownProperties) {
        seams.body(operation, (body) => {
          if (isObject(body) && Object.keys(body).some((name) => !known.includes(name))) {
            throw new Refusal(400, 'KUnknownProperty', 'The body has an unknown property.');
          }
          return body;
        });
      }
    },
  },
  {
    id: 'wrong-totp-is-4xx',
    description: 'POST /support-user/verify-totp refuses a wrong code by 400.',
    apply: (seams) =>
      seams.answer('VerifySupportUserTotp', (answer) => {
        if (!isObject(answer.body) || own(answer.body, 'success') !== false) return;
        answer.status = 400;
        answer.body = { errorCode: 'KInvalidOtp', message: 'The code is not valid.' };
      }),
  },
  {
    id: 'address-in-part',
    description: 'Of the address of the support user two letters and the domain are shown, in small letters.',
    apply: (seams) =>
      seams.success(['GetSupportMFAConfig', 'UpdateSupportMFAConfig'], (body) => {
        const address = text(body, 'email')?.toLowerCase();
        return address === undefined
          ? body
          : { ...body, email: address.replace(/^(.).*(.)@/, (_, first, last) => `${first}…${last}@`) };
      }),
  },
];
