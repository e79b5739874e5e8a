import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

type Decoder = (content: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

/**
 * Content as it was before its content codings (RFC 9110 8.4). A request that names none that it accepts lets the
 * target choose any (12.5.3).
 *
 * @param headers names in lower case
 * @param largest in bytes
 * @returns the content as it came where it is not what its codings say, or too large
 */
export function decoded(headers: Readonly<Record<string, string>>, content: Buffer, largest: number): Buffer {
  const codings = (headers['content-encoding'] ?? '').toLowerCase().split(/[\s,]+/);
  try {
    return codings.reduceRight(
      (bytes, coding) => decoders.get(coding)?.(bytes, { maxOutputLength: largest }) ?? bytes,
      content,
    );
  } catch {
    return content;
  }
}
