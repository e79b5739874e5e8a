import { wholeFile } from '../../base/files.js';

const maxBytes = 1_000_000;

export interface TextFile {
  readonly text: string;
  /** Permission bits; meaningless on Windows. */
  readonly mode: number;
}

export function readTextFile(path: string): TextFile | { readonly trouble: string } {
  const { trouble, bytes, mode = 0 } = wholeFile(path, maxBytes);
  if (bytes === undefined) return { trouble };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), mode };
  } catch {
    return { trouble: 'is not UTF-8 text: save it as UTF-8' };
  }
}
