import { afterEach, expect, test } from 'vitest';
import { type RunningEmulator, startEmulator } from '../../emulator/emulator.js';
import { TransportError } from '../../src/errors.js';
import { acceptsOldTls, plainHttpStatus } from '../../src/http/tls-probe.js';
import { Transport } from '../../src/http/transport.js';
import { listen, tcpServer } from '../cli/servers.js';

let emulator: RunningEmulator | undefined;

afterEach(async () => {
  await emulator?.close();
  emulator = undefined;
});

const limits = { requestTimeoutMs: 10_000, settleMs: 0 };

async function targetOf(faults: readonly string[]) {
  emulator = await startEmulator({ tls: true, faults });
  const ca = emulator.certificate;
  return { baseUrl: emulator.baseUrl, tls: { insecure: false, ...(ca === undefined ? {} : { ca }) }, limits };
}

async function statusByHttps(target: Awaited<ReturnType<typeof targetOf>>): Promise<number> {
  const transport = new Transport(target);
  try {
    return (await transport.send({ method: 'GET', url: `${target.baseUrl}/mfa-config`, headers: {} })).status;
  } finally {
    await transport.close();
  }
}

test('a server of today refuses old versions and plain HTTP', async () => {
  const target = await targetOf([]);

  expect(await acceptsOldTls(target)).toBe(false);
  expect(await plainHttpStatus(target, '/mfa-config')).not.toBe(401);
  expect(await statusByHttps(target)).toBe(401);
});

test('old versions are found where they are spoken', async () => {
  const target = await targetOf(['tls/old-versions']);

  expect(await acceptsOldTls(target)).toBe(true);
  expect(await statusByHttps(target)).toBe(401);
});

test('plain HTTP is found beside HTTPS', async () => {
  const target = await targetOf(['tls/plain-http']);

  expect(await plainHttpStatus(target, '/mfa-config')).toBe(401);
  expect(await acceptsOldTls(target)).toBe(false);
  expect(await statusByHttps(target)).toBe(401);
});

test('where nothing listens, nothing is said about versions', async () => {
  const target = await targetOf([]);
  await emulator?.close();

  await expect(acceptsOldTls(target)).rejects.toThrow(TransportError);
  expect(await plainHttpStatus(target, '/mfa-config')).toBeUndefined();
});

test('who lets an old handshake go unanswered does not accept it', async () => {
  const { port } = await listen(tcpServer((socket) => socket.resume()));
  const target = {
    baseUrl: `https://127.0.0.1:${port}/v2`,
    tls: { insecure: false },
    limits: { ...limits, requestTimeoutMs: 200 },
  };

  expect(await acceptsOldTls(target)).toBe(false);
});
