import { header } from '../credentials.js';
import { asObject, isObject, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import type { Fault } from '../seams.js';

const get: OperationId = 'GetMFAConfig';
const html = Buffer.from('<html><body><h1>Something went wrong</h1></body></html>');

const isOn = (bytes: Buffer) => bytes.includes('"enabled":true');

export const httpFaults: readonly Fault[] = [
  {
    id: 'http/content-after-204',
    description: 'PUT /mfa-config sends the configuration after the header section of its 204.',
    breaks: ['http/no-content-after-204'],
    apply: (seams) =>
      seams.wire('UpdateMFAConfig', (answer, _call, { state }) => {
        if (answer.status === 204) answer.raw = { after: Buffer.from(JSON.stringify(state.cluster)) };
      }),
  },
  {
    id: 'http/content-length-on-204',
    description: 'The 204 of PUT /mfa-config has a Content-Length.',
    breaks: ['http/no-framing-of-204'],
    apply: (seams) =>
      seams.wire('UpdateMFAConfig', (answer) => {
        if (answer.status === 204) answer.raw = { framing: { 'content-length': '0' } };
      }),
  },
  {
    id: 'http/length-of-content-on-204',
    description: 'The 204 of PUT /mfa-config has the Content-Length of what it does not send.',
    breaks: ['http/no-length-of-204'],
    apply: (seams) =>
      seams.wire('UpdateMFAConfig', (answer) => {
        if (answer.status === 204) answer.raw = { framing: { 'content-length': '17' } };
      }),
  },
  {
    id: 'http/chunked-204',
    description: 'The 204 of PUT /mfa-config has a Transfer-Encoding, and an empty chunk after it.',
    breaks: ['http/no-transfer-encoding-of-204', 'http/no-content-after-204'],
    apply: (seams) =>
      seams.wire('UpdateMFAConfig', (answer) => {
        if (answer.status !== 204) return;
        answer.raw = { framing: { 'transfer-encoding': 'chunked' }, after: Buffer.from('0\r\n\r\n') };
      }),
  },
  {
    id: 'http/success-without-content-type',
    description: 'GET /mfa-config does not say what its content is.',
    breaks: ['mfa-config/get-answers-200'],
    apply: (seams) =>
      seams.wire(get, (answer) => {
        if (answer.status !== 200) return;
        const { 'content-type': _left, ...headers } = answer.headers;
        answer.headers = headers;
        answer.raw = {};
      }),
  },
  {
    id: 'http/success-as-text',
    description: 'GET /mfa-config says its content is text/plain.',
    breaks: ['mfa-config/get-answers-200'],
    apply: (seams) =>
      seams.wire(get, (answer) => {
        if (answer.status === 200) answer.headers['content-type'] = 'text/plain; charset=utf-8';
      }),
  },
  {
    id: 'http/error-as-text',
    description: 'Errors are JSON, but say text/plain.',
    breaks: ['http/error-is-declared-json'],
    apply: (seams) =>
      seams.wire('any', (answer) => {
        if (answer.status >= 400) answer.headers['content-type'] = 'text/plain; charset=utf-8';
      }),
  },
  {
    id: 'http/errors-in-html',
    description: 'Errors are HTML pages.',
    breaks: ['http/errors-are-error'],
    apply: (seams) =>
      seams.wire('any', (answer) => {
        if (answer.status < 400) return;
        answer.headers['content-type'] = 'text/html; charset=utf-8';
        answer.content = html;
      }),
  },
  {
    id: 'http/errors-without-content',
    description: 'Errors have no content.',
    breaks: ['http/errors-are-error'],
    apply: (seams) =>
      seams.answer('any', (answer) => {
        if (answer.status >= 400) answer.body = undefined;
      }),
  },
  {
    id: 'http/errors-of-another-schema',
    description: 'Errors have a number as errorCode and an object as message.',
    breaks: ['http/errors-are-error'],
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        answer.body = {
          errorCode: answer.status,
          message: { text: text(asObject(answer.body), 'message') ?? '' },
        };
      }),
  },
  {
    id: 'http/errors-say-nothing',
    description: 'Errors are empty objects.',
    breaks: ['http/errors-say-something'],
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        answer.body = {};
      }),
  },
  {
    id: 'http/bad-input-is-500',
    description: 'Whatever is wrong with a body is answered by 500 with an Error.',
    breaks: ['http/no-server-error-for-client-mistake'],
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status === 400) answer.status = 500;
      }),
  },
  {
    id: 'http/bad-input-is-500-in-html',
    description: 'Whatever is wrong with a body is answered by 500 with a page in HTML.',
    breaks: ['http/no-server-error-for-client-mistake', 'http/errors-are-error'],
    apply: (seams) => {
      seams.refusal('any', (answer) => {
        if (answer.status === 400) answer.status = 500;
      });
      seams.wire('any', (answer) => {
        if (answer.status !== 500) return;
        answer.headers['content-type'] = 'text/html';
        answer.content = Buffer.from('<html><h1>500 Internal Server Error</h1></html>');
      });
    },
  },
  {
    id: 'http/connection-dropped-on-bad-json',
    description: 'PUT /mfa-config closes the connection on what is not JSON.',
    breaks: ['http/no-server-error-for-client-mistake'],
    apply: (seams) =>
      seams.wire('UpdateMFAConfig', (answer, call) => {
        if (answer.status === 400 && call.body === undefined && call.content?.length !== 0)
          answer.raw = { keep: 0 };
      }),
  },
  {
    id: 'http/bom',
    description: 'GET /mfa-config begins its JSON with a byte order mark.',
    breaks: ['http/no-bom'],
    apply: (seams) =>
      changeBytes(seams, get, (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])),
  },
  {
    id: 'http/not-utf-8',
    description: 'GET /support-user/mfa sends a Latin-1 letter in its JSON.',
    breaks: ['http/utf-8'],
    apply: (seams) =>
      changeBytes(seams, 'GetSupportMFAConfig', (bytes) =>
        Buffer.concat([
          Buffer.from('{"note":"caf'),
          Buffer.from([0xe9]),
          Buffer.from('",'),
          bytes.subarray(1),
        ]),
      ),
  },
  {
    id: 'http/duplicate-members',
    description: 'GET /mfa-config has two members named enabled.',
    breaks: ['http/unique-members'],
    apply: (seams) =>
      changeBytes(seams, get, (bytes) =>
        Buffer.concat([Buffer.from(`{"enabled":${isOn(bytes)},`), bytes.subarray(1)]),
      ),
  },
  {
    id: 'http/contrary-members',
    description: 'GET /mfa-config has two members named enabled with different values.',
    breaks: ['http/repeated-members-agree', 'http/unique-members'],
    apply: (seams) =>
      changeBytes(seams, get, (bytes) =>
        Buffer.concat([Buffer.from(`{"enabled":${!isOn(bytes)},`), bytes.subarray(1)]),
      ),
  },
  {
    id: 'http/text-after-json',
    description: 'GET /mfa-config has text after its JSON.',
    breaks: ['http/one-json-text'],
    apply: (seams) => changeBytes(seams, get, (bytes) => Buffer.concat([bytes, Buffer.from('\n-- \nok')])),
  },
  {
    id: 'http/json-cut-short',
    description: 'GET /support-user/mfa ends in the middle of its JSON.',
    breaks: ['http/one-json-text'],
    apply: (seams) =>
      changeBytes(seams, 'GetSupportMFAConfig', (bytes) => bytes.subarray(0, bytes.length - 4)),
  },
  {
    id: 'http/content-on-head',
    description: 'HEAD /mfa-config is answered with content.',
    breaks: ['http/head-has-no-content'],
    apply: (seams) =>
      seams.wire(get, (answer, call) => {
        if (call.method === 'HEAD') answer.raw = { contentOnHead: true };
      }),
  },
  {
    id: 'http/401-without-challenge',
    description: 'A 401 has no WWW-Authenticate.',
    breaks: ['access/wrong-token-has-bearer-challenge'],
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status === 401) answer.headers = {};
      }),
  },
  {
    id: 'http/405-without-allow',
    description: 'A 405 has no Allow.',
    breaks: ['http/405-has-allow'],
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status === 405) answer.headers = {};
      }),
  },
  {
    id: 'http/any-media-type',
    description: 'A body of any media type is read as JSON.',
    breaks: ['http/refuses-other-media-types', 'http/writes-refuse-other-media-types'],
    apply: (seams) => seams.input('any', (call) => void call.skip.add('media type')),
  },
  {
    id: 'http/no-date',
    description: 'Answers have no Date.',
    breaks: ['http/has-date'],
    apply: (seams) =>
      seams.wire('any', (answer) => {
        const { date: _left, ...headers } = answer.headers;
        answer.headers = headers;
      }),
  },
  {
    id: 'http/redirects',
    description: 'GET /support-user/mfa is redirected to a path with a slash at its end.',
    breaks: ['http/no-redirect'],
    apply: (seams) =>
      seams.answer('GetSupportMFAConfig', (answer, call) => {
        if (answer.status !== 200) return;
        answer.status = 307;
        answer.headers = { location: `${call.path}/` };
        answer.body = undefined;
      }),
  },
  {
    id: 'http/secrets-may-be-stored',
    description: 'Answers with secrets do not say Cache-Control no-store.',
    breaks: ['http/secrets-are-not-stored'],
    apply: (seams) =>
      seams.answer('any', (answer) => {
        const { 'cache-control': _left, ...headers } = answer.headers;
        answer.headers = headers;
      }),
  },
  {
    id: 'security/password-in-error',
    description: 'A refused login repeats the password in its message.',
    breaks: ['security/no-secret-echoed'],
    apply: (seams) =>
      seams.refusal(['CreateSession', 'CreateEmailOtp', 'CreateAccessToken'], (answer, call) => {
        const password = text(asObject(call.body), 'password');
        if (password !== undefined && isObject(answer.body)) {
          answer.body = { ...answer.body, message: `The password ${password} is wrong.` };
        }
      }),
  },
  {
    id: 'security/key-in-answer',
    description: 'GET /mfa-config repeats the API key of the request.',
    breaks: ['security/no-secret-echoed'],
    apply: (seams) =>
      seams.success(get, (body, call) => {
        const key = header(call, 'apikey');
        return key === undefined ? body : { ...body, requestedWith: key };
      }),
  },
  {
    id: 'security/stack-trace-in-error',
    description: 'Errors show a stack trace.',
    breaks: ['security/errors-show-no-internals'],
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (!isObject(answer.body)) return;
        const message = text(answer.body, 'message') ?? '';
        answer.body = {
          ...answer.body,
          message: `Error: ${message}\n    at handle (/opt/cluster/api/src/handler.js:42:13)\n    at run (/opt/cluster/api/src/server.js:7:5)`,
        };
      }),
  },
  {
    id: 'security/stack-trace-on-a-page',
    description: 'Where a body is no JSON, an HTML page shows a stack trace.',
    breaks: ['security/errors-show-no-internals'],
    apply: (seams) =>
      seams.wire('any', (answer) => {
        if (answer.content?.includes('KMalformedJson') !== true) return;
        answer.headers['content-type'] = 'text/html';
        const trace = '\tat org.example.Reader.read(Reader.java:42)';
        answer.content = Buffer.from(`<html><h1>400 Bad Request</h1><pre>${trace}</pre></html>`);
      }),
  },
];

function changeBytes(
  seams: Parameters<Fault['apply']>[0],
  operation: OperationId,
  change: (bytes: Buffer) => Buffer,
): void {
  seams.wire(operation, (answer) => {
    if (answer.status === 200 && answer.content !== undefined) answer.content = change(answer.content);
  });
}
