import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { ArrangeError, TransportError } from '../../src/base/errors.js';
import { httpServer, listen, tcpServer } from '../cli/servers.js';
import { connectedTo } from '../connection/emulated.js';

const json = { 'content-type': 'application/json' };

type Answers = readonly (readonly [status: number, headers?: object, content?: string])[];

/** A connection to a server that gives these answers in turn and repeats the last one. */
async function answered(answers: Answers, more: object = {}) {
  const seen: string[] = [];
  const listener: RequestListener = (request, response) => {
    request.resume();
    const [status, headers, content = '{}'] = answers[Math.min(seen.length, answers.length - 1)] ?? [500];
    seen.push(request.method ?? '');
    response.writeHead(status, { ...json, ...headers }).end(content);
  };
  const { port } = await listen(httpServer(listener));
  return { seen, ...(await connectedTo(port, more)) };
}

/** The movable clock of a target, which makes waits unnecessary. */
async function movableClock(): Promise<string> {
  const listener: RequestListener = (request, response) => {
    request.resume();
    response.writeHead(200, json).end(JSON.stringify({ now: new Date().toISOString() }));
  };
  return `http://127.0.0.1:${(await listen(httpServer(listener))).port}/clock`;
}

const soon = { 'retry-after': '0' };

describe('a gateway that got no answer', () => {
  const html = { 'content-type': 'text/html' };

  test.each([502, 504])('is asked for the same read once more: %d', async (status) => {
    const { api, seen } = await answered([[status, html, `<h1>${status}</h1>`], [200]]);

    expect((await api.call('GetMFAConfig')).status).toBe(200);
    expect(seen).toEqual(['GET', 'GET']);
  });

  test('says nothing about the target: for a write at once, for a read after a repetition', async () => {
    const { api, seen } = await answered([[504, html, '<h1>504</h1>']]);

    await expect(api.call('CreateTotpKey', { json: {} })).rejects.toThrow(TransportError);
    await expect(api.call('GetMFAConfig')).rejects.toThrow(/answered 504 by a gateway/);
    expect(seen).toEqual(['POST', 'GET', 'GET']);
  });

  test('is not an answer in JSON', async () => {
    const { api } = await answered([[502, {}, '{"message":"Salesforce is not reached."}']]);

    expect((await api.call('CreateSession', { json: {} })).status).toBe(502);
  });
});

describe('a target that asks to wait', () => {
  test('is asked again, and the waits are counted', async () => {
    const { api, events, seen } = await answered([[429, soon], [503, soon], [200]]);

    const answer = await api.call('CreateTotpKey', { json: { totpKeyName: 'a key' } });

    expect(answer.status).toBe(200);
    expect(seen).toEqual(['POST', 'POST', 'POST']);
    expect(events.map(({ type }) => type)).toEqual([
      ...['exchange', 'retry', 'wait began', 'wait'],
      ...['exchange', 'retry', 'wait began', 'wait', 'exchange'],
    ]);
  });

  test('for ever gives no judgeable answer, and later waits are shorter', async () => {
    const { api, seen } = await answered([[429, soon]]);

    await expect(api.call('GetMFAConfig')).rejects.toThrow(ArrangeError);
    expect(seen.length).toBe(4);
    await expect(api.call('GetMFAConfig')).rejects.toThrow(/kept asking to wait/);
    expect(seen.length).toBe(5);
  });

  test('for an hour is not waited for', async () => {
    const { api, seen } = await answered([[503, { 'retry-after': '3600' }]]);

    await expect(api.call('GetMFAConfig')).rejects.toThrow(/503, which asks to wait 3600 s/);
    expect(seen.length).toBe(1);
  });

  test('is believed if throttling is tested', async () => {
    const { api } = await answered([[429, soon]]);

    expect((await api.call('GetMFAConfig', { throttlingIsTested: true })).status).toBe(429);
  });

  test('on a raw connection is asked again, too', async () => {
    const { api, seen } = await answered([[429, soon], [200]]);

    expect((await api.callRaw('GetMFAConfig')).status).toBe(200);
    expect(seen.length).toBe(2);
  });

  test.each([429, 503])('by a plain %d that says nothing of how long is asked again', async (status) => {
    const html = { 'content-type': 'text/html' };
    const clock = { control: await movableClock() };
    const busy = [status, html] as const;
    const { api, seen } = await answered([[...busy, '<html>Busy</html>'], [...busy, ''], [200]], { clock });

    expect((await api.call('CreateTotpKey', { json: { totpKeyName: 'a key' } })).status).toBe(200);
    expect(seen.length).toBe(3);
  });

  test('but a 503 of the API itself that does not ask is an answer', async () => {
    const { api } = await answered([[503]]);

    expect((await api.call('GetMFAConfig')).status).toBe(503);
  });
});

/** A connection to a server that answers a request, by its number and text, or breaks the connection. */
async function breaking(breaks: (nth: number, request: string) => boolean) {
  const seen: { readonly request: string; readonly connection: number }[] = [];
  let connections = 0;
  const server = tcpServer((socket) => {
    connections += 1;
    const connection = connections;
    socket.on('data', (data) => {
      seen.push({ request: data.toString(), connection });
      if (breaks(seen.length, data.toString())) return socket.destroy();
      return socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
    });
  });
  return { seen, ...(await connectedTo((await listen(server)).port)) };
}

test.each(['UpdateSupportMFAConfig', 'CreateSession', 'UpdateMFAConfig'] as const)(
  '%s is not repeated when the connection breaks, kept alive or not',
  async (operation) => {
    const { api, seen } = await breaking((_, request) => !request.startsWith('GET'));
    await api.call('GetMFAConfig');

    await expect(api.call(operation, { json: { enabled: false } })).rejects.toThrow(TransportError);

    expect(seen.filter(({ request }) => !request.startsWith('GET'))).toHaveLength(1);
  },
);

test('a read on a stale connection is repeated, and later requests use new connections', async () => {
  const { api, seen } = await breaking((nth) => nth === 2);

  for (let n = 0; n < 4; n += 1) {
    await api.call('GetMFAConfig');
    // The connection is free only after this.
    await new Promise(setImmediate);
  }

  expect(seen.map(({ connection }) => connection)).toEqual([1, 1, 2, 3, 4]);
});

test('an invalid read, or one whose connection always closes, has no answer', async () => {
  const { api, seen } = await breaking(() => true);

  await expect(api.call('GetMFAConfig', { mistake: 'a wrong API key' })).rejects.toThrow(TransportError);
  expect(seen).toHaveLength(1);
  await expect(api.call('GetMFAConfig')).rejects.toThrow(TransportError);
  expect(seen).toHaveLength(3);
});

test('limits.requestsPerSecond holds for every kind of request', async () => {
  const { api, seen } = await answered([[200]], { limits: { requestsPerSecond: 20 } });
  const startedAt = performance.now();

  await Promise.all([
    ...Array.from({ length: 7 }, () => api.call('GetMFAConfig')),
    ...Array.from({ length: 4 }, () => api.callRaw('GetMFAConfig')),
  ]);

  expect(seen.length).toBe(11);
  // Ten gaps of 50 ms: a lower bound that holds on any machine.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(500);
});

describe('a target that restarts', () => {
  const answering: RequestListener = (_request, response) => {
    response.writeHead(200, { ...json, connection: 'close' }).end('{"enabled":false}');
  };

  /** A target that answered once and then went down. */
  async function goneAfterAnAnswer() {
    const server = httpServer(answering);
    const { port } = await listen(server);
    const { api, events } = await connectedTo(port);
    await api.call('GetMFAConfig');
    await new Promise((closed) => server.close(closed));
    return { api, events, comesBack: () => listen(httpServer(answering), undefined, port) };
  }

  test('is waited for: nothing was sent, so that sending again is safe', async () => {
    const { api, events, comesBack } = await goneAfterAnAnswer();

    const answer = api.call('CreateTotpKey', { json: { totpKeyName: 'a key' } });
    const raw = api.callRaw('GetMFAConfig');
    await expect.poll(() => events.filter(({ type }) => type === 'wait began')).toHaveLength(2);
    await comesBack();

    expect([(await answer).status, (await raw).status]).toEqual([200, 200]);
    expect(events.filter(({ type }) => type === 'wait')).toHaveLength(2);
  });

  test('and that never was there is not waited for, nor blamed for closing a connection', async () => {
    const server = httpServer(answering);
    const { port } = await listen(server);
    await new Promise((closed) => server.close(closed));
    const { api, events } = await connectedTo(port);

    const sent = api.call('CreateTotpKey', { anyJson: {}, mistake: 'an empty body' });

    await expect(sent).rejects.toThrow(/nothing listens there/);
    expect(events).toMatchObject([{ type: 'exchange', mistake: null }]);
  });
});
