import { isIP } from 'node:net';

/** Messages hide the URL, which may hold credentials. */
export function readUrl(text: string): URL | { readonly trouble: string } {
  if (/\s/.test(text)) return { trouble: 'holds a space or a line break' };
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return { trouble: 'must begin with https:// or http://' };
  if (!URL.canParse(text)) return { trouble: 'is not a URL: https://HOST[:PORT]/PATH' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { trouble: 'must begin with https:// or http://' };
  }
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/?#]*@/.test(text)) {
    return { trouble: 'must not hold a user name or password: they go to accounts' };
  }
  return url;
}

/** True also for addresses such as 0.0.0.0, which reach this machine. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  const address = mapped(host) ?? host;
  return (
    address === 'localhost' ||
    address.endsWith('.localhost') ||
    ['::1', '::', '0.0.0.0'].includes(address) ||
    (isIP(address) === 4 && address.startsWith('127.'))
  );
}

/** Returns the IPv4 address in an IPv6 address such as ::ffff:7f00:1. */
export function mapped(host: string): string | undefined {
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
}

/** Undefined for texts other than `HOST:PORT`. An IPv6 address is in brackets, but its `host` is not. */
export function readAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:[\]]+)):(?<port>\d{1,5})$/.exec(text);
  const { v6, host, port: digits } = match?.groups ?? {};
  const port = Number(digits);
  if (!(port >= 1 && port <= 65535)) return undefined;
  if (v6 !== undefined) return isIP(v6) === 6 ? { host: v6, port } : undefined;
  return host !== undefined && isHostName(host) ? { host, port } : undefined;
}

export function isHostName(text: string): boolean {
  if (/^[\d.]+$/.test(text)) return isIP(text) === 4;
  return (
    text.length <= 253 &&
    text.split('.').every((label) => /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/i.test(label))
  );
}
