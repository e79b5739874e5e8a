import * as http from 'node:http';
import * as https from 'node:https';
import { BlockList, isIP, type Socket } from 'node:net';
import { defined } from '../../base/defined.js';
import { ConfigurationError, TransportError } from '../../base/errors.js';
import { isSuccess } from '../../base/model/check.js';
import { uriDecoded } from '../../base/shape.js';
import { isLoopback } from '../../input/target-file/urls.js';
import { addressOf, authorityOf, serverNameOf } from './address.js';
import { authorities } from './authorities.js';

export interface ForwardProxy {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** Proxy-Authorization, a secret. */
  readonly authorization?: string;
  /** The password as written, decoded, and encoded in the header. */
  readonly secrets: readonly string[];
  readonly name: string;
}

/**
 * Lower-case variables take precedence.
 * @throws ConfigurationError for an unusable URL, without the value: it may hold a password
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv = process.env): ForwardProxy | undefined {
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = env[variable.toLowerCase()] || env[variable];
  const { host, port } = addressOf(url);
  if (!value || isLoopback(host) || isExcepted(host, port, env['no_proxy'] || env['NO_PROXY'] || '')) {
    return undefined;
  }
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy === undefined || !/^https?:$/.test(proxy.protocol) || proxy.hostname === '') {
    throw new ConfigurationError(
      `The environment variable ${variable} is not a URL of a proxy: http://HOST:PORT, or https:// where the proxy speaks TLS.`,
    );
  }
  const secure = proxy.protocol === 'https:';
  const password = uriDecoded(proxy.password) ?? proxy.password;
  const basic = Buffer.from(`${uriDecoded(proxy.username) ?? proxy.username}:${password}`).toString('base64');
  return {
    ...addressOf(proxy),
    secure,
    ...(proxy.username === '' ? {} : { authorization: `Basic ${basic}` }),
    secrets: proxy.password === '' ? [] : [...new Set([proxy.password, password, basic])],
    name: proxy.host,
  };
}

/** NO_PROXY lists `*`, networks, and addresses or names with their subdomains, perhaps with a port. */
function isExcepted(host: string, port: number, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => fits(entry.toLowerCase(), host, port));
}

function fits(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(entry, host);
  const [, bracketed, name = '', of] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  const wanted = bracketed ?? (isIP(entry) === 6 ? entry : name);
  if (of !== undefined && isIP(entry) !== 6 && Number(of) !== port) return false;
  if (isIP(wanted) !== 0 || isIP(host) !== 0) return wanted === host;
  const bare = wanted.replace(/^\*?\./, '');
  return bare !== '' && (host === bare || host.endsWith(`.${bare}`));
}

function isInNetwork(entry: string, host: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const widest = family === 'ipv6' ? 128 : 32;
  if (isIP(network) === 0 || isIP(host) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > widest)
    return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

/** Uses CONNECT even for plain HTTP: otherwise the proxy could rewrite requests. @throws TransportError */
export function tunnel(proxy: ForwardProxy, host: string, port: number, timeoutMs: number): Promise<Socket> {
  const authority = authorityOf(host, port);
  const { authorization } = proxy;
  const asking = {
    host: proxy.host,
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    headers: defined({ Host: authority, 'Proxy-Authorization': authorization }),
    agent: false,
  };
  return new Promise((resolve, reject) => {
    // Without a name, Node would verify the proxy by the header Host, which names the target.
    const request = proxy.secure
      ? https.request({ ...asking, ca: [...authorities()], servername: '', ...serverNameOf(proxy.host) })
      : http.request(asking);
    const fail = (what: string) => {
      clearTimeout(deadline);
      request.destroy();
      reject(new TransportError(`No connection to ${authority}: the proxy ${proxy.name} ${what}.`, false));
    };
    const deadline = setTimeout(() => fail(`did not open one within ${timeoutMs} ms`), timeoutMs);
    request.on('connect', ({ statusCode = 0 }, socket, rest) => {
      if (!isSuccess(statusCode)) return fail(refusal(statusCode, proxy));
      clearTimeout(deadline);
      if (rest.length > 0) socket.unshift(rest);
      resolve(socket);
    });
    request.on('error', (error: NodeJS.ErrnoException) => fail(failure(error)));
    request.end();
  });
}

function failure({ code, message }: NodeJS.ErrnoException): string {
  if (code?.startsWith('HPE_')) return 'does not answer as a proxy does';
  if (message === 'socket hang up') return 'closed the connection without an answer';
  return `could not be reached (${code ?? message})`;
}

function refusal(status: number, proxy: ForwardProxy): string {
  if (status !== 407) return `refused it with ${status}: NO_PROXY lists hosts that need no proxy`;
  return proxy.authorization === undefined
    ? 'wants credentials (407): write them into the variable, http://USER:PASSWORD@HOST:PORT'
    : 'does not accept the credentials of its variable (407)';
}
