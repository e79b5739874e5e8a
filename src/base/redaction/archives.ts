import { gunzipSync, inflateRawSync } from 'node:zlib';

export interface Entry {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A larger content is not unpacked. */
const largest = 256 * 1024 * 1024;

/** The content of a zip or gzip file; undefined for others. @throws Error for one that can't be unpacked */
export function unpacked(bytes: Buffer): Entry[] | undefined {
  if (bytes.length > 2 && bytes.readUInt16BE(0) === 0x1f8b) {
    return [{ name: 'content', bytes: gunzipSync(bytes, { maxOutputLength: largest }) }];
  }
  return bytes.length > 21 && bytes.readUInt32LE(0) === localHeader ? entriesOf(bytes) : undefined;
}

// Signatures of APPNOTE 6.3.10, 4.3.7, 4.3.12 and 4.3.16.
const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endOfCentral = Buffer.from([0x50, 0x4b, 0x05, 0x06]);

/** The entries of a zip, by its central directory. */
function entriesOf(zip: Buffer): Entry[] {
  const end = zip.lastIndexOf(endOfCentral);
  if (end === -1) throw new Error('the zip has no directory');
  const count = zip.readUInt16LE(end + 10);
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let n = 0; n < count; n += 1) {
    if (zip.readUInt32LE(at) !== centralHeader) throw new Error("the zip's directory is damaged");
    const [nameLength, extra, comment] = [at + 28, at + 30, at + 32].map((place) => zip.readUInt16LE(place));
    const name = zip.subarray(at + 46, at + 46 + (nameLength ?? 0)).toString('utf8');
    entries.push({ name, bytes: contentOf(zip, at) });
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return entries;
}

function contentOf(zip: Buffer, central: number): Buffer {
  const method = zip.readUInt16LE(central + 10);
  const size = zip.readUInt32LE(central + 20);
  const local = zip.readUInt32LE(central + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + size);
  if (method === 0) return packed;
  if (method === 8) return inflateRawSync(packed, { maxOutputLength: largest });
  throw new Error(`the zip is packed by method ${method}`);
}
