import net from 'node:net';
import { onTestFinished } from 'vitest';
import { type EmulatorOptions, type RunningEmulator, startEmulator } from '../../emulator/emulator.js';
import { totp } from '../../emulator/totp.js';
import { jsonOf, shapes } from '../../src/base/shape.js';
import { startRelay } from '../mail/relay.js';
import type { OnEnd } from '../tool/processes.js';

/** An emulator in this process until the test ends, because a process of its own costs half a second. */
export async function emulate(
  options: EmulatorOptions = {},
  onEnd: OnEnd = onTestFinished,
): Promise<RunningEmulator> {
  const emulator = await startEmulator(options);
  onEnd(() => emulator.close());
  return emulator;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The body; an empty object if the answer has no JSON object. */
  readonly body: ReplyBody;
}

interface ReplyBody {
  readonly [name: string]: unknown;
  readonly errorCode?: unknown;
  readonly message?: unknown;
  readonly sessionId?: unknown;
  readonly accessToken?: unknown;
  readonly totpSecretKey?: unknown;
  readonly now?: unknown;
  readonly cluster?: unknown;
}

interface Options {
  readonly body?: unknown;
  readonly content?: string;
  readonly headers?: Record<string, string>;
  /** By default the admin's API key; null for no credential. */
  readonly key?: string | null;
}

/** One request, by default with the admin's API key: `call(emulator, 'GET /mfa-config')`. */
export async function call(emulator: RunningEmulator, line: string, options: Options = {}): Promise<Reply> {
  const [method = '', path = ''] = line.split(' ');
  const key = options.key === undefined ? emulator.accounts.admin.apiKey : options.key;
  const content = options.content ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  return fetched(`${emulator.baseUrl}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(key === null ? {} : { apiKey: key }),
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
}

async function fetched(url: string, request: RequestInit): Promise<Reply> {
  const response = await fetch(url, request);
  const body = { ...jsonOf(await response.text(), shapes.object) };
  return { status: response.status, headers: response.headers, body };
}

export async function control(emulator: RunningEmulator, line: string, body?: unknown): Promise<Reply> {
  const [method = '', path = ''] = line.split(' ');
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  return fetched(`${emulator.controlUrl}${path}`, { method, ...content });
}

export async function advance(emulator: RunningEmulator, seconds: number): Promise<void> {
  await control(emulator, 'POST /clock', { advanceMs: seconds * 1000 });
}

export async function now(emulator: RunningEmulator): Promise<number> {
  const { body } = await control(emulator, 'GET /clock');
  return Date.parse(String(body.now));
}

export function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

export async function codeOf(emulator: RunningEmulator, secret: unknown, steps = 0): Promise<string> {
  const at = (await now(emulator)) + steps * 30_000;
  return totp(fromBase32(String(secret)), at, { algorithm: 'SHA1', digits: 6, period: 30 });
}

export async function wrongCodeOf(emulator: RunningEmulator, secret: unknown): Promise<string> {
  const near = await Promise.all([-2, -1, 0, 1, 2].map((steps) => codeOf(emulator, secret, steps)));
  return [...'012345'].map((digit) => digit.repeat(6)).find((code) => !near.includes(code)) ?? '';
}

interface Mail {
  readonly to: readonly string[];
  readonly raw: string;
}

/** A real SMTP server to which an emulator sends its mails. `count` waits until this many have arrived. */
export async function inbox(emulator: RunningEmulator) {
  const mails: Mail[] = [];
  const waiting: (() => void)[] = [];
  const server = await startRelay(async (to, raw) => {
    mails.push({ to: [to], raw });
    for (const wake of waiting.splice(0)) wake();
  }, emulator.mail.port);
  onTestFinished(() => server.close());
  const count = async (wanted: number): Promise<readonly Mail[]> => {
    while (mails.length < wanted) await new Promise<void>((resolve) => waiting.push(resolve));
    return mails;
  };
  return { count };
}

/** All bytes of the answer to a hand-written request, until the connection closes. */
export async function raw(emulator: RunningEmulator, head: string): Promise<string> {
  const { hostname, port } = new URL(emulator.baseUrl);
  const socket = net.connect(Number(port), hostname);
  const key = emulator.accounts.admin.apiKey;
  socket.write(`${head}\r\nHost: ${hostname}\r\napiKey: ${key}\r\nConnection: close\r\n\r\n`);
  let received = '';
  for await (const chunk of socket) received += String(chunk);
  return received;
}

export function login(
  emulator: RunningEmulator,
  role: 'admin' | 'viewer' | 'other',
  more: Record<string, unknown> = {},
): Promise<Reply> {
  const { username, password } = emulator.accounts[role];
  return call(emulator, 'POST /users/sessions', { body: { username, password, ...more }, key: null });
}
