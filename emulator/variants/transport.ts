import { setTimeout as pause } from 'node:timers/promises';
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import { Refusal } from '../call.js';
import { conforms, type Variant, variantsOf } from '../seams.js';

export const transportVariants: readonly Variant[] = variantsOf({
  'connection-closed': conforms({ near: ['throttle/counted-by-connection'] })
    .says('The connection is closed after each answer.')
    .wires('any', (answer) => ({ headers: { ...answer.headers, connection: 'close' } })),
  'restarts-after-a-switch': conforms()
    .says('For 300 ms after a switch of cluster MFA connections are refused.')
    .rules(() => ({ restartMs: 300 })),
  chunked: conforms()
    .says('Content is sent in chunks, without Content-Length.')
    .wires('any', (answer, call) => {
      if (answer.content === undefined || call.method === 'HEAD') return;
      const half = Math.ceil(answer.content.length / 2);
      const parts = [answer.content.subarray(0, half), answer.content.subarray(half), Buffer.alloc(0)];
      answer.content = Buffer.concat(
        parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
      );
      answer.raw = { framing: { 'transfer-encoding': 'chunked' } };
    }),
  'content-ends-with-the-connection': conforms()
    .says('Content without a declared length follows half a second after the head.')
    .wires('any', (answer, { headers }) => {
      if (answer.content === undefined || headers.connection !== 'close') return;
      answer.raw = { framing: {}, contentAfterMs: 500 };
    }),
  compressed: conforms()
    .says('Content is sent as gzip even if the request does not accept it.')
    .wires('any', (answer) => {
      if (answer.content === undefined) return;
      answer.content = gzipSync(answer.content);
      answer.headers = { ...answer.headers, 'content-encoding': 'gzip' };
    }),
  'compressed-on-request': conforms()
    .says('Successes are sent as br or deflate on request, with Cache-Control no-store.')
    .wires('any', (answer, { headers, method }) => {
      const accepted = headers['accept-encoding'] ?? '';
      const coding = ['br', 'deflate'].find((each) => accepted.includes(each));
      if (answer.content === undefined || answer.status >= 300 || method === 'HEAD') return;
      if (coding === undefined) return;
      answer.content = (coding === 'br' ? brotliCompressSync : deflateRawSync)(answer.content);
      answer.headers = { 'cache-control': 'no-store', ...answer.headers, 'content-encoding': coding };
    }),
  'early-hints': conforms()
    .says('An interim 103 precedes each answer.')
    .wires('any', () => ({ hints: true })),
  'continue-unasked': conforms()
    .says('An unrequested interim 100 precedes each answer to a request with content.')
    .wires('any', (answer, { content }) => {
      if (content !== undefined && content.length > 0) answer.continues = true;
    }),
  'head-not-allowed': conforms()
    .says('HEAD is answered 405.')
    .inputs('any', (call) => {
      if (call.method !== 'HEAD') return;
      throw new Refusal(405, 'KMethodNotAllowed', 'The method is not allowed here.', { allow: 'GET' });
    }),
  slow: conforms()
    .says('Every tenth answer takes 250 ms longer.')
    .by((seams) => {
      let answers = 0;
      seams.answer('any', async () => {
        answers += 1;
        if (answers % 10 === 0) await pause(250);
      });
    }),
  'rate-limit': conforms({ near: ['http/throttled-put-is-stored'] })
    .says('Every 25th request is answered 429 with Retry-After.')
    .by((seams) => {
      let requests = 0;
      seams.input('any', () => {
        requests += 1;
        if (requests % 25 > 0) return;
        throw new Refusal(429, 'KTooManyRequests', 'Too many requests.', { 'retry-after': '1' });
      });
    }),
  'unavailable-now-and-then': conforms({ near: ['http/unavailable-put-is-stored'] })
    .says('Every 60th request is answered 503 with Retry-After and without Date.')
    .by((seams) => {
      let requests = 0;
      seams.input('any', () => {
        requests += 1;
        if (requests % 60 > 0) return;
        throw new Refusal(503, 'KUnavailable', 'Out of service for a moment.', { 'retry-after': '1' });
      });
      seams.wire('any', (answer) => {
        if (answer.status !== 503) return;
        const { date: _left, ...headers } = answer.headers;
        answer.headers = headers;
      });
    }),
  'clock-ahead': conforms()
    .says("The target's clock runs three minutes ahead.")
    .by(({ clock }) => clock.advance(180_000)),
  'clock-behind': conforms()
    .says("The target's clock runs three minutes behind.")
    .by(({ clock }) => clock.advance(-180_000)),
});
