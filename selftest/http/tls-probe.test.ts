import { expect, test } from 'vitest';
import { TransportError } from '../../src/base/errors.js';
import { acceptsOldTls, plainHttpStatus } from '../../src/wire/http/tls-probe.js';
import { listen, tcpServer } from '../cli/servers.js';
import { emulate } from '../emulator/tools.js';
import { transportTo } from './proxies.js';

async function targetOf(faults: readonly string[]) {
  const emulator = await emulate({ tls: true, faults });
  const ca = emulator.certificate;
  const { target, send } = transportTo(emulator.baseUrl, ca === undefined ? {} : { ca });
  return { target, status: async () => (await send()).status, close: () => emulator.close() };
}

test.each([
  ['a modern server refuses old versions and plain HTTP', [], false, undefined],
  ['old versions are found', ['tls/old-versions'], true, undefined],
  ['plain HTTP is found beside HTTPS', ['tls/plain-http'], false, 401],
])('%s', async (_is, faults, isOld, plain) => {
  const { target, status } = await targetOf(faults);

  expect(await acceptsOldTls(target)).toBe(isOld);
  expect(await plainHttpStatus(target, '/mfa-config')).toBe(plain);
  expect(await status()).toBe(404);
});

test('without a listener versions are unknown', async () => {
  const { target, close } = await targetOf([]);
  await close();

  await expect(acceptsOldTls(target)).rejects.toThrow(TransportError);
  expect(await plainHttpStatus(target, '/mfa-config')).toBeUndefined();
});

const error = '{"errorCode":"KStatusUnauthorized"}';
const page = '<html><title>403 Forbidden</title>HTTPS required</html>';
const ofPage = `Content-Length: ${page.length}\r\n\r\n${page}`;

test.each<[string, string, number | undefined]>([
  ["the API's refusal", `401 Unauthorized\r\nContent-Length: ${error.length}\r\n\r\n${error}`, 401],
  ['one in chunks', `403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, 403],
  ["the API's success", '200 OK\r\nContent-Length: 17\r\n\r\n{"enabled":false}', 200],
  ["a front end's page", `403 Forbidden\r\n${ofPage}`, undefined],
  ['its page that asks for credentials', `401 Unauthorized\r\n${ofPage}`, undefined],
  ['its page of a success', `200 OK\r\n${ofPage}`, undefined],
  ['its JSON that this is no TLS', '400 Bad Request\r\nContent-Length: 2\r\n\r\n{}', undefined],
  ['a redirect', '301 Moved\r\nLocation: https://x/\r\nContent-Length: 2\r\n\r\n{}', undefined],
])('plain HTTP of the API is distinguished from a front end: %s', async (_, answer, status) => {
  // The connection stays open: the probe reads only the declared content.
  const server = tcpServer((socket) => socket.once('data', () => socket.write(`HTTP/1.1 ${answer}`)));
  const { port } = await listen(server);
  const { target } = transportTo(`https://127.0.0.1:${port}/v2`);

  expect(await plainHttpStatus(target, '/mfa-config')).toBe(status);
});

test('an unanswered old handshake is not accepted', async () => {
  const { port } = await listen(tcpServer((socket) => socket.resume()));
  const { target } = transportTo(`https://127.0.0.1:${port}/v2`, {}, 200);

  expect(await acceptsOldTls(target)).toBe(false);
});
