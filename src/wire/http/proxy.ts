import { BlockList, isIP } from 'node:net';
import { ConfigurationError } from '../../base/errors.js';
import { isLoopback } from '../../input/target-file/urls.js';
import { addressOf } from './address.js';

export interface ForwardProxy {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** The value of Proxy-Authorization: a secret. */
  readonly authorization?: string;
  /** The password as written, decoded, and encoded in the header: secrets. */
  readonly secrets: readonly string[];
  /** The name for messages, without credentials. */
  readonly name: string;
}

/**
 * The environment's proxy for a URL. Lower-case variables come first, and this machine never needs a proxy.
 *
 * @throws ConfigurationError for an unusable URL, without the value: it may hold a password
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv = process.env): ForwardProxy | undefined {
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = env[variable.toLowerCase()] || env[variable];
  const { host, port } = addressOf(url);
  const isThisMachine = isLoopback(host) || host.endsWith('.localhost');
  if (!value || isThisMachine || isExcepted(host, port, env['no_proxy'] || env['NO_PROXY'] || '')) {
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
  const username = decoded(proxy.username);
  const password = decoded(proxy.password);
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    ...addressOf(proxy),
    secure,
    ...(proxy.username === '' ? {} : { authorization: `Basic ${basic}` }),
    secrets: proxy.password === '' ? [] : [...new Set([proxy.password, password, basic])],
    name: proxy.host,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** NO_PROXY lists names with their subdomains, addresses, networks, each with or without port, or `*`. */
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
