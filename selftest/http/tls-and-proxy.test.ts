import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import http, { type RequestListener } from 'node:http';
import https, { type ServerOptions } from 'node:https';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ConfigurationError, TransportError } from '../../src/base/errors.js';
import { Secret } from '../../src/base/secret.js';
import type { TlsSettings } from '../../src/input/target-file/tls.js';
import { spkiPin } from '../../src/wire/http/connector.js';
import { proxyFor } from '../../src/wire/http/proxy.js';
import { sendRaw } from '../../src/wire/http/raw-socket.js';
import { listen } from '../cli/servers.js';
import { temporaryFolder } from '../cli/suite.js';
import { certificateFor, connectProxy, type Pair, transportTo } from './proxies.js';

const ok: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ path: request.url }));
};

/** The path that the server saw, by a usual connection and by a raw one. */
async function bothWays(baseUrl: string, tls: Partial<TlsSettings> = {}): Promise<unknown[]> {
  const { target, request, send } = transportTo(baseUrl, tls, 3000);
  const usual = await send().then(({ body }) => JSON.parse(body.toString()), asText);
  const raw = await sendRaw(target, request, 100).then(({ rest }) => bodyOf(rest), asText);
  return [usual, raw];
}

function bodyOf(rest: Buffer): unknown {
  return JSON.parse(/\{.*\}/.exec(rest.toString())?.[0] ?? 'null');
}

function asText(error: unknown): string {
  if (error instanceof TransportError) return error.message;
  throw error;
}

async function secureServer(options: ServerOptions, host = '127.0.0.1'): Promise<string> {
  return `https://${host}:${(await listen(https.createServer(options, ok))).port}/v2`;
}

const seen = [{ path: '/v2/x' }, { path: '/v2/x' }];
const twice = (text: string | RegExp) => [expect.stringMatching(text), expect.stringMatching(text)];

const [server, client, stranger] = await Promise.all([
  certificateFor('cluster.example'),
  certificateFor('suite'),
  certificateFor('cluster.example'),
]);

const named = { serverName: 'cluster.example' };
const pinOf = ({ cert }: Pair) => spkiPin(new X509Certificate(cert));
const untrusted = /not signed by a trusted authority: set tls\.ca/;

test.each<[string, () => Partial<TlsSettings>, RegExp | undefined]>([
  ['unknown authorities', () => named, untrusted],
  ['others than tls.ca', () => ({ ...named, ca: stranger.cert }), untrusted],
  ['tls.ca', () => ({ ...named, ca: server.cert }), undefined],
  ['another name than that of the URL', () => ({ ca: server.cert }), /for another name: set tls\.serverName/],
  ['another than tls.serverName', () => ({ ca: server.cert, serverName: 'other' }), /for another name/],
  ['the pinned key, whoever signed it', () => ({ pin: pinOf(server) }), undefined],
  ['another key than the pinned one', () => ({ pin: pinOf(stranger) }), /not the pinned one: tls\.pin is/],
  ['anything by tls.insecure', () => ({ insecure: true }), undefined],
])('TLS: a certificate of %s is trusted or not', async (_, settings, problem) => {
  const got = await bothWays(await secureServer(server), settings());

  expect(got).toEqual(problem === undefined ? seen : twice(problem));
});

test('TLS: the client shows its certificate to a server that asks for one', async () => {
  const asking = { requestCert: true, rejectUnauthorized: true, ca: client.cert };
  const at = await secureServer({ ...server, ...asking });
  const trusting = { ca: server.cert, serverName: 'cluster.example' };

  const shown = { ...trusting, cert: client.cert, key: new Secret(client.key) };
  expect(await bothWays(at, shown)).toEqual(seen);
  expect(await bothWays(at, trusting)).toEqual(twice(/TLS failed|connection was closed|certificate/));
});

test('a URL can have an IPv6 address and a path before the API', async () => {
  const listening = http.createServer(ok);
  await new Promise<void>((resolve) => listening.listen(0, '::1', resolve));
  onTestFinished(() => void listening.close());
  const address = listening.address();
  const port = typeof address === 'object' ? address?.port : undefined;

  const deep = { path: '/clusters/a%20b/v2/x' };
  expect(await bothWays(`http://[::1]:${port}/clusters/a%20b/v2`)).toEqual([deep, deep]);
});

describe('through a proxy', () => {
  function environment(variables: Readonly<Record<string, string>>): void {
    for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']) {
      vi.stubEnv(name.toLowerCase(), '');
      vi.stubEnv(name, variables[name] ?? '');
    }
    onTestFinished(() => void vi.unstubAllEnvs());
  }

  test('HTTPS goes by CONNECT, with certificate and pin checked at the far end', async () => {
    const proxy = await connectProxy();
    const at = await secureServer(server, 'cluster.example');
    environment({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });

    expect(await bothWays(at, { ca: server.cert })).toEqual(seen);
    expect(await bothWays(at)).toEqual(twice(/not signed by a trusted authority/));
    expect(await bothWays(at, { pin: pinOf(stranger) })).toEqual(twice(/not the pinned one/));
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(at).host]));
    expect(proxy.asked).toHaveLength(6);
  });

  test("plain HTTP also goes by CONNECT: the proxy's own answer never counts", async () => {
    const proxy = await connectProxy();
    const { port } = await listen(http.createServer(ok));
    environment({ HTTP_PROXY: `127.0.0.1:${proxy.port}` });

    expect(await bothWays(`http://cluster.example:${port}/v2`)).toEqual(seen);
    expect(proxy.asked).toEqual([`cluster.example:${port}`, `cluster.example:${port}`]);
  });

  test('credentials are sent, and no message shows them', async () => {
    const needs = `Basic ${Buffer.from('me:p@ss word').toString('base64')}`;
    const proxy = await connectProxy({ needs });
    const { port } = await listen(http.createServer(ok));
    const at = `http://cluster.example:${port}/v2`;
    environment({ HTTP_PROXY: `http://me:p%40ss%20word@127.0.0.1:${proxy.port}` });
    expect(await bothWays(at)).toEqual(seen);
    expect(proxyFor(new URL(at))?.secrets).toEqual(['p%40ss%20word', 'p@ss word', needs.slice(6)]);

    environment({ HTTP_PROXY: `http://me:wrong-one@127.0.0.1:${proxy.port}` });
    const refused = await bothWays(at);
    expect(refused).toEqual(twice(/proxy 127\.0\.0\.1:\d+ does not accept the credentials.*\(407\)/));
    expect(JSON.stringify(refused)).not.toContain('wrong-one');
    environment({ HTTP_PROXY: `http://127.0.0.1:${proxy.port}` });
    expect(await bothWays(at)).toEqual(twice(/wants credentials \(407\)/));
  });

  test('a refusal, no proxy and no listener are reported', async () => {
    const at = 'https://cluster.example/v2';
    const refusing = await connectProxy({ status: 403 });
    environment({ HTTPS_PROXY: `http://127.0.0.1:${refusing.port}` });
    expect(await bothWays(at)).toEqual(twice(/cluster\.example:443: .* refused it with 403: NO_PROXY/));

    const { port } = await listen(http.createServer((_, response) => response.end('hello')));
    environment({ HTTPS_PROXY: `http://127.0.0.1:${port}` });
    expect(await bothWays(at)).toEqual(twice(/the proxy .* (?:closed the connection|refused|does not)/));
    environment({ HTTPS_PROXY: 'http://127.0.0.1:1' });
    const unreached = /the proxy 127\.0\.0\.1:1 could not be reached \(ECONNREFUSED\)/;
    expect(await bothWays(at)).toEqual(twice(unreached));
  });

  test.each([
    ['its own address', '127.0.0.1', undefined],
    ['the name of the target', 'cluster.example', /could not be reached \(ERR_TLS_CERT_ALTNAME_INVALID\)/],
  ])('a proxy at an address needs a certificate for that address: one for %s', async (_, name, problem) => {
    const pair = await certificateFor(name);
    const authorities = join(temporaryFolder(), 'authorities.pem');
    writeFileSync(authorities, pair.cert);
    vi.stubEnv('NODE_EXTRA_CA_CERTS', authorities);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { port } = await connectProxy({ tls: pair });
    const far = await listen(http.createServer(ok));
    // The module reads the authorities once.
    vi.resetModules();
    const { tunnel } = await import('../../src/wire/http/proxy.js');
    const proxy = { host: '127.0.0.1', port, secure: true, name: 'p', secrets: [] };

    const opened = tunnel(proxy, 'cluster.example', far.port, 3000).then((socket) => void socket.destroy());

    if (problem === undefined) await opened;
    else await expect(opened).rejects.toThrow(problem);
  });

  test('a silent proxy costs no more than the request timeout', async () => {
    const { port } = await listen(http.createServer().on('connect', () => undefined));
    environment({ HTTPS_PROXY: `http://127.0.0.1:${port}` });
    const { target, request, send } = transportTo('https://cluster.example/v2', {}, 200);

    await expect(send()).rejects.toThrow(/within 200 ms/);
    await expect(sendRaw(target, request)).rejects.toThrow(/did not open one within 200 ms/);
  });
});

describe('the proxy of a URL', () => {
  const of = (url: string, env: NodeJS.ProcessEnv) => proxyFor(new URL(url), env)?.name;

  test.each<[string, NodeJS.ProcessEnv, string | undefined]>([
    ['https://h/v2', { HTTPS_PROXY: 'http://p:3128' }, 'p:3128'],
    ['https://h/v2', { HTTP_PROXY: 'http://p:3128' }, undefined],
    ['http://h/v2', { HTTP_PROXY: 'p:3128' }, 'p:3128'],
    ['https://h/v2', { HTTPS_PROXY: 'http://a', https_proxy: 'https://b' }, 'b'],
    ['https://h/v2', { HTTPS_PROXY: '' }, undefined],
    ['https://localhost:8443/v2', { HTTPS_PROXY: 'http://p' }, undefined],
    ['https://127.8.0.1/v2', { HTTPS_PROXY: 'http://p' }, undefined],
    ['https://[::1]/v2', { HTTPS_PROXY: 'http://p' }, undefined],
  ])('%s with %j: %s', (url, env, name) => {
    expect(of(url, env)).toBe(name);
  });

  test.each<[string, string, boolean]>([
    ['*', 'https://h/v2', true],
    ['other, lab.example', 'https://a.LAB.example/v2', true],
    ['.lab.example', 'https://a.lab.example/v2', true],
    ['*.lab.example', 'https://a.lab.example/v2', true],
    ['lab.example', 'https://notlab.example/v2', false],
    ['h:8443', 'https://h:8443/v2', true],
    ['h:8443', 'https://h/v2', false],
    ['10.2.0.7', 'https://10.2.0.7/v2', true],
    ['10.2.0.0/16', 'https://10.2.0.7/v2', true],
    ['10.3.0.0/16', 'https://10.2.0.7/v2', false],
    ['2.0.7', 'https://10.2.0.7/v2', false],
    ['fd00::1', 'https://[fd00::1]/v2', true],
    ['[fd00::1]:443', 'https://[fd00::1]/v2', true],
    ['fd00::/8', 'https://[fd00::1]/v2', true],
    ['10.0.0.0/99', 'https://10.2.0.7/v2', false],
    ['', 'https://h/v2', false],
  ])('NO_PROXY=%s excepts %s: %s', (list, url, excepted) => {
    expect(of(url, { HTTPS_PROXY: 'http://p', NO_PROXY: list })).toBe(excepted ? undefined : 'p');
  });

  test.each(['socks5://p:1080', 'http://', 'http://user:hidden@', '::::'])('%s is not a proxy', (value) => {
    const asking = () => of('https://h/v2', { HTTPS_PROXY: value });

    expect(asking).toThrow(ConfigurationError);
    expect(asking).toThrow(/HTTPS_PROXY is not a URL of a proxy/);
    expect(asking).not.toThrow(/hidden/);
  });
});
