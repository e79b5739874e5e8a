import type { WireAnswer } from '../call.js';
import { header } from '../credentials.js';
import { leavesOut, replaces, sendsRaw } from '../deviations.js';
import { isObject, type Json, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';

const get: OperationId = 'GetMFAConfig';
const put: OperationId = 'UpdateMFAConfig';
const html = '<html><body><h1>Something went wrong</h1></body></html>';

function asPage(answer: WireAnswer, content: string): void {
  answer.headers['content-type'] = 'text/html; charset=utf-8';
  answer.content = Buffer.from(content);
}

function bytesOf(seams: Seams, operation: OperationId, change: (bytes: Buffer) => Buffer): void {
  seams.wire(operation, (answer) => {
    if (answer.status === 200 && answer.content !== undefined) answer.content = change(answer.content);
  });
}

/** Adds a second `enabled`: equal to the first one if `isSame`, else its opposite. */
const enabledTwice = (seams: Seams, isSame: boolean) =>
  bytesOf(seams, get, (bytes) => {
    const isOn = bytes.includes('"enabled":true');
    return Buffer.concat([Buffer.from(`{"enabled":${isOn === isSame},`), bytes.subarray(1)]);
  });

export const httpFaults: readonly Fault[] = faultsOf({
  'http/content-after-204': breaks('http/no-content-after-204')
    .says('PUT /mfa-config sends the configuration after its 204 if it changed something.')
    .by((seams) => {
      let isChange = false;
      seams.wrap('storeCluster', (storeCluster, before, wanted, world) => {
        isChange = JSON.stringify(before) !== JSON.stringify(wanted);
        return storeCluster(before, wanted, world);
      });
      seams.wire(put, ({ status }, { body = null }) => {
        return status === 204 && isChange && { raw: { after: Buffer.from(JSON.stringify(body)) } };
      });
    }),
  'http/content-length-on-204': breaks('http/no-framing-of-204')
    .says('The 204 of PUT /mfa-config has a Content-Length.')
    .with(sendsRaw, put, 204, { framing: { 'content-length': '0' } }),
  'http/length-of-content-on-204': breaks('http/no-length-of-204')
    .says('The 204 of PUT /mfa-config has the Content-Length of content that does not follow.')
    .with(sendsRaw, put, 204, { framing: { 'content-length': '17' } }),
  'http/chunked-204': breaks('http/no-transfer-encoding-of-204', 'http/no-content-after-204')
    .says('The 204 of PUT /mfa-config has a Transfer-Encoding and an empty chunk after it.')
    .with(sendsRaw, put, 204, {
      framing: { 'transfer-encoding': 'chunked' },
      after: Buffer.from('0\r\n\r\n'),
    }),
  'http/success-without-content-type': breaks('mfa-config/get-answers-200')
    .says('GET /mfa-config has no Content-Type.')
    .wires(get, (answer) => {
      if (answer.status !== 200) return;
      const { 'content-type': _left, ...headers } = answer.headers;
      return { headers, raw: {} };
    }),
  'http/success-as-text': breaks('mfa-config/get-answers-200')
    .says('GET /mfa-config declares its content as text/plain.')
    .wires(get, (answer) => {
      if (answer.status === 200) answer.headers['content-type'] = 'text/plain; charset=utf-8';
    }),
  'http/error-as-text': breaks('http/error-is-declared-json')
    .says('Errors are JSON, but declared as text/plain.')
    .wires('any', (answer) => {
      if (answer.status >= 400) answer.headers['content-type'] = 'text/plain; charset=utf-8';
    }),
  'http/errors-in-html': breaks('http/errors-are-error')
    .says('Errors are HTML pages.')
    .wires('any', (answer) => {
      if (answer.status >= 400) asPage(answer, html);
    }),
  'http/errors-without-content': breaks('http/errors-are-error')
    .says('Errors have no content.')
    .answers('any', (answer) => answer.status >= 400 && { body: undefined }),
  'http/errors-of-another-schema': breaks('http/errors-are-error')
    .says('Errors have a number as errorCode and an object as message.')
    .refusals('any', (answer) => {
      answer.body = {
        errorCode: answer.status,
        message: { text: text(answer.body, 'message') ?? '' },
      };
    }),
  'http/errors-say-nothing': breaks('http/errors-say-something')
    .says('Errors are empty objects.')
    .refusals('any', () => ({ body: {} })),
  'http/bad-input-is-500': breaks('http/no-server-error-for-client-mistake')
    .says('Every invalid body is answered 500 with an Error.')
    .with(replaces, 'any', 400, { status: 500 }),
  'http/bad-input-is-500-in-html': breaks('http/no-server-error-for-client-mistake', 'http/errors-are-error')
    .says('Every invalid body is answered 500 with an HTML page.')
    .by((seams) => {
      replaces(seams, 'any', 400, { status: 500 });
      seams.wire('any', (answer) => {
        if (answer.status === 500) asPage(answer, '<html><h1>500 Internal Server Error</h1></html>');
      });
    }),
  'http/connection-dropped-on-bad-json': breaks('http/no-server-error-for-client-mistake')
    .says('PUT /mfa-config closes the connection on malformed JSON.')
    .wires('UpdateMFAConfig', (answer, call) => {
      if (answer.status === 400 && call.body === undefined && call.content?.length !== 0)
        answer.raw = { keep: 0 };
    }),
  'http/bom': breaks('http/no-bom')
    .says('GET /mfa-config begins its JSON with a byte order mark.')
    .with(bytesOf, get, (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])),
  'http/not-utf-8': breaks('http/utf-8')
    .says('GET /support-user/mfa sends a Latin-1 letter in its JSON.')
    .with(bytesOf, 'GetSupportMFAConfig', (bytes) =>
      Buffer.concat([Buffer.from('{"note":"caf\xe9",', 'latin1'), bytes.subarray(1)]),
    ),
  'http/duplicate-members': breaks('http/unique-members')
    .says('GET /mfa-config has two members named enabled.')
    .with(enabledTwice, true),
  'http/contrary-members': breaks('http/repeated-members-agree', 'http/unique-members')
    .says('GET /mfa-config has two members named enabled with different values.')
    .with(enabledTwice, false),
  'http/text-after-json': breaks('http/one-json-text')
    .says('GET /mfa-config has text after its JSON.')
    .with(bytesOf, get, (bytes) => Buffer.concat([bytes, Buffer.from('\n-- \nok')])),
  'http/json-cut-short': breaks('http/one-json-text')
    .says('GET /support-user/mfa ends in the middle of its JSON.')
    .with(bytesOf, 'GetSupportMFAConfig', (bytes) => bytes.subarray(0, bytes.length - 4)),
  'http/content-on-head': breaks('http/head-has-no-content')
    .says('HEAD /mfa-config is answered with content.')
    .wires(get, (_answer, call) => call.method === 'HEAD' && { raw: { contentOnHead: true } }),
  'http/401-without-challenge': breaks('access/wrong-token-has-bearer-challenge')
    .says('A 401 has no WWW-Authenticate.')
    .with(replaces, 'any', 401, { headers: {} }),
  'http/405-without-allow': breaks('http/405-has-allow')
    .says('A 405 has no Allow.')
    .with(replaces, 'any', 405, { headers: {} }),
  'http/any-media-type': breaks('http/refuses-other-media-types', 'http/writes-refuse-other-media-types')
    .says('A body of any media type is read as JSON.')
    .inputs('any', (call) => void call.skip.add('media type')),
  'http/no-date': breaks('http/has-date').says('Answers have no Date.').with(leavesOut, 'date'),
  'http/redirects': breaks('http/no-redirect')
    .says('GET /support-user/mfa redirects to the same path with a trailing slash.')
    .answers(
      'GetSupportMFAConfig',
      (answer, call) =>
        answer.status === 200 && { status: 307, headers: { location: `${call.path}/` }, body: undefined },
    ),
  'http/secrets-may-be-stored': breaks('http/secrets-are-not-stored')
    .says('Answers with secrets lack Cache-Control no-store.')
    .with(leavesOut, 'cache-control'),
  'security/password-in-error': breaks('security/no-secret-echoed')
    .says('A refused login repeats the password in its message.')
    .refusals(['CreateSession', 'CreateEmailOtp', 'CreateAccessToken'], (answer, call) => {
      const password = text(call.body, 'password');
      if (password !== undefined && isObject(answer.body)) {
        answer.body = { ...answer.body, message: `The password ${password} is wrong.` };
      }
    }),
  'security/malformed-body-in-error': breaks('security/no-secret-echoed')
    .says('The refusal of malformed JSON repeats the body.')
    .refusals('any', (answer, { content }) => {
      if (text(answer.body, 'errorCode') !== 'KMalformedJson') return;
      return { body: { errorCode: 'KMalformedJson', message: `Not valid JSON: ${content}` } };
    }),
  'security/key-in-answer': breaks('security/no-secret-echoed')
    .says('GET /mfa-config repeats the API key of the request.')
    .shows(get, (_body, call) => {
      const key = header(call, 'apikey');
      return key !== undefined && { requestedWith: key };
    }),
  'security/key-in-another-answer': breaks('security/no-secret-echoed')
    .says('GET /totp-key shows the last key that the target made.')
    .by((seams) => {
      let body: Json | undefined;
      seams.success('CreateTotpKey', (made) => {
        body = made;
      });
      seams.answer('any', (_answer, { method, path }) => {
        if (method === 'GET' && path.endsWith('/totp-key')) return { status: 200, headers: {}, body };
      });
    }),
  'security/stack-trace-in-error': breaks('security/errors-show-no-internals')
    .says('Errors show a stack trace.')
    .refusals('any', (answer) => {
      if (!isObject(answer.body)) return;
      const message = text(answer.body, 'message') ?? '';
      answer.body = {
        ...answer.body,
        message: `Error: ${message}\n    at handle (/opt/cluster/api/src/handler.js:42:13)\n    at run (/opt/cluster/api/src/server.js:7:5)`,
      };
    }),
  'security/stack-trace-on-a-page': breaks('security/errors-show-no-internals')
    .says('Malformed JSON is answered with an HTML page that shows a stack trace.')
    .wires('any', (answer) => {
      const trace = '\tat org.example.Reader.read(Reader.java:42)';
      if (answer.content?.includes('KMalformedJson') === true)
        asPage(answer, `<html><h1>400 Bad Request</h1><pre>${trace}</pre></html>`);
    }),
});

/** Secrets in header fields and reason phrases, both of which servers log. */
export const headFaults: readonly Fault[] = faultsOf({
  'security/mailed-code-in-header': breaks('security/no-secret-in-head')
    .says('POST /email-otp returns the mailed code in a header field.')
    .answers('CreateEmailOtp', (answer, _call, { state }) => {
      const code = state.mailCodes.at(-1)?.code;
      if (answer.status === 204 && code !== undefined) answer.headers['x-otp'] = code;
    }),
  'security/totp-secret-in-header': breaks('security/no-secret-in-head')
    .says('PATCH /support-user/mfa also returns a new secret in a header field.')
    .answers('UpdateSupportMFAConfig', (answer) => {
      const secret = text(answer.body, 'totpSecretKey');
      if (secret !== undefined) answer.headers['x-totp-secret'] = secret;
    }),
  'security/key-in-header': breaks('security/no-secret-in-head')
    .says('GET /mfa-config repeats the API key of the request in a header field.')
    .answers('GetMFAConfig', (answer, call) => {
      const key = header(call, 'apikey');
      if (key !== undefined) answer.headers['x-requested-by'] = key;
    }),
  'security/password-in-reason-phrase': breaks('security/no-secret-in-head')
    .says('A refused login repeats the password in its reason phrase.')
    .wires('CreateSession', (answer, call) => {
      const password = text(call.body, 'password');
      if (answer.status === 401 && password !== undefined)
        answer.raw = { reason: `Wrong password ${password}` };
    }),
  'security/session-in-link': breaks('security/no-secret-in-head')
    .says('POST /users/sessions returns a Link with the new session id in its query.')
    .answers('CreateSession', (answer) => {
      const id = text(answer.body, 'sessionId');
      if (id !== undefined) answer.headers['link'] = `</v2/mfa-config?session-id=${id}>; rel="related"`;
    }),
  'security/session-in-redirect': breaks('security/no-secret-in-head')
    .says('POST /send-email-otp returns a Location that contains the session id.')
    .answers('SendEmailOtp', (answer, call) => {
      const id = header(call, 'session-id');
      if (id !== undefined) answer.headers['location'] = `/login?session-id=${id}`;
    }),
});

export const tlsFaults: readonly Fault[] = faultsOf({
  'tls/old-versions': breaks('tls/no-old-versions')
    .says('Connections of TLS 1.0 and 1.1 are accepted.')
    .rules(({ connection }) => ({ connection: { ...connection, oldTls: true } })),
  'tls/plain-http': breaks('tls/no-plain-http')
    .says('The port of HTTPS answers to plain HTTP as well.')
    .rules(({ connection }) => ({ connection: { ...connection, plainToo: true } })),
}).map((fault) => ({ ...fault, tls: true }));
