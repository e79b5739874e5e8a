import { hasContent, reachesEnd } from './framing.js';
import { joined } from './transport.js';

/** An answer with its exact bytes, which client libraries hide. */
export interface RawAnswer {
  readonly status: number;
  /** The reason phrase. */
  readonly reason: string;
  /** Status line and header section. */
  readonly head: string;
  /** Names in lower case; a comma joins repeated fields. */
  readonly headers: Readonly<Record<string, string>>;
  /** All bytes after the header section, with chunk marks. */
  readonly rest: Buffer;
}

/** The first complete answer that is not interim (RFC 9110 15.2). A 101 is final: another protocol follows. */
export function rawAnswerIn(all: Buffer): RawAnswer | undefined {
  let bytes = all;
  let split = bytes.indexOf('\r\n\r\n');
  while (split !== -1 && isInterim(bytes)) {
    bytes = bytes.subarray(split + 4);
    split = bytes.indexOf('\r\n\r\n');
  }
  const head = bytes.subarray(0, split === -1 ? bytes.length : split).toString('latin1');
  const [, status, reason = ''] = /^HTTP\/1\.[01] (\d{3}) ?([^\r]*)/.exec(head) ?? [];
  if (split === -1 || status === undefined) return undefined;
  return { status: Number(status), reason, head, headers: fieldsOf(head), rest: bytes.subarray(split + 4) };
}

/** Whether these bytes hold a whole answer; see {@link reachesEnd}. */
export function isWholeAnswer(method: string, bytes: Buffer): boolean {
  const answer = rawAnswerIn(bytes);
  if (answer === undefined) return false;
  return !hasContent(method, answer.status) || reachesEnd(answer.headers, answer.rest);
}

function isInterim(bytes: Buffer): boolean {
  return /^HTTP\/1\.[01] 1(?!01)\d\d/.test(bytes.subarray(0, 12).toString('latin1'));
}

function fieldsOf(head: string): Record<string, string> {
  const fields = new Map<string, string[]>();
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const values = fields.get(name) ?? [];
    values.push(line.slice(colon + 1));
    fields.set(name, values);
  }
  return joined(Object.fromEntries(fields));
}
