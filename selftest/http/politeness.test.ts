import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { ArrangeError, TransportError } from '../../src/base/errors.js';
import type { Api } from '../../src/target/connection/api.js';
import { httpServer, listen, tcpServer } from '../cli/servers.js';
import { connectedTo } from '../connection/emulated.js';

const json = { 'content-type': 'application/json' };

type Answers = readonly (readonly [status: number, headers?: object, content?: string])[];

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

/** The movable clock of a target. With it, no wait takes time. */
async function movableClock(): Promise<string> {
  const listener: RequestListener = (request, response) => {
    request.resume();
    response.writeHead(200, json).end(JSON.stringify({ now: new Date().toISOString() }));
  };
  return `http://127.0.0.1:${(await listen(httpServer(listener))).port}/clock`;
}

const soon = { 'retry-after': '0' };

const html = { 'content-type': 'text/html' };

const requests = {
  read: (api: Api) => api.call('GetMFAConfig'),
  'raw read': (api: Api) => api.callRaw('GetMFAConfig'),
  'tested read': (api: Api) => api.call('GetMFAConfig', { expects: 'either' }),
  write: (api: Api) => api.call('CreateTotpKey', { json: { totpKeyName: 'a key' } }),
};

const busy = (status: number): Answers => [[status, html, '<html>Busy</html>'], [status, html, ''], [200]];

test.each<[string, keyof typeof requests, Answers, number | RegExp, number]>([
  ['a request is repeated once after 502 of a gateway', 'read', [[502, html, '<h1>502</h1>'], [200]], 200, 2],
  ['and after its 504', 'read', [[504, html, '<h1>504</h1>'], [200]], 200, 2],
  ['an error of a gateway remains', 'read', [[504, html, '<h1>504</h1>']], /answered 504 by a gateway/, 2],
  ['a write is not repeated', 'write', [[504, html, '<h1>504</h1>']], /answered 504 by a gateway/, 1],
  ['an answer in JSON is not of a gateway', 'write', [[502, {}, '{"message":"No Salesforce."}']], 502, 1],
  [
    'an hour is awaited by the clock only',
    'read',
    [[503, { 'retry-after': '3600' }]],
    /asks to wait 3600 s: the suite waits 120 s/,
    2,
  ],
  ['two days are not awaited', 'read', [[503, { 'retry-after': '172800' }]], /172800 s/, 1],
  ['a limit of ten minutes ends by the clock', 'write', [[429, { 'retry-after': '572' }], [200]], 200, 2],
  ['throttling that is tested is believed', 'tested read', [[429, soon]], 429, 1],
  ['a raw request is sent again, too', 'raw read', [[429, soon], [200]], 200, 2],
  ['a plain 429 without a time is awaited', 'write', busy(429), 200, 3],
  ['a plain 503 too', 'write', busy(503), 200, 3],
  ['a 503 of the API without Retry-After is an answer', 'read', [[503]], 503, 1],
])('%s: %s', async (_, request, answers, expected, times) => {
  const { api, seen } = await answered(answers, { clock: { control: await movableClock() } });

  const answer = requests[request](api);

  if (typeof expected === 'number') expect((await answer).status).toBe(expected);
  else await expect(answer).rejects.toThrow(expected);
  expect(seen).toHaveLength(times);
});

test('a target that asks to wait is asked again, and the waits are counted', async () => {
  const { api, events } = await answered([[429, soon], [503, soon], [200]]);

  expect((await requests.write(api)).status).toBe(200);
  expect(events.map(({ type }) => type)).toEqual([
    ...['exchange', 'retry', 'wait began', 'wait'],
    ...['exchange', 'retry', 'wait began', 'wait', 'exchange'],
  ]);
});

test.each([soon, {}])('endless 429 with %j gives no answer to judge, and ends the waits', async (of) => {
  const { api, seen } = await answered([[429, of]], { clock: { control: await movableClock() } });

  const times: number[] = [];
  for (const operation of ['GetMFAConfig', 'GetMFAConfig', 'GetSupportMFAConfig'] as const) {
    const answer = api.call(operation);
    await expect(answer).rejects.toThrow(ArrangeError);
    await expect(answer).rejects.toThrow(of === soon ? /wait \d+ s: the target/ : /wait: the target/);
    times.push(seen.length);
  }
  expect(times).toEqual([5, 6, 11]);
});

test('the restore waits longer, also for operations that were asked in vain, and tells of it', async () => {
  const long: Answers[number] = [429, { 'retry-after': '1000' }];
  const { api, connection, seen } = await answered([long, long, [429, { 'retry-after': '6' }], [200]]);
  const told: string[] = [];
  const read = () => api.call('GetMFAConfig');

  await expect(read()).rejects.toThrow(/asks to wait 1000 s: the suite waits 120 s at most/);
  connection.waiter.tellWait = (what) => told.push(what);
  await expect(read()).rejects.toThrow(/asks to wait 1000 s: the suite waits 900 s at most/);
  expect((await read()).status).toBe(200);
  expect(told).toEqual(['6 s that the target asks for (retry-after)']);
  expect(seen).toHaveLength(4);
});

test('if moving the clock ends no wait, the suite waits in real time from then on', async () => {
  const busy = { 'retry-after': '1' };
  const answers: Answers = [[429, busy], [429, busy], [200], [429, busy], [200]];
  const { api, seen, events } = await answered(answers, { clock: { control: await movableClock() } });

  for (const times of [3, 5]) {
    expect((await api.call('GetMFAConfig')).status).toBe(200);
    expect(seen).toHaveLength(times);
  }
  expect(events.flatMap((each) => (each.type === 'wait' ? [each.ms] : []))).toEqual([1000, 1000]);
});

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
    // Only now is the connection free.
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
  // Eleven requests have ten gaps of 50 ms. This lower bound holds on any machine.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(500);
});

const answering: RequestListener = (_request, response) => {
  response.writeHead(200, { ...json, connection: 'close' }).end('{"enabled":false}');
};

async function goneAfterAnAnswer() {
  const server = httpServer(answering);
  const { port } = await listen(server);
  const { api, events } = await connectedTo(port);
  await api.call('GetMFAConfig');
  await new Promise((closed) => server.close(closed));
  return { api, events, comesBack: () => listen(httpServer(answering), undefined, port) };
}

test('a restarting target is awaited: nothing was sent, so sending again is safe', async () => {
  const { api, events, comesBack } = await goneAfterAnAnswer();

  const answer = api.call('CreateTotpKey', { json: { totpKeyName: 'a key' } });
  const raw = api.callRaw('GetMFAConfig');
  await expect.poll(() => events.filter(({ type }) => type === 'wait began')).toHaveLength(2);
  await comesBack();

  expect([(await answer).status, (await raw).status]).toEqual([200, 200]);
  expect(events.filter(({ type }) => type === 'wait')).toHaveLength(2);
});

test('a target that never listened is not awaited, and not blamed for a closed connection', async () => {
  const server = httpServer(answering);
  const { port } = await listen(server);
  await new Promise((closed) => server.close(closed));
  const { api, events } = await connectedTo(port);

  const sent = api.call('CreateTotpKey', { anyJson: {}, mistake: 'an empty body' });

  await expect(sent).rejects.toThrow(/nothing listens there/);
  expect(events).toMatchObject([{ type: 'exchange', mistake: null }]);
});
