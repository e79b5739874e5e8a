import type { OperationId } from '../contract/operations.js';

/** Who a call comes from, in a curl line. Names in capitals are variables for the reader's shell. */
export type Caller =
  | 'admin'
  | 'user'
  | 'viewer'
  | 'nobody'
  | 'wrong key'
  | 'wrong token'
  | 'wrong session'
  | 'token'
  | 'token in small letters'
  | 'key in capitals'
  | 'cut key'
  | 'longer key';

/** One command of a way to reproduce a requirement, and what it is for. */
export interface Step {
  readonly note: string;
  readonly call?: Call;
  /** A command of the shell that is no call of the API. */
  readonly command?: string;
}

export interface Call {
  readonly operation: OperationId;
  readonly as: Caller;
  /** JSON, in which `$NAME` stands for a variable; or a whole argument of `-d`, if it begins with `"$(` or `@`. */
  readonly body?: string;
  readonly mediaType?: string;
  /** In place of the operation's own. */
  readonly method?: string;
  readonly query?: string;
  /** A header field besides, as one argument of `-H` without its quotes. */
  readonly header?: string;
  /** A file for the answer's content, which then is all that is printed. */
  readonly saveAs?: string;
}

/** Where an operation is found; a contract's operations have this shape. */
export interface OperationPlace {
  readonly method: string;
  readonly path: string;
}

const headers: Readonly<Record<Caller, readonly string[]>> = {
  admin: ['"apiKey: $API_KEY"'],
  user: ['"session-id: $SESSION_ID"'],
  viewer: ['"session-id: $VIEWER_SESSION_ID"'],
  nobody: [],
  'wrong key': ["'apiKey: not-a-key'"],
  'wrong token': ["'Authorization: Bearer not-a-token'"],
  'wrong session': ["'session-id: not-a-session'"],
  token: ['"Authorization: Bearer $ACCESS_TOKEN"'],
  'token in small letters': ['"Authorization: bearer $ACCESS_TOKEN"'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: of the reader's shell
  'cut key': ['"apiKey: ${API_KEY%?}"'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: of the reader's shell
  'longer key': ['"apiKey: ${API_KEY}0"'],
  'key in capitals': ['"APIKEY: $API_KEY"'],
};

/** A curl command over several lines; a TLS certificate that the system doesn't trust needs `--cacert` as well. */
export function curlOf(call: Call, place: OperationPlace): string {
  const method = call.method ?? place.method;
  const url = `"$BASE_URL${place.path}${call.query ?? ''}"`;
  // With -X HEAD curl would wait for content.
  const verb = method === 'HEAD' ? '-I' : method === 'GET' ? '' : `-X ${method}`;
  const output = call.saveAs !== undefined ? `-o ${call.saveAs}` : method === 'HEAD' ? '' : '-i';
  const first = ['curl -sS', output, verb, url].filter((part) => part !== '').join(' ');
  const rest = headers[call.as].map((header) => `-H ${header}`);
  if (call.header !== undefined) rest.push(`-H '${call.header}'`);
  if (call.body !== undefined) {
    rest.push(`-H 'Content-Type: ${call.mediaType ?? 'application/json'}'`, `-d ${argument(call.body)}`);
  }
  return [first, ...rest].join(' \\\n  ');
}

function argument(body: string): string {
  if (body.startsWith('"$(') || body.startsWith('@')) return body;
  return body.includes('$') ? `"${body.replace(/["\\]/g, '\\$&')}"` : `'${body}'`;
}
