import { createHash } from 'node:crypto';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { orElse } from '../../base/errors.js';

type Decoder = (content: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  // Many servers omit the zlib header.
  [
    'deflate',
    (bytes, options) => ((bytes[0] ?? 0) % 16 === 8 ? inflateSync : inflateRawSync)(bytes, options),
  ],
  ['br', brotliDecompressSync],
]);

export const allCodings = 'gzip, deflate, br';

/** Lets about a third of all kinds of requests accept codings, by the seed. */
export const acceptsCodings = (seed: number, kind: string): boolean =>
  createHash('sha256').update(`${seed} ${kind}`).digest().readUInt32BE() % 3 === 0;

export interface Decoded {
  readonly content: Buffer;
  readonly miscoded?: { readonly declared: string | null; readonly seen: string | null };
}

/** Content that doesn't match its codings (RFC 9110 8.4), or exceeds `largest` bytes, stays as it is. */
export function decoded(
  headers: Readonly<Record<string, string>>,
  content: Buffer,
  largest: number,
): Decoded {
  const named = (headers['content-encoding'] ?? '').toLowerCase();
  const decode = (bytes: Buffer, coding: string) =>
    decoders.get(coding)?.(bytes, { maxOutputLength: largest }) ?? bytes;
  const isLeft = (coding: string) =>
    orElse(false, () => /^\s*[{[<]/.test(decode(content, coding).toString('latin1', 0, 100)));
  try {
    const plain = named.split(/[\s,]+/).reduceRight(decode, content);
    if (named !== '' || content.length === 0 || /^[\t\r\n -~]*$/.test(plain.toString('latin1', 0, 4)))
      return { content: plain };
    const coding = [...decoders.keys()].find(isLeft);
    return { content, ...(coding === undefined ? {} : { miscoded: { declared: null, seen: coding } }) };
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    const isMiscoded = content.length > 0 && !isTooLarge;
    return { content, ...(isMiscoded ? { miscoded: { declared: named, seen: null } } : {}) };
  }
}
