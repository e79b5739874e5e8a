import { isIP } from 'node:net';

/** A common form for all spellings of a base URL, as far as that needs no DNS. */
export function placeOf(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return baseUrl;
  const url = new URL(baseUrl);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return `${hostOf(url)}:${port}${decoded(url.pathname).replace(/\/+$/, '')}`;
}

export function hostOf({ hostname }: URL): string {
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return isLoopback(host) ? 'localhost' : (mapped(host) ?? host);
}

/** True for hosts that reach this machine itself. */
export function isLoopback(host: string): boolean {
  const address = mapped(host) ?? host;
  return (
    address === 'localhost' ||
    address.endsWith('.localhost') ||
    ['::1', '::', '0.0.0.0'].includes(address) ||
    (isIP(address) === 4 && address.startsWith('127.'))
  );
}

/** The IPv4 address in a mapped IPv6 address, such as ::ffff:7f00:1. */
export function mapped(host: string): string | undefined {
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
