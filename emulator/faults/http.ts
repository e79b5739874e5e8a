import type { WireAnswer } from '../call.js';
import { header } from '../credentials.js';
import { answers, inputs, leavesOut, refusals, replaces, sendsRaw, successes, wires } from '../deviations.js';
import { asObject, isObject, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { type Fault, faultsOf } from '../seams.js';

const get: OperationId = 'GetMFAConfig';
const put: OperationId = 'UpdateMFAConfig';
const html = '<html><body><h1>Something went wrong</h1></body></html>';

function asPage(answer: WireAnswer, content: string): void {
  answer.headers['content-type'] = 'text/html; charset=utf-8';
  answer.content = Buffer.from(content);
}

/** Successful answers of other bytes. */
const bytesOf =
  (operation: OperationId, change: (bytes: Buffer) => Buffer): Fault['apply'] =>
  (seams) =>
    seams.wire(operation, (answer) => {
      if (answer.status === 200 && answer.content !== undefined) answer.content = change(answer.content);
    });

/** A second member `enabled`, with the value of the first one or the other value. */
const enabledTwice = (isSame: boolean) =>
  bytesOf(get, (bytes) => {
    const isOn = bytes.includes('"enabled":true');
    return Buffer.concat([Buffer.from(`{"enabled":${isOn === isSame},`), bytes.subarray(1)]);
  });

export const httpFaults: readonly Fault[] = faultsOf({
  'http/content-after-204': {
    description: 'PUT /mfa-config sends the configuration after the header section of its 204.',
    breaks: ['http/no-content-after-204'],
    apply: wires(put, (answer, _call, { state }) => {
      if (answer.status === 204) answer.raw = { after: Buffer.from(JSON.stringify(state.cluster)) };
    }),
  },
  'http/content-length-on-204': {
    description: 'The 204 of PUT /mfa-config has a Content-Length.',
    breaks: ['http/no-framing-of-204'],
    apply: sendsRaw(put, 204, { framing: { 'content-length': '0' } }),
  },
  'http/length-of-content-on-204': {
    description: 'The 204 of PUT /mfa-config has the Content-Length of content that does not follow.',
    breaks: ['http/no-length-of-204'],
    apply: sendsRaw(put, 204, { framing: { 'content-length': '17' } }),
  },
  'http/chunked-204': {
    description: 'The 204 of PUT /mfa-config has a Transfer-Encoding and an empty chunk after it.',
    breaks: ['http/no-transfer-encoding-of-204', 'http/no-content-after-204'],
    apply: sendsRaw(put, 204, {
      framing: { 'transfer-encoding': 'chunked' },
      after: Buffer.from('0\r\n\r\n'),
    }),
  },
  'http/success-without-content-type': {
    description: 'GET /mfa-config has no Content-Type.',
    breaks: ['mfa-config/get-answers-200'],
    apply: wires(get, (answer) => {
      if (answer.status !== 200) return;
      const { 'content-type': _left, ...headers } = answer.headers;
      answer.headers = headers;
      answer.raw = {};
    }),
  },
  'http/success-as-text': {
    description: 'GET /mfa-config declares its content as text/plain.',
    breaks: ['mfa-config/get-answers-200'],
    apply: wires(get, (answer) => {
      if (answer.status === 200) answer.headers['content-type'] = 'text/plain; charset=utf-8';
    }),
  },
  'http/error-as-text': {
    description: 'Errors are JSON, but declared as text/plain.',
    breaks: ['http/error-is-declared-json'],
    apply: wires('any', (answer) => {
      if (answer.status >= 400) answer.headers['content-type'] = 'text/plain; charset=utf-8';
    }),
  },
  'http/errors-in-html': {
    description: 'Errors are HTML pages.',
    breaks: ['http/errors-are-error'],
    apply: wires('any', (answer) => {
      if (answer.status >= 400) asPage(answer, html);
    }),
  },
  'http/errors-without-content': {
    description: 'Errors have no content.',
    breaks: ['http/errors-are-error'],
    apply: answers('any', (answer) => {
      if (answer.status >= 400) answer.body = undefined;
    }),
  },
  'http/errors-of-another-schema': {
    description: 'Errors have a number as errorCode and an object as message.',
    breaks: ['http/errors-are-error'],
    apply: refusals('any', (answer) => {
      answer.body = {
        errorCode: answer.status,
        message: { text: text(asObject(answer.body), 'message') ?? '' },
      };
    }),
  },
  'http/errors-say-nothing': {
    description: 'Errors are empty objects.',
    breaks: ['http/errors-say-something'],
    apply: refusals('any', (answer) => {
      answer.body = {};
    }),
  },
  'http/bad-input-is-500': {
    description: 'Every invalid body is answered 500 with an Error.',
    breaks: ['http/no-server-error-for-client-mistake'],
    apply: replaces('any', 400, { status: 500 }),
  },
  'http/bad-input-is-500-in-html': {
    description: 'Every invalid body is answered 500 with an HTML page.',
    breaks: ['http/no-server-error-for-client-mistake', 'http/errors-are-error'],
    apply: (seams) => {
      replaces('any', 400, { status: 500 })(seams);
      seams.wire('any', (answer) => {
        if (answer.status === 500) asPage(answer, '<html><h1>500 Internal Server Error</h1></html>');
      });
    },
  },
  'http/connection-dropped-on-bad-json': {
    description: 'PUT /mfa-config closes the connection on malformed JSON.',
    breaks: ['http/no-server-error-for-client-mistake'],
    apply: wires('UpdateMFAConfig', (answer, call) => {
      if (answer.status === 400 && call.body === undefined && call.content?.length !== 0)
        answer.raw = { keep: 0 };
    }),
  },
  'http/bom': {
    description: 'GET /mfa-config begins its JSON with a byte order mark.',
    breaks: ['http/no-bom'],
    apply: bytesOf(get, (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])),
  },
  'http/not-utf-8': {
    description: 'GET /support-user/mfa sends a Latin-1 letter in its JSON.',
    breaks: ['http/utf-8'],
    apply: bytesOf('GetSupportMFAConfig', (bytes) =>
      Buffer.concat([Buffer.from('{"note":"caf\xe9",', 'latin1'), bytes.subarray(1)]),
    ),
  },
  'http/duplicate-members': {
    description: 'GET /mfa-config has two members named enabled.',
    breaks: ['http/unique-members'],
    apply: enabledTwice(true),
  },
  'http/contrary-members': {
    description: 'GET /mfa-config has two members named enabled with different values.',
    breaks: ['http/repeated-members-agree', 'http/unique-members'],
    apply: enabledTwice(false),
  },
  'http/text-after-json': {
    description: 'GET /mfa-config has text after its JSON.',
    breaks: ['http/one-json-text'],
    apply: bytesOf(get, (bytes) => Buffer.concat([bytes, Buffer.from('\n-- \nok')])),
  },
  'http/json-cut-short': {
    description: 'GET /support-user/mfa ends in the middle of its JSON.',
    breaks: ['http/one-json-text'],
    apply: bytesOf('GetSupportMFAConfig', (bytes) => bytes.subarray(0, bytes.length - 4)),
  },
  'http/content-on-head': {
    description: 'HEAD /mfa-config is answered with content.',
    breaks: ['http/head-has-no-content'],
    apply: wires(get, (answer, call) => {
      if (call.method === 'HEAD') answer.raw = { contentOnHead: true };
    }),
  },
  'http/401-without-challenge': {
    description: 'A 401 has no WWW-Authenticate.',
    breaks: ['access/wrong-token-has-bearer-challenge'],
    apply: replaces('any', 401, { headers: {} }),
  },
  'http/405-without-allow': {
    description: 'A 405 has no Allow.',
    breaks: ['http/405-has-allow'],
    apply: replaces('any', 405, { headers: {} }),
  },
  'http/any-media-type': {
    description: 'A body of any media type is read as JSON.',
    breaks: ['http/refuses-other-media-types', 'http/writes-refuse-other-media-types'],
    apply: inputs('any', (call) => void call.skip.add('media type')),
  },
  'http/no-date': {
    description: 'Answers have no Date.',
    breaks: ['http/has-date'],
    apply: leavesOut('date'),
  },
  'http/redirects': {
    description: 'GET /support-user/mfa redirects to the same path with a trailing slash.',
    breaks: ['http/no-redirect'],
    apply: answers('GetSupportMFAConfig', (answer, call) => {
      if (answer.status !== 200) return;
      answer.status = 307;
      answer.headers = { location: `${call.path}/` };
      answer.body = undefined;
    }),
  },
  'http/secrets-may-be-stored': {
    description: 'Answers with secrets lack Cache-Control no-store.',
    breaks: ['http/secrets-are-not-stored'],
    apply: leavesOut('cache-control'),
  },
  'security/password-in-error': {
    description: 'A refused login repeats the password in its message.',
    breaks: ['security/no-secret-echoed'],
    apply: refusals(['CreateSession', 'CreateEmailOtp', 'CreateAccessToken'], (answer, call) => {
      const password = text(asObject(call.body), 'password');
      if (password !== undefined && isObject(answer.body)) {
        answer.body = { ...answer.body, message: `The password ${password} is wrong.` };
      }
    }),
  },
  'security/key-in-answer': {
    description: 'GET /mfa-config repeats the API key of the request.',
    breaks: ['security/no-secret-echoed'],
    apply: successes(get, (body, call) => {
      const key = header(call, 'apikey');
      return key === undefined ? body : { ...body, requestedWith: key };
    }),
  },
  'security/stack-trace-in-error': {
    description: 'Errors show a stack trace.',
    breaks: ['security/errors-show-no-internals'],
    apply: refusals('any', (answer) => {
      if (!isObject(answer.body)) return;
      const message = text(answer.body, 'message') ?? '';
      answer.body = {
        ...answer.body,
        message: `Error: ${message}\n    at handle (/opt/cluster/api/src/handler.js:42:13)\n    at run (/opt/cluster/api/src/server.js:7:5)`,
      };
    }),
  },
  'security/stack-trace-on-a-page': {
    description: 'Malformed JSON is answered with an HTML page that shows a stack trace.',
    breaks: ['security/errors-show-no-internals'],
    apply: wires('any', (answer) => {
      const trace = '\tat org.example.Reader.read(Reader.java:42)';
      if (answer.content?.includes('KMalformedJson') === true)
        asPage(answer, `<html><h1>400 Bad Request</h1><pre>${trace}</pre></html>`);
    }),
  },
});
