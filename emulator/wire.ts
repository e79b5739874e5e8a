import { STATUS_CODES } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { WireAnswer } from './call.js';

/** Sends an answer through Fastify, or directly to the socket if a fault needs bytes that no library sends. */
export async function send(answer: WireAnswer, reply: FastifyReply): Promise<void> {
  if (answer.raw !== undefined) {
    const { socket } = reply.hijack().raw;
    const bytes = bytesOf(answer, reply.request.method);
    const { contentAfterMs } = answer.raw;
    if (contentAfterMs === undefined) return void socket?.end(bytes);
    const headEnd = bytes.indexOf('\r\n\r\n') + 4;
    socket?.write(bytes.subarray(0, headEnd));
    await pause(contentAfterMs);
    socket?.end(bytes.subarray(headEnd));
    return;
  }
  if (answer.hints) reply.raw.writeEarlyHints({ link: '</help>; rel=help' });
  if (answer.continues) reply.raw.writeContinue();
  // Otherwise Node would add a Date by its own clock, not the emulator's.
  if (!Object.hasOwn(answer.headers, 'date')) reply.raw.sendDate = false;
  await reply.code(answer.status).headers(answer.headers).send(answer.content);
}

export function bytesOf(answer: WireAnswer, method: string): Buffer {
  const { raw = {}, content = Buffer.alloc(0) } = answer;
  const framing = raw.framing ?? (answer.status === 204 ? {} : { 'content-length': String(content.length) });
  const fields = { ...answer.headers, ...framing, connection: 'close' };
  const head = [
    `HTTP/1.1 ${answer.status} ${raw.reason ?? STATUS_CODES[answer.status] ?? ''}`,
    ...Object.entries(fields).flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}`)),
  ].join('\r\n');
  const whole = Buffer.concat([
    Buffer.from(`${head}\r\n\r\n`),
    method === 'HEAD' && raw.contentOnHead !== true ? Buffer.alloc(0) : content,
    raw.after ?? Buffer.alloc(0),
  ]);
  return raw.keep === undefined ? whole : whole.subarray(0, raw.keep);
}
