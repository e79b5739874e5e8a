import { setTimeout as pause } from 'node:timers/promises';
import { asObject, isObject, own } from '../json.js';
import type { OperationId } from '../operations/table.js';
import type { Fault } from '../seams.js';

const get: OperationId = 'GetMFAConfig';
const writes = ['UpdateMFAConfig', 'UpdateSupportMFAConfig'] as const;

/** What is asked for otherwise than documented, and answered as no server should. */
export const unknownFaults: readonly Fault[] = [
  {
    id: 'http/unknown-path-is-200',
    description: 'An unknown path is answered 200 with an empty object.',
    breaks: ['http/unknown-is-no-success'],
    apply: (seams) =>
      seams.refusal('any', (answer, { operation }) => {
        if (operation === null && answer.status === 404) Object.assign(answer, { status: 200, body: {} });
      }),
  },
  {
    id: 'http/unknown-method-is-200',
    description: 'A method that a path does not have is answered 200 with an empty object.',
    breaks: ['http/unknown-is-no-success'],
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status === 405) Object.assign(answer, { status: 200, headers: {}, body: {} });
      }),
  },
  {
    id: 'http/head-is-501',
    description: 'HEAD is answered 501.',
    breaks: ['http/head-is-no-server-error'],
    apply: (seams) =>
      seams.answer(get, (answer, { method }) => {
        if (method === 'HEAD') answer.status = 501;
      }),
  },
  {
    id: 'http/bytes-after-an-error',
    description: 'Bytes follow the 404 of an unknown path.',
    breaks: ['http/nothing-after-the-end'],
    apply: (seams) =>
      seams.wire('any', (answer, { operation }) => {
        if (operation === null && answer.status === 404) answer.raw = { after: Buffer.from('0\r\n\r\n') };
      }),
  },
  {
    id: 'http/two-lengths-of-an-error',
    description:
      'The 404 of an unknown path, where it ends the connection, has two Content-Length fields that differ.',
    breaks: ['http/nothing-after-the-end'],
    apply: (seams) =>
      seams.wire('any', (answer, { operation, headers }) => {
        // Client libraries take no such answer: wherever else it came, the run would not get further.
        if (operation !== null || answer.status !== 404 || headers.connection !== 'close') return;
        const length = answer.content?.length ?? 0;
        answer.raw = { framing: { 'content-length': [String(length), String(length + 1)] } };
      }),
  },
  {
    id: 'http/trace-echoes',
    description: 'TRACE answers the request as it came.',
    breaks: ['http/trace-shows-no-header'],
    apply: (seams) =>
      seams.answer('any', (answer, call) => {
        if (call.method !== 'TRACE') return;
        Object.assign(answer, { status: 200, headers: {}, body: { request: call.rawHeaders.join('\n') } });
      }),
  },
  {
    id: 'http/any-origin-with-credentials',
    description: 'Pages of any origin are allowed to read with credentials.',
    breaks: ['http/no-credentials-for-foreign-origins'],
    apply: (seams) =>
      seams.wire('any', (answer, { headers: { origin } }) => {
        if (origin === undefined) return;
        answer.headers['access-control-allow-origin'] = origin;
        answer.headers['access-control-allow-credentials'] = 'true';
      }),
  },
  {
    id: 'http/one-read-at-a-time',
    description: 'Of several GET /mfa-config at the same time all but one are answered 500.',
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
  {
    id: 'http/writes-of-any-media-type',
    description: 'The configurations are written whatever media type the body has.',
    breaks: ['http/writes-refuse-other-media-types'],
    apply: (seams) => seams.input(writes, (call) => void call.skip.add('media type')),
  },
  {
    id: 'http/deep-nesting-is-500',
    description: 'PUT /mfa-config answers 500 to a body that is nested deeply.',
    breaks: ['http/hostile-bodies-are-harmless', 'http/no-server-error-for-client-mistake'],
    apply: (seams) =>
      seams.answer('UpdateMFAConfig', (answer, { content }) => {
        if (content?.includes('[[[[[[[['))
          Object.assign(answer, {
            status: 500,
            body: { errorCode: 'KInternalError', message: 'An internal error came up.' },
          });
      }),
  },
  {
    id: 'http/deep-nesting-ends-the-connection',
    description: 'PATCH /support-user/mfa with a deeply nested body ends the connection.',
    breaks: ['http/hostile-bodies-are-harmless'],
    apply: (seams) =>
      seams.wire('UpdateSupportMFAConfig', (answer, { content }) => {
        if (content?.includes('[[[[[[[[')) answer.raw = { keep: 0 };
      }),
  },
  {
    id: 'http/prototype-is-written',
    description: 'PUT /mfa-config takes the members of __proto__ for its own.',
    breaks: ['http/hostile-bodies-are-harmless'],
    apply: (seams) =>
      seams.body('UpdateMFAConfig', (body) => {
        const proto = own(asObject(body), '__proto__');
        return isObject(proto) ? { ...asObject(body), ...proto } : body;
      }),
  },
  {
    id: 'http/405-allows-another',
    description: 'The Allow of a 405 names a method that the path does not have, and no other.',
    breaks: ['http/405-has-allow'],
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status === 405) answer.headers = { allow: 'TRACE' };
      }),
  },
  {
    id: 'http/undecodable-path-is-500',
    description: 'A path with a percent sign that encodes nothing is answered by 500.',
    breaks: ['http/no-server-error-for-client-mistake'],
    apply: (seams) =>
      seams.answer('any', (answer, call) => {
        if (call.path.includes('%zz'))
          Object.assign(answer, { status: 500, body: { errorCode: 'KInternal', message: 'Bad path.' } });
      }),
  },
];
