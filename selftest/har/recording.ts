export interface Recorded {
  readonly method?: string;
  readonly url?: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly requestBody?: unknown;
  readonly status?: number;
  /** Empty if the recorder omits header fields. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly mediaType?: string;
  readonly text?: string | undefined;
  readonly size?: number;
  readonly encoding?: 'base64';
}

export const root = 'https://cluster.example/v2';

const date = 'Wed, 25 Nov 2026 10:00:00 GMT';

/** An entry; by default with the answer of a conforming target. */
export function entryOf(recorded: Recorded): unknown {
  const { method = 'GET', url = `${root}/mfa-config`, requestBody } = recorded;
  const { status = 200, mediaType = 'application/json' } = recorded;
  const ordinary = status === 204 ? '' : '{"enabled":false}';
  const text = 'text' in recorded ? recorded.text : ordinary;
  const headers = recorded.headers ?? { Date: date, ...(text ? { 'Content-Type': mediaType } : {}) };
  const sent = typeof requestBody === 'string' ? requestBody : JSON.stringify(requestBody);
  return {
    startedDateTime: '2026-11-25T10:00:00.000Z',
    time: 12.5,
    request: {
      method,
      url,
      httpVersion: 'HTTP/1.1',
      headers: pairs(recorded.requestHeaders ?? {}),
      ...(requestBody === undefined ? {} : { postData: { mimeType: 'application/json', text: sent } }),
    },
    response: {
      status,
      httpVersion: 'HTTP/1.1',
      headers: pairs(headers),
      content: {
        size: recorded.size ?? text?.length ?? 1,
        mimeType: mediaType,
        ...(text === undefined ? {} : { text }),
        ...(recorded.encoding === undefined ? {} : { encoding: recorded.encoding }),
      },
    },
  };
}

export function harOf(...entries: readonly Recorded[]): string {
  return JSON.stringify({
    log: { version: '1.2', creator: { name: 'selftest', version: '1' }, entries: entries.map(entryOf) },
  });
}

function pairs(headers: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}
