import { BlockList, connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ConfigurationError, TransportError } from '../../base/errors.js';
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
 * Lower-case variables take precedence. URLs of this machine need no proxy.
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

const largestAnswer = 16 * 1024;

/**
 * Connects by CONNECT even for plain HTTP: otherwise the proxy could rewrite requests.
 * @throws TransportError within `timeoutMs`
 */
export function tunnel(proxy: ForwardProxy, host: string, port: number, timeoutMs: number): Promise<Socket> {
  const at = { host: proxy.host, port: proxy.port };
  const authority = authorityOf(host, port);
  return new Promise((resolve, reject) => {
    const socket = proxy.secure
      ? connectTls({ ...at, ca: [...authorities()], ...serverNameOf(proxy.host) })
      : connectPlain(at);
    let received = Buffer.alloc(0);
    const fail = (what: string) => {
      clearTimeout(deadline);
      socket.destroy();
      reject(new TransportError(`No connection to ${authority}: the proxy ${proxy.name} ${what}.`, false));
    };
    const deadline = setTimeout(() => fail(`did not open one within ${timeoutMs} ms`), timeoutMs);
    const onError = (error: NodeJS.ErrnoException) =>
      fail(`could not be reached (${error.code ?? error.message})`);
    const onEnd = () => fail('closed the connection without an answer');
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if (end === -1) {
        if (received.length > largestAnswer) fail('does not answer as a proxy does');
        return;
      }
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(received.toString('latin1'))?.[1];
      if (status === undefined) return fail('does not answer as a proxy does');
      if (!status.startsWith('2')) return fail(refusal(status, proxy));
      clearTimeout(deadline);
      socket.off('error', onError).off('close', onEnd).off('data', onData).pause();
      const rest = received.subarray(end + 4);
      if (rest.length > 0) socket.unshift(rest);
      resolve(socket);
    };
    socket.once(proxy.secure ? 'secureConnect' : 'connect', () => {
      const authorization =
        proxy.authorization === undefined ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`;
      socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`);
    });
    socket.on('error', onError).on('close', onEnd).on('data', onData);
  });
}

function refusal(status: string, proxy: ForwardProxy): string {
  if (status !== '407') return `refused it with ${status}: NO_PROXY lists hosts that need no proxy`;
  return proxy.authorization === undefined
    ? 'wants credentials (407): write them into the variable, http://USER:PASSWORD@HOST:PORT'
    : 'does not accept the credentials of its variable (407)';
}
