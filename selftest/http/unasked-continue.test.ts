import { expect, test } from 'vitest';
import { ignoringContinue } from '../../src/wire/http/connector.js';

function readOf(...answers: readonly (readonly string[])[]): string {
  const pieces: (Buffer | null)[] = [];
  const fake = { bytesWritten: 0, read: (): unknown => pieces.shift() ?? null };
  const socket = ignoringContinue(fake);
  let text = '';
  for (const answer of answers) {
    fake.bytesWritten += 100;
    for (const piece of answer) {
      pieces.push(Buffer.from(piece), null);
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) text += String(chunk);
    }
  }
  return text;
}

const interim = 'HTTP/1.1 100 Continue\r\nX-Node: 1\r\n\r\n';
const other = 'HTTP/1.1 102 Processing\r\n\r\n';
const final = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

test.each([
  ['in one piece with the answer', [`${interim}${final}`]],
  ['twice', [`${interim}${interim}${final}`]],
  ['on its own', [interim, final]],
  ['within its status line', [interim.slice(0, 5), interim.slice(5), final]],
  ['within its status', [interim.slice(0, 11), interim.slice(11), final]],
  ['within its head', [interim.slice(0, 20), `${interim.slice(20)}${final}`]],
  ['within its end', [interim.slice(0, -1), interim.slice(-1), final]],
  ['byte by byte', [...`${interim}${final}`]],
  ['of HTTP/1.0', [interim.replace('1.1', '1.0'), final]],
])('a 100 is left out: %s', (_, pieces) => {
  expect(readOf(pieces)).toBe(final);
});

const upgrade = 'HTTP/1.1 101 Switching Protocols\r\n';
const endless = `HTTP/1.1 100 Continue\r\nX: ${'x'.repeat(20_000)}`;
const holding = [final, interim, interim.slice(0, 8)];

test.each([
  ['another interim answer', [[`${other}${interim}${other}${final}`]], [other, other, final]],
  ['an answer in pieces', [[...final]], [final]],
  ['a body that holds the same', [holding, [interim, final]], [...holding, final]],
  ['a change of the protocol, which is not awaited', [[upgrade]], [upgrade]],
  ['a head without an end', [[endless, 'x']], [endless, 'x']],
])('%s stays', (_, answers, kept) => {
  expect(readOf(...answers)).toBe(kept.join(''));
});
