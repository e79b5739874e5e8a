const closed = /UND_ERR_SOCKET|ECONNRESET|EPIPE|other side closed|terminated/;

const explanations: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/ECONNREFUSED/, 'nothing listens there: is the target up, and are host and port of baseUrl right?'],
  [/ENOTFOUND|EAI_AGAIN/, 'the host name of baseUrl is not known here'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no route to the host'],
  [/UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT/, 'the host does not answer to a connection'],
  [
    /ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|EPROTO/,
    'the port does not speak TLS: should baseUrl begin with http://?',
  ],
  [/CERT_HAS_EXPIRED/, "the server's certificate has expired"],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    "the server's certificate is for another name: set tls.serverName if it is the right server",
  ],
  [
    /UNABLE_TO_VERIFY_LEAF_SIGNATURE|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT/,
    "the server's certificate is not signed by a trusted authority: set tls.ca to the right one, or tls.pin",
  ],
  [/CERT_|ERR_TLS|ERR_SSL/, 'TLS failed'],
  [/UND_ERR_HEADERS_OVERFLOW/, "the answer's header section is larger than 16 KiB"],
  [
    /UND_ERR_INVALID_ARG/,
    'a header or the path holds a character that HTTP forbids: look for one in the API keys and in baseUrl',
  ],
  [/UND_ERR_RES_CONTENT_LENGTH_MISMATCH/, 'the answer has another length than its Content-Length says'],
  [
    /HTTPParserError|HPE_|UND_ERR_RES|ERR_HTTP/,
    'what came back is not HTTP: does the port speak TLS, or another protocol?',
  ],
  [closed, 'the connection was closed before the answer was complete'],
];

/** @param isLimit the time is the target file's request timeout @param came the part that arrived in time */
export function inWords(error: unknown, url: URL, timeoutMs: number, isLimit = true, came = ''): string {
  const where = `${url.origin}${url.pathname}`;
  const text = chainOf(error);
  if (isTimeout(error)) {
    const within = `within ${Math.round(timeoutMs)} ms${isLimit ? ' (limits.requestTimeoutMs)' : ''}`;
    return came === ''
      ? `No answer from ${where} ${within}.`
      : `The answer from ${where} did not end ${within}: ${came} came.`;
  }
  const known = explanations.find(([pattern]) => pattern.test(text))?.[1] ?? 'the request failed';
  const code = /\b(?:E[A-Z]{4,}|[A-Z]+(?:_[A-Z0-9]+)+)\b/.exec(text)?.[0];
  const end = code === undefined ? '' : ` (${code})`;
  return `No answer from ${where}: ${known}${end}${known.endsWith('?') && end === '' ? '' : '.'}`;
}

export const isTimeout = (error: unknown): boolean =>
  /TimeoutError|aborted due to timeout/.test(chainOf(error));

/** Errors of connecting, of the TLS handshake, and of a request that can't be written. */
const unsent =
  /\b(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|connect E(?:HOST|NET)UNREACH|UND_ERR_(?:CONNECT_TIMEOUT|INVALID_ARG)|CERT_HAS_EXPIRED|ERR_TLS_CERT_ALTNAME_INVALID|UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT\w*)|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT\w*)\b/;

export const neverSent = (error: unknown): boolean => unsent.test(chainOf(error));

export function howItBroke(error: unknown): 'refused' | 'closed' | undefined {
  const text = chainOf(error);
  if (/\bECONNREFUSED\b/.test(text)) return 'refused';
  return closed.test(text) && !/UND_ERR_RES/.test(text) ? 'closed' : undefined;
}

export function tooLarge(url: URL, limit: number): string {
  return `The answer from ${url.origin}${url.pathname} is larger than ${limit / 1024 / 1024} MB: no answer of this API is.`;
}

function chainOf(error: unknown): string {
  const parts: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    parts.push(at.name, 'code' in at ? String(at.code) : '', at.message);
    if (at instanceof AggregateError) parts.push(...at.errors.map((each) => chainOf(each)));
  }
  return parts.join(' ');
}
