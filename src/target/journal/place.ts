import { isIP } from 'node:net';

/** What all spellings of a base URL have in common, as far as that shows without asking anybody. */
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

/** All that reaches this machine itself. */
export function isLoopback(host: string): boolean {
  const address = mapped(host) ?? host;
  return (
    address === 'localhost' ||
    address.endsWith('.localhost') ||
    ['::1', '::', '0.0.0.0'].includes(address) ||
    (isIP(address) === 4 && address.startsWith('127.'))
  );
}

/** The IPv4 address in one of IPv6, which URLs show as ::ffff:7f00:1. */
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
