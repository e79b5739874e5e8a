const blank = /[ \t\n\r]*/y;
const text = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const word = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * The offset of the first error in a JSON text (RFC 8259); undefined: the text is valid. JSON.parse quotes
 * the text in its messages, which may hold a password. It descends at most `maxDepth` levels.
 */
export function jsonErrorOffset(source: string, maxDepth: number): number | undefined {
  let offset = 0;

  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = offset;
    if (!pattern.test(source)) return false;
    offset = pattern.lastIndex;
    return true;
  };
  const takeCharacter = (character: string): boolean => {
    take(blank);
    if (source[offset] !== character) return false;
    offset++;
    return true;
  };
  const member = (depth: number) => {
    take(blank);
    return take(text) && takeCharacter(':') && value(depth);
  };
  const list = (close: string, item: () => boolean): boolean => {
    if (takeCharacter(close)) return true;
    do {
      if (!item()) return false;
    } while (takeCharacter(','));
    return takeCharacter(close);
  };
  const value = (depth: number): boolean => {
    if (depth > maxDepth) return false;
    if (takeCharacter('{')) return list('}', () => member(depth + 1));
    if (takeCharacter('[')) return list(']', () => value(depth + 1));
    return take(text) || take(word);
  };

  if (!value(0)) return offset;
  take(blank);
  return offset === source.length ? undefined : offset;
}
