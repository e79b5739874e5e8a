import { isAbsolute, relative, resolve, sep } from 'node:path';
import { ConfigurationError, codeOf, reasonOf } from '../../base/errors.js';
import { bytesWithin, wholeFile } from '../../base/files.js';
import { undici } from '../../base/libraries.js';
import { packageRoot } from '../../base/package-root.js';

export interface Source {
  /** A path from the package's folder or an absolute one, or a URL without its query. */
  readonly name: string;
  /** The base of relative references. */
  readonly location: string;
  readonly bytes: Buffer;
}

/** Vendors' documents have about 2 MB; far larger ones need too much memory. */
const largestBytes = 8 * 1024 * 1024;
const tooLarge = `is larger than ${largestBytes / 1024 / 1024} MiB; cut out the operations of the MFA API.`;
const fetchTimeoutMs = 15_000;

export const isUrl = (location: string): boolean => /^https?:\/\//i.test(location);

export async function readSource(location: string): Promise<Source> {
  if (isUrl(location)) return fetchSource(location);
  const path = resolve(packageRoot(), location);
  const inPackage = relative(packageRoot(), path);
  const outside = inPackage.startsWith('..') || isAbsolute(inPackage);
  const name = (outside ? path : inPackage).split(sep).join('/');
  const { bytes, trouble } = wholeFile(path, largestBytes, tooLarge);
  if (bytes === undefined) throw new ConfigurationError(`${name}: ${trouble}`);
  return { name, location: path, bytes };
}

async function fetchSource(location: string): Promise<Source> {
  if (!URL.canParse(location)) throw new ConfigurationError(`${location.split('?')[0]}: is not a URL`);
  const url = new URL(location);
  const name = `${url.origin}${url.pathname}`;
  if (url.username !== '' || url.password !== '') {
    throw new ConfigurationError(
      `${name}: a URL with a password in it is not fetched; download the document, and give the file.`,
    );
  }
  const signal = AbortSignal.timeout(fetchTimeoutMs);
  try {
    const { statusCode, headers, body } = await undici().request(url, {
      signal,
      headers: { accept: 'application/json, application/yaml, */*' },
    });
    const bytes = await bytesWithin(body, largestBytes);
    if (bytes === undefined) throw new ConfigurationError(`${name}: ${tooLarge}`);
    if (statusCode >= 300 && statusCode < 400) {
      const to = typeof headers['location'] === 'string' ? ` to ${headers['location'].split('?')[0]}` : '';
      throw new ConfigurationError(`${name}: redirects${to} (${statusCode}); give the URL it leads to.`);
    }
    if (statusCode !== 200) {
      throw new ConfigurationError(`${name}: expected the document, got the status ${statusCode}.`);
    }
    return { name, location: url.href, bytes };
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const why = signal.aborted
      ? `nothing whole came within ${fetchTimeoutMs / 1000} s`
      : codeOf(error) || reasonOf(error);
    throw new ConfigurationError(`${name}: can't be fetched (${why})`, { cause: error });
  }
}
