import { groupBy } from '../../base/group.js';
import type { Exchange } from '../../base/model/exchange.js';
import type { Verdict } from '../../base/model/verdict.js';

/** Renders the exchanges of failed and waived requirements as HAR 1.2, each once, with its requirements. */
export function renderHar(verdict: Verdict): string {
  const failed = verdict.outcomes.filter(({ outcome }) => outcome === 'fail' || outcome === 'waived');
  const sent = failed.flatMap(({ id, exchanges }) => exchanges.map((exchange) => ({ id, exchange })));
  const entries = [...groupBy(sent, ({ exchange }) => JSON.stringify(exchange)).values()]
    .flatMap((same) => same.slice(0, 1).map(({ exchange }) => ({ exchange, ids: same.map(({ id }) => id) })))
    .sort((a, b) => (a.exchange.startedAt < b.exchange.startedAt ? -1 : 1))
    .map(({ exchange, ids }) => entryOf(exchange, ids));
  const har = {
    log: {
      version: '1.2',
      creator: { name: verdict.suite.name, version: verdict.suite.version },
      entries,
      comment: `The exchanges of failed requirements on ${verdict.target.name}; secrets are redacted.`,
    },
  };
  return `${JSON.stringify(har, null, 2)}\n`;
}

function entryOf({ request, response, error, startedAt, durationMs }: Exchange, ids: readonly string[]) {
  const type = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  return {
    startedDateTime: startedAt,
    time: durationMs,
    request: {
      method: request.method,
      url: request.url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: named(Object.entries(request.headers)),
      queryString: named(new URLSearchParams(/\?(.*)/s.exec(request.url)?.[1])),
      ...(request.body === undefined ? {} : { postData: { mimeType: type ?? '', text: request.body } }),
      headersSize: -1,
      bodySize: -1,
    },
    response: {
      // Browsers write 0 if no answer came.
      status: response?.status ?? 0,
      statusText: '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: named(Object.entries(response?.headers ?? {})),
      content: {
        size: Buffer.byteLength(response?.body ?? ''),
        mimeType: response?.headers['content-type'] ?? '',
        ...(response?.body === undefined ? {} : { text: response.body }),
      },
      redirectURL: response?.headers['location'] ?? '',
      headersSize: -1,
      bodySize: -1,
      ...(error === undefined ? {} : { comment: error }),
    },
    cache: {},
    timings: { send: 0, wait: durationMs, receive: 0 },
    comment: ids.join(', '),
  };
}

const named = (pairs: Iterable<[string, string]>) => [...pairs].map(([name, value]) => ({ name, value }));
