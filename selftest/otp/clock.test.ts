import { describe, expect, test } from 'vitest';
import { ArrangeError, ConfigurationError, TransportError } from '../../src/base/errors.js';
import { steadyNow } from '../../src/base/steady-now.js';
import { ControlledClock, DateOffsetClock } from '../../src/wire/clock/clock.js';
import { httpServer, listen, unusedPort } from '../cli/servers.js';
import { bytesOf } from '../tool/proxy.js';

/** How long an answer takes at most on a slow machine; less than all offsets here. */
const roughlyMs = 5_000;

/** Expects a clock to be ahead of this machine's. Allows for the time between two readings. */
function expectAhead(clock: { now(): number }, byMs: number, withinMs: number): void {
  const before = Date.now();
  const now = clock.now();
  const after = Date.now();
  expect(now).toBeGreaterThanOrEqual(before + byMs - withinMs);
  expect(now).toBeLessThanOrEqual(after + byMs + withinMs);
}

describe('DateOffsetClock', () => {
  /** An exchange of 20 ms with a target whose clock is ahead by `offset`. */
  const sample = (offset: number, at: number) => ({
    dateHeader: new Date(Math.floor((at + offset) / 1000) * 1000).toUTCString(),
    sentAt: at - 10,
    receivedAt: at + 10,
  });
  const base = 1_800_000_000_000;

  function take(clock: DateOffsetClock, offset: (index: number) => number, end: number, first = 0): void {
    for (let index = first; index < end; index += 1)
      void clock.learn(sample(offset(index), base + index * 137));
  }

  test('knows nothing without a sample', () => {
    const clock = new DateOffsetClock();

    expect(clock).toMatchObject({ known: false, offsetMs: 0, canMove: false });
    expectAhead(clock, 0, 5);
  });

  test('is within a second after one sample', () => {
    const clock = new DateOffsetClock();
    void clock.learn(sample(90_000, base + 123));

    expect(clock.known).toBe(true);
    expect(Math.abs(clock.offsetMs - 90_000)).toBeLessThanOrEqual(510);
  });

  test.each([90_000, -45_678, 0, 3_600_250])('narrows to the true offset of %i ms', (offset) => {
    const clock = new DateOffsetClock();
    take(clock, () => offset, 30);

    expect(Math.abs(clock.offsetMs - offset)).toBeLessThanOrEqual(50);
    expectAhead(clock, offset, 100);
  });

  test.each<[string, (index: number) => number, number, number]>([
    ['begins again if the clock was set', (index) => (index < 10 ? 0 : 600_000), 20, 1],
    ['does not take drift or several nodes for a set clock', (index) => (index % 2) * 1_500, 20, 0],
    ['is set if it goes back by more than nodes differ', (index) => (index === 1 ? 60_000 : 0), 3, 2],
  ])('%s', (_, offset, samples, jumps) => {
    const clock = new DateOffsetClock();
    take(clock, offset, samples);

    expect(clock.jumps).toBe(jumps);
    if (jumps === 1) expect(Math.abs(clock.offsetMs - 600_000)).toBeLessThanOrEqual(100);
  });

  test.each([[[-2_000, 0, 3_500]], [[0, 12_000]]])('notices clocks %j ms apart once', (apart) => {
    const clock = new DateOffsetClock();
    take(clock, (index) => apart[index % apart.length] ?? 0, 30);
    const found = clock.jumps;
    take(clock, (index) => apart[index % apart.length] ?? 0, 90, 30);

    expect(clock.jumps).toBe(found);
  });

  test.each([
    [[0, 25_000], 25_000],
    [[-10_000, 0, 12_000], 22_000],
    [[0, 600_000], 0],
    [[0], 0],
  ])('measures the distance of nodes with clocks %j ms ahead', (ahead, apartMs) => {
    const clock = new DateOffsetClock();
    take(clock, (index) => ahead[index % ahead.length] ?? 0, 30);

    // Each of two Dates may be off by a second, and by the 20 ms of its exchange.
    expect(clock.apartMs).toBeLessThanOrEqual(apartMs);
    expect(clock.apartMs + 2_040).toBeGreaterThanOrEqual(apartMs);
  });

  test('forgets how far nodes were apart after a minute', () => {
    const clock = new DateOffsetClock();
    for (const at of [0, 100, 61_000, 61_100]) void clock.learn(sample(at === 100 ? 25_000 : 0, base + at));

    expect(clock.apartMs).toBe(0);
  });

  test.each([
    '',
    'yesterday',
    '2027-01-15T08:00:00Z',
    'Mon, 15 Jan 2027 08:00:00 GMT',
    'Tue, 31 Feb 2027 08:00:00 GMT',
  ])('does not take %j for a date', (dateHeader) => {
    const clock = new DateOffsetClock();
    void clock.learn({ dateHeader, sentAt: base, receivedAt: base });

    expect(clock.known).toBe(false);
  });

  test('cannot be moved', async () => {
    await expect(new DateOffsetClock().advance()).rejects.toThrow(ArrangeError);
  });
});

describe('ControlledClock', () => {
  type Answering = (method: string, body: string) => { status?: number; text: string } | undefined;

  async function listening(answer: Answering) {
    const server = httpServer(async (request, response) => {
      const given = answer(request.method ?? '', String(await bytesOf(request)));
      if (given !== undefined) response.writeHead(given.status ?? 200).end(given.text);
    });
    return `http://user:hunter2@127.0.0.1:${(await listen(server)).port}/clock?key=hunter2`;
  }

  async function movable(aheadMs: number) {
    const real = { aheadMs };
    const url = await listening((_method, body) => {
      real.aheadMs += body === '' ? 0 : Number(Object(JSON.parse(body)).advanceMs);
      return { text: JSON.stringify({ now: new Date(Date.now() + real.aheadMs) }) };
    });
    return { real, clock: await ControlledClock.connect(url) };
  }

  test('is read at first, and moved', async () => {
    const { clock } = await movable(7000);
    expect(clock).toMatchObject({ known: true, canMove: true });
    expect(Math.abs(clock.offsetMs - 7000)).toBeLessThan(roughlyMs);

    await clock.advance(60_000);

    expect(Math.abs(clock.offsetMs - 67_000)).toBeLessThan(roughlyMs);
    expectAhead(clock, 67_000, roughlyMs);
  });

  test('is read again if answers show that somebody else has set it', async () => {
    const { real, clock } = await movable(0);
    const learn = () => {
      const at = { sentAt: steadyNow(), receivedAt: steadyNow() };
      return clock.learn({ dateHeader: new Date(steadyNow() + real.aheadMs).toUTCString(), ...at });
    };

    await learn();
    await clock.advance(90_000);
    await learn();
    expect(clock.jumps).toBe(0);
    real.aheadMs -= 600_000;
    await learn();

    expect(clock.jumps).toBe(1);
    expect(Math.abs(clock.offsetMs + 510_000)).toBeLessThan(roughlyMs);
  });

  test.each([-1, 0.5, Number.NaN])('is not moved by %d', async (ms) => {
    const { clock } = await movable(0);

    await expect(clock.advance(ms)).rejects.toThrow(ArrangeError);
    expect(Math.abs(clock.offsetMs)).toBeLessThan(roughlyMs);
  });

  test.each([
    ['404', { status: 404, text: '{}' }],
    ['a redirect', { status: 302, text: '' }],
    ['no JSON', { text: 'noon' }],
    ['no now', { text: '{"time":"2027-01-15T08:00:00Z"}' }],
    ['a number', { text: '{"now":1800000000000}' }],
    ['no zone', { text: '{"now":"2027-01-15T08:00:00"}' }],
    ['no date', { text: '{"now":"2027-13-45T08:00:00Z"}' }],
    ['a list', { text: '[]' }],
    ['null', { text: 'null' }],
    ['a page', { text: 'x'.repeat(100_000) }],
  ])('%s is not a clock, and its credentials are not shown', async (_name, answer) => {
    const connecting = ControlledClock.connect(await listening(() => answer));

    const words = /^The clock control at http:\/\/127\.0\.0\.1:\d+\/clock answered GET/;
    await expect(connecting).rejects.toThrow(ConfigurationError);
    await expect(connecting).rejects.toThrow(words);
  });

  test('silence is a transport error', async () => {
    const connecting = ControlledClock.connect(await listening(() => undefined), 100);

    await expect(connecting).rejects.toThrow(TransportError);
    await expect(connecting).rejects.toThrow(/no answer within 100 ms/);
  });

  test('a missing listener is a transport error', async () => {
    const url = `http://127.0.0.1:${await unusedPort()}/clock`;

    await expect(ControlledClock.connect(url)).rejects.toThrow(/nobody listens there/);
  });

  test('an invalid URL is a configuration error', async () => {
    await expect(ControlledClock.connect('ftp://x')).rejects.toThrow(ConfigurationError);
    await expect(ControlledClock.connect('noon')).rejects.toThrow(ConfigurationError);
  });
});
