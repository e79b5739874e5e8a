import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { WireAnswer } from '../call.js';
import { replaces, sendsRaw } from '../deviations.js';
import { isObject, own } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { breaks, type Fault, faultsOf, type Seams, type Which } from '../seams.js';

const mailing = [
  ['CreateEmailOtp', 'email-otp'],
  ['SendEmailOtp', 'send-email-otp'],
  ['SendSupportEmailOtp', 'support-email-otp'],
] as const satisfies readonly (readonly [OperationId, string])[];

/** Operations that answer 500 if they can't read the body. */
const unread = [
  ['CreateSession', 'sessions', 'malformed-json'],
  ['CreateAccessToken', 'access-tokens', 'malformed-json'],
  ['CreateAccessToken', 'access-tokens', 'missing-body'],
] as const satisfies readonly (readonly [OperationId, string, string])[];

function compress(
  seams: Seams,
  which: Which,
  headers: Readonly<Record<string, string>>,
  isMeant: (answer: WireAnswer) => boolean = () => true,
): void {
  seams.wire(which, (answer, call) => {
    if (answer.content === undefined || !isMeant(answer)) return;
    if (!call.headers['accept-encoding']?.includes('gzip')) return;
    answer.content = gzipSync(answer.content);
    answer.headers = { ...answer.headers, ...headers };
  });
}

/** Deviations in framing and header fields. Client libraries hide them, so only raw bytes show them. */
const framing = faultsOf({
  'http/content-on-refused-head': breaks('http/head-has-no-content')
    .says('HEAD /mfa-config without a credential is refused with content.')
    .wires('GetMFAConfig', (answer, call) => {
      if (call.method === 'HEAD' && answer.status >= 400) answer.raw = { contentOnHead: true };
    }),
  'http/compressed-204': breaks('http/no-content-after-204')
    .says('The empty content of a 204 is sent as gzip where the request accepts it.')
    .wires('any', (answer, { headers }) => {
      if (answer.status !== 204 || !headers['accept-encoding']?.includes('gzip')) return;
      answer.headers = { ...answer.headers, 'content-encoding': 'gzip' };
      answer.raw = { after: gzipSync(Buffer.alloc(0)) };
    }),
  'http/errors-compressed-undeclared': breaks('http/content-is-coded-as-declared')
    .says('Errors are sent as gzip without Content-Encoding where the request accepts gzip.')
    .with(compress, 'any', {}, ({ status }) => status >= 400),
  'http/plain-declared-compressed': breaks('http/content-is-coded-as-declared')
    .says('GET /mfa-config declares Content-Encoding br on request, yet sends plain content.')
    .wires('GetMFAConfig', (answer, { headers, method }) => {
      if (answer.content !== undefined && method === 'GET' && headers['accept-encoding']?.includes('br'))
        answer.headers = { ...answer.headers, 'content-encoding': 'br', vary: 'Accept-Encoding' };
    }),
  'http/compressed-without-vary': breaks('http/coded-answers-vary')
    .says('GET /mfa-config is sent as gzip without Vary where the request accepts gzip.')
    .with(compress, 'GetMFAConfig', { 'content-encoding': 'gzip' }),
  'http/head-of-another-length': breaks('http/head-has-length-of-get')
    .says('HEAD /mfa-config has a Content-Length other than that of GET.')
    .wires('GetMFAConfig', (answer, call) => {
      if (call.method === 'HEAD') answer.raw = { framing: { 'content-length': '2' } };
    }),
  'http/odd-retry-after': breaks('http/retry-after-is-readable')
    .says('A method unknown to a path is answered 429 with a Retry-After in words.')
    .with(replaces, 'any', 405, { status: 429, headers: { 'retry-after': 'soon' } }),
  'http/retry-after-of-a-century': breaks('http/retry-after-is-readable')
    .says('A method unknown to a path is answered 429 with a Retry-After of a hundred years.')
    .with(replaces, 'any', 405, { status: 429, headers: { 'retry-after': String(100 * 366 * 86_400) } }),
  'http/support-secret-may-be-stored': breaks('http/secrets-are-not-stored')
    .says('PATCH /support-user/mfa to totp lacks Cache-Control no-store.')
    .with(replaces, 'UpdateSupportMFAConfig', 200, { headers: {} }),
  'http/access-token-may-be-stored': breaks('http/secrets-are-not-stored')
    .says('POST /access-tokens lacks Cache-Control no-store.')
    .with(replaces, 'CreateAccessToken', 201, { headers: {} }),
});

export const wireFaults: readonly Fault[] = [
  ...framing,
  ...mailing.flatMap(([operation, slug]) =>
    faultsOf({
      [`http/content-after-204-of-${slug}`]: breaks(`http/no-content-after-204-of-${slug}`)
        .says(`${operation} sends {} after the header section of its 204.`)
        .with(sendsRaw, operation, 204, { after: Buffer.from('{}') }),
    }),
  ),
  ...unread.flatMap(([operation, area, what]) =>
    faultsOf({
      [`http/${area}-${what}-is-500`]: breaks(`${area}/refuses-${what}`)
        .says(`${operation} answers 500 for a ${what.replace('-', ' ')}.`)
        .refusals(operation, (answer, call) => {
          const isMissing = call.content?.length === 0;
          const isUnread = call.body === undefined && isMissing === (what === 'missing-body');
          if (answer.status === 400 && isUnread) answer.status = 500;
        }),
    }),
  ),
];

const writes = ['UpdateMFAConfig', 'UpdateSupportMFAConfig'] as const;

export const unknownFaults: readonly Fault[] = faultsOf({
  'http/unknown-path-is-200': breaks('http/unknown-is-no-success')
    .says('An unknown path is answered 200 with an empty object.')
    .refusals('any', (answer, { operation }) => {
      if (operation === null && answer.status === 404) Object.assign(answer, { status: 200, body: {} });
    }),
  'http/unknown-method-is-200': breaks('http/unknown-is-no-success')
    .says('A method unknown to a path is answered 200 with an empty object.')
    .with(replaces, 'any', 405, { status: 200, headers: {}, body: {} }),
  'http/head-is-501': breaks('http/head-is-no-server-error')
    .says('HEAD is answered 501.')
    .answers('GetMFAConfig', (_answer, { method }) => method === 'HEAD' && { status: 501 }),
  'http/bytes-after-an-error': breaks('http/nothing-after-the-end')
    .says('Bytes follow the 404 of an unknown path.')
    .wires('any', (answer, { operation }) => {
      if (operation === null && answer.status === 404) answer.raw = { after: Buffer.from('0\r\n\r\n') };
    }),
  'http/refused-body-left-unread': breaks('http/refused-body-is-no-next-request')
    .says('The body of a PUT without credentials is read as the next request on its connection.')
    .wires('UpdateMFAConfig', (answer, { headers }) => {
      if (answer.status === 401 && headers.connection === 'keep-alive')
        answer.raw = { after: Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n') };
    }),
  'http/two-lengths-of-an-error': breaks('http/nothing-after-the-end')
    .says('A 404 that ends the connection has two different Content-Length fields.')
    .wires('any', (answer, { operation, headers }) => {
      // Client libraries refuse an answer with two lengths. In answers to documented requests, that would end the run.
      if (operation !== null || answer.status !== 404 || headers.connection !== 'close') return;
      const length = answer.content?.length ?? 0;
      answer.raw = { framing: { 'content-length': [String(length), String(length + 1)] } };
    }),
  'http/trace-echoes': breaks('http/trace-shows-no-header')
    .says('TRACE answers with the request as received.')
    .answers('any', (answer, call) => {
      if (call.method !== 'TRACE') return;
      Object.assign(answer, { status: 200, headers: {}, body: { request: call.rawHeaders.join('\n') } });
    }),
  'http/any-origin-with-credentials': breaks('http/no-credentials-for-foreign-origins')
    .says("CORS lets pages of any origin read with the user's credentials.")
    .wires('any', (answer, { headers: { origin } }) => {
      if (origin === undefined) return;
      answer.headers['access-control-allow-origin'] = origin;
      answer.headers['access-control-allow-credentials'] = 'true';
    }),
  'http/one-read-at-a-time': breaks('http/parallel-reads-succeed')
    .says('If several GET /mfa-config are concurrent, all but one get 500.')
    .by((seams) => {
      let busy = 0;
      seams.answer('GetMFAConfig', async (answer) => {
        if (busy > 0 && answer.status === 200) {
          Object.assign(answer, { status: 500, body: { errorCode: 'KBusy', message: 'Busy.' } });
        }
        busy += 1;
        await pause(20);
        busy -= 1;
      });
    }),
  'http/writes-of-any-media-type': breaks('http/writes-refuse-other-media-types')
    .says('A write with a body of any media type is accepted.')
    .inputs(writes, (call) => void call.skip.add('media type')),
  'http/deep-nesting-is-500': breaks('http/hostile-bodies-are-harmless')
    .and('http/no-server-error-for-client-mistake')
    .says('PUT /mfa-config answers 500 to a deeply nested body.')
    .answers('UpdateMFAConfig', (answer, { content }) => {
      if (content?.includes('[[[[[[[['))
        Object.assign(answer, {
          status: 500,
          body: { errorCode: 'KInternalError', message: 'An internal error came up.' },
        });
    }),
  'http/deep-nesting-ends-the-connection': breaks('http/hostile-bodies-are-harmless')
    .and('http/no-server-error-for-client-mistake')
    .says('PATCH /support-user/mfa with a deeply nested body ends the connection.')
    .wires('UpdateSupportMFAConfig', (answer, { content }) => {
      if (content?.includes('[[[[[[[[')) answer.raw = { keep: 0 };
    }),
  'http/prototype-is-written': breaks('http/hostile-bodies-are-harmless')
    .says('PUT /mfa-config stores the members of __proto__ as its own.')
    .edits('UpdateMFAConfig', (body) => {
      const proto = own(body, '__proto__');
      return isObject(proto) && { ...proto };
    }),
  'http/405-allows-another': breaks('http/405-has-allow')
    .says('The Allow of a 405 names only a method that the path lacks.')
    .with(replaces, 'any', 405, { headers: { allow: 'TRACE' } }),
  'http/undecodable-path-is-500': breaks('http/no-server-error-for-client-mistake')
    .says('A path with an invalid percent-encoding is answered 500.')
    .answers('any', (answer, call) => {
      if (call.path.includes('%zz'))
        Object.assign(answer, { status: 500, body: { errorCode: 'KInternal', message: 'Bad path.' } });
    }),
});
