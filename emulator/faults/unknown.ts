import { setTimeout as pause } from 'node:timers/promises';
import { answers, bodies, inputs, refusals, replaces, wires } from '../deviations.js';
import { asObject, isObject, own } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { type Fault, faultsOf } from '../seams.js';

const get: OperationId = 'GetMFAConfig';
const writes = ['UpdateMFAConfig', 'UpdateSupportMFAConfig'] as const;

/** Wrong answers to requests that are not documented. */
export const unknownFaults: readonly Fault[] = faultsOf({
  'http/unknown-path-is-200': {
    description: 'An unknown path is answered 200 with an empty object.',
    breaks: ['http/unknown-is-no-success'],
    apply: refusals('any', (answer, { operation }) => {
      if (operation === null && answer.status === 404) Object.assign(answer, { status: 200, body: {} });
    }),
  },
  'http/unknown-method-is-200': {
    description: 'A method unknown to a path is answered 200 with an empty object.',
    breaks: ['http/unknown-is-no-success'],
    apply: replaces('any', 405, { status: 200, headers: {}, body: {} }),
  },
  'http/head-is-501': {
    description: 'HEAD is answered 501.',
    breaks: ['http/head-is-no-server-error'],
    apply: answers(get, (answer, { method }) => {
      if (method === 'HEAD') answer.status = 501;
    }),
  },
  'http/bytes-after-an-error': {
    description: 'Bytes follow the 404 of an unknown path.',
    breaks: ['http/nothing-after-the-end'],
    apply: wires('any', (answer, { operation }) => {
      if (operation === null && answer.status === 404) answer.raw = { after: Buffer.from('0\r\n\r\n') };
    }),
  },
  'http/refused-body-left-unread': {
    description: 'The body of a PUT without credentials is read as the next request on its connection.',
    breaks: ['http/refused-body-is-no-next-request'],
    apply: wires('UpdateMFAConfig', (answer, { headers }) => {
      if (answer.status === 401 && headers.connection === 'keep-alive')
        answer.raw = { after: Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n') };
    }),
  },
  'http/two-lengths-of-an-error': {
    description: 'A 404 that ends the connection has two different Content-Length fields.',
    breaks: ['http/nothing-after-the-end'],
    apply: wires('any', (answer, { operation, headers }) => {
      // Client libraries refuse such an answer, so elsewhere it would end the run.
      if (operation !== null || answer.status !== 404 || headers.connection !== 'close') return;
      const length = answer.content?.length ?? 0;
      answer.raw = { framing: { 'content-length': [String(length), String(length + 1)] } };
    }),
  },
  'http/trace-echoes': {
    description: 'TRACE answers with the request as received.',
    breaks: ['http/trace-shows-no-header'],
    apply: answers('any', (answer, call) => {
      if (call.method !== 'TRACE') return;
      Object.assign(answer, { status: 200, headers: {}, body: { request: call.rawHeaders.join('\n') } });
    }),
  },
  'http/any-origin-with-credentials': {
    description: 'Pages of any origin may read with credentials.',
    breaks: ['http/no-credentials-for-foreign-origins'],
    apply: wires('any', (answer, { headers: { origin } }) => {
      if (origin === undefined) return;
      answer.headers['access-control-allow-origin'] = origin;
      answer.headers['access-control-allow-credentials'] = 'true';
    }),
  },
  'http/one-read-at-a-time': {
    description: 'Of several concurrent GET /mfa-config all but one are answered 500.',
    breaks: ['http/parallel-reads-succeed'],
    apply: (seams) => {
      let busy = 0;
      seams.answer(get, async (answer) => {
        if (busy > 0 && answer.status === 200) {
          Object.assign(answer, { status: 500, body: { errorCode: 'KBusy', message: 'Busy.' } });
        }
        busy += 1;
        await pause(20);
        busy -= 1;
      });
    },
  },
  'http/writes-of-any-media-type': {
    description: 'Configurations are written whatever the media type of the body.',
    breaks: ['http/writes-refuse-other-media-types'],
    apply: inputs(writes, (call) => void call.skip.add('media type')),
  },
  'http/deep-nesting-is-500': {
    description: 'PUT /mfa-config answers 500 to a deeply nested body.',
    breaks: ['http/hostile-bodies-are-harmless', 'http/no-server-error-for-client-mistake'],
    apply: answers('UpdateMFAConfig', (answer, { content }) => {
      if (content?.includes('[[[[[[[['))
        Object.assign(answer, {
          status: 500,
          body: { errorCode: 'KInternalError', message: 'An internal error came up.' },
        });
    }),
  },
  'http/deep-nesting-ends-the-connection': {
    description: 'PATCH /support-user/mfa with a deeply nested body ends the connection.',
    breaks: ['http/hostile-bodies-are-harmless'],
    apply: wires('UpdateSupportMFAConfig', (answer, { content }) => {
      if (content?.includes('[[[[[[[[')) answer.raw = { keep: 0 };
    }),
  },
  'http/prototype-is-written': {
    description: 'PUT /mfa-config stores the members of __proto__ as its own.',
    breaks: ['http/hostile-bodies-are-harmless'],
    apply: bodies('UpdateMFAConfig', (body) => {
      const proto = own(asObject(body), '__proto__');
      return isObject(proto) ? { ...asObject(body), ...proto } : body;
    }),
  },
  'http/405-allows-another': {
    description: 'The Allow of a 405 names only a method that the path lacks.',
    breaks: ['http/405-has-allow'],
    apply: replaces('any', 405, { headers: { allow: 'TRACE' } }),
  },
  'http/undecodable-path-is-500': {
    description: 'A path with an invalid percent-encoding is answered 500.',
    breaks: ['http/no-server-error-for-client-mistake'],
    apply: answers('any', (answer, call) => {
      if (call.path.includes('%zz'))
        Object.assign(answer, { status: 500, body: { errorCode: 'KInternal', message: 'Bad path.' } });
    }),
  },
});
