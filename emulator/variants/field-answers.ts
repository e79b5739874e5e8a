import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Call, Refusal } from '../call.js';
import { cookie, header } from '../credentials.js';
import { page } from '../deviations.js';
import { asObject, isObject, type JsonObject, text } from '../json.js';
import { conforms, type Seams, type Variant, variantsOf } from '../seams.js';

function lineFeeds(seams: Seams): void {
  seams.wire('any', (answer) => {
    if (answer.content !== undefined && answer.headers['content-type']?.includes('json'))
      answer.content = Buffer.concat([answer.content, Buffer.from('\n')]);
  });
}

/** A login sets a cookie that is enough to authenticate. The body keeps the members that `left` selects. */
function setCookies(seams: Seams, left: (body: JsonObject) => JsonObject): void {
  const cookies = new Map<string, string>();
  const { identify } = seams.rules;
  seams.answer('CreateSession', (answer) => {
    const body = answer.status < 300 ? asObject(answer.body) : {};
    const id = text(body, 'sessionId');
    if (id === undefined) return;
    const value = randomBytes(24).toString('base64url');
    cookies.set(value, id);
    answer.headers['set-cookie'] = `login-session=${value}; Path=/; HttpOnly; Secure`;
    answer.body = left(body);
  });
  seams.rules.identify = (credentials, call, world) => {
    const sessionId = cookies.get(cookie(call, 'login-session') ?? '');
    return identify(sessionId === undefined ? credentials : { sessionId, ...credentials }, call, world);
  };
}

const node = 'node-01a.cluster.lab.example';

const notFound =
  '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n' +
  '<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';

function credentialMessage(call: Call): string {
  if (header(call, 'apikey') !== undefined) return 'API Key does not exist';
  if (header(call, 'authorization') !== undefined) return 'The access token is invalid.';
  if (header(call, 'session-id') !== undefined) return 'invalid header value';
  return 'Authentication failed: Neither session cookie nor token is present in the request';
}

/** Gives a refusal the vendor's words and status, by the errorCode of the reference target. */
function inTheirWords(
  errorCode: string,
  call: Call,
): [status: number, errorCode: string, message: string] | undefined {
  const name = text(call.body, 'username') ?? '';
  switch (errorCode) {
    case 'KInvalidCredentials':
      return [400, 'KValidationError', 'Invalid Username or Password specified.'];
    case 'KOtpRequired':
      return [400, 'KValidationError', 'Please specify the mandatory parameters.'];
    case 'KInvalidOtp':
      return [
        400,
        'KValidationError',
        `[13]:OTP code validation for user ${name} failed with error: Invalid TOTP code for user ${name}.`,
      ];
    case 'KUnauthorized':
      return [401, 'KStatusUnauthorized', credentialMessage(call)];
    case 'KForbidden':
      return [403, 'KPrivilegeError', 'The user does not have the privilege for this operation.'];
    default:
  }
}

/** Answers every n-th request with a page, without carrying it out. */
function refusesEvery(seams: Seams, n: number, status: number, type: string, content: string): void {
  const refused = new WeakSet<Call>();
  let calls = 0;
  seams.input('any', (call) => {
    calls += 1;
    if (calls % n > 0) return;
    refused.add(call);
    throw new Refusal(status, 'KRefused', 'Refused.');
  });
  seams.wire('any', (answer, call) => {
    if (refused.has(call)) page(answer, status, type, content);
  });
}

export const fieldAnswerVariants: readonly Variant[] = variantsOf({
  'field-errors': conforms({ fails: ['http/401-has-challenge', 'access/wrong-token-has-bearer-challenge'] })
    .says('Errors use the words of real clusters; a 401 has no WWW-Authenticate.')
    .by((seams) => {
      lineFeeds(seams);
      seams.refusal('any', (answer, call) => {
        if (!isObject(answer.body)) return;
        const theirs = inTheirWords(text(answer.body, 'errorCode') ?? '', call);
        if (theirs === undefined) return;
        const [status, errorCode, message] = theirs;
        Object.assign(answer, { status, headers: {}, body: { ...answer.body, errorCode, message } });
      });
    }),
  'field-nginx-404': conforms()
    .says('Unknown paths and methods are answered with the HTML page of a web server.')
    .by((seams) => {
      lineFeeds(seams);
      seams.wire('any', (answer, call) => {
        if (call.operation === null && (answer.status === 404 || answer.status === 405))
          page(answer, 404, 'text/html', notFound);
      });
    }),
  'web-server-before-the-api': conforms()
    .says('Other path spellings redirect, unknown paths to a login page; TRACE gets an HTML page.')
    .wires('any', (answer, call) => {
      if (call.operation !== null) return;
      if (call.method === 'TRACE') {
        page(answer, 405, 'text/html', '<html><center><h1>405 Not Allowed</h1></center></html>');
      } else if (answer.status === 404) {
        const clean = call.path.replace(/\/{2,}/g, '/').replace(/\/$/, '');
        page(answer, 301, 'text/html', '<html><h1>301 Moved Permanently</h1></html>');
        answer.headers['location'] = clean === call.path ? '/login' : clean;
      }
    }),
  'web-page-404': conforms()
    .says('DELETE /users/sessions answers an unknown sid by 404 with the HTML page of a web server.')
    .by((seams) => {
      seams.input('DeleteSession', (call, { state }) => {
        const sid = call.query.get('sid');
        if (sid === null || state.users.some((user) => user.sid === sid)) return;
        throw new Refusal(404, 'KNotFound', 'There is no such user.');
      });
      seams.wire('DeleteSession', (answer) => {
        if (answer.status === 404) page(answer, 404, 'text/html', notFound);
      });
    }),
  'proxy-in-front': conforms()
    .says('A proxy before the API answers chunked bodies 411 and SQL-like bodies 403 with HTML pages.')
    .by((seams) => {
      const blocked = new WeakMap<Call, 403 | 411>();
      seams.input('any', (call) => {
        if (header(call, 'transfer-encoding') !== undefined) blocked.set(call, 411);
        else if (/\bor 1=1\b/i.test(call.content?.toString() ?? '')) blocked.set(call, 403);
        const status = blocked.get(call);
        if (status !== undefined) throw new Refusal(status, 'KBlocked', 'Blocked.');
      });
      seams.wire('any', (answer, call) => {
        const status = blocked.get(call);
        if (status !== undefined)
          page(answer, status, 'text/html', `<html><h1>${status} Not Taken</h1></html>`);
      });
    }),
  'field-429-plain': conforms()
    .says('Every 40th request is refused with 429 in plain text, without Retry-After and Via.')
    .with(refusesEvery, 40, 429, 'text/plain', 'Too Many Requests'),
  'field-503-plain': conforms()
    .says('Every 60th request is refused with 503 and an HTML page, without Retry-After and Via.')
    .with(refusesEvery, 60, 503, 'text/html', '<html><h1>503 Service Unavailable</h1></html>'),
  'reads-without-answer-now-and-then': conforms()
    .says("Every 40th read is answered 502 or 504 with a balancer's HTML page, without Via.")
    .by((seams) => {
      let reads = 0;
      seams.wire(['GetMFAConfig', 'GetSupportMFAConfig'], (answer) => {
        reads += 1;
        if (reads % 40 !== 0) return;
        const [status, phrase] = reads % 80 === 0 ? [502, 'Bad Gateway'] : [504, 'Gateway Time-out'];
        page(answer, status, 'text/html', `<html><h1>${status} ${phrase}</h1></html>`);
      });
    }),
  'field-slow': conforms()
    .says('Every 80th answer of an operation takes 2 seconds longer, every tenth of these 20 seconds.')
    .by((seams) => {
      seams.told.limits = { ...seams.told.limits, requestTimeoutMs: 60_000 };
      const answers = new Map<Call['operation'], number>();
      let slow = 0;
      seams.answer('any', async (_answer, { operation }) => {
        const count = answers.get(operation) ?? 0;
        answers.set(operation, count + 1);
        if (count % 80 > 0) return;
        slow += 1;
        await pause(slow % 10 === 0 ? 20_000 : 2_000);
      });
    }),
  'node-in-a-cookie': conforms()
    .says('Each answer names its node in a cookie and a header field.')
    .answers('any', (answer) => {
      const cookies = [answer.headers['set-cookie'], `node=${node}`].filter((each) => each !== undefined);
      Object.assign(answer.headers, { 'set-cookie': cookies.join(', '), 'x-served-by': node });
    }),
  'field-cookie-too': conforms()
    .says('A login also sets a cookie, which authenticates by itself.')
    .with(setCookies, (body) => body),
  'sessions-by-cookie-only': conforms()
    .says('A login sets a cookie and returns no session id.')
    .with(setCookies, ({ sessionId: _left, ...body }) => body),
});
