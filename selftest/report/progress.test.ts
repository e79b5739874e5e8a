import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Progress, type ProgressOptions } from '../../src/reports/forms/progress.js';

const erase = '\r\x1b[2K';

type Options = Partial<ProgressOptions> & { readonly columns?: number };

function progress(change: Options = {}) {
  const writes: string[] = [];
  const { columns = 100, ...options } = change;
  const stream = {
    columns,
    write: (text: string) => {
      writes.push(text);
    },
  };
  const shown = new Progress({ stream, tty: false, colour: false, quiet: false, total: 12, ...options });
  /** What a terminal shows at the end: the lines that stay, then the line that is rewritten. */
  const screen = () =>
    writes
      .join('')
      .split('\n')
      .map((line) => line.split(erase).at(-1) ?? '');
  return { shown, writes, screen, text: () => writes.join('') };
}

function begun(change?: Options) {
  const all = progress(change);
  all.shown.started('a/one');
  return all;
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-25T00:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('in a log', () => {
  test('a line for each finished area, and one for each failure', () => {
    const { shown, text } = begun({ total: 5 });

    shown.ended('a/one', 'pass', '');
    shown.started('a/two');
    shown.ended('a/two', 'fail', 'wanted 204\ngot 200');
    shown.ended('a/three', 'not run', 'no viewer');
    shown.started('b/one');
    shown.waiting('mail', Date.now() + 29_000);
    shown.waiting('expiry', Date.now() + 630_000);
    vi.advanceTimersByTime(5000);
    shown.ended('b/one', 'inconclusive', 'no mail');
    shown.note('The clock of the target is 3 s behind.');
    shown.ended('b/two', 'not applicable', 'since 7.2.1');
    shown.finish();

    expect(text()).toBe(
      [
        'fail a/two: wanted 204 · got 200',
        '[3/5, 0 s] a: 1 pass, 1 fail, 1 not run',
        '[3/5, 3 s] b/one: waiting for expiry, until 00:10:30 UTC at most',
        'inconclusive b/one: no mail',
        'The clock of the target is 3 s behind.',
        '[5/5, 5 s] b: 1 inconclusive, 1 not applicable',
        '',
      ].join('\n'),
    );
  });

  test('an area in which something is still running is not done', () => {
    const { shown, writes } = begun();

    shown.ended('a/one', 'pass', '');
    shown.started('a/two');
    shown.started('b/one');
    expect(writes).toEqual([]);

    shown.ended('a/two', 'pass', '');
    shown.started('b/two');
    expect(writes).toEqual(['[ 2/12, 0 s] a: 2 pass\n']);
  });

  test('with several targets, lines name the target, and each target has its own areas', () => {
    const { shown, text } = progress({ total: 4 });

    shown.started('a/one', 'lab-1');
    shown.started('a/one', 'lab-2');
    shown.waiting('mail', Date.now() + 60_000, 'lab-2');
    vi.advanceTimersByTime(3000);
    shown.ended('a/one', 'pass', '', 'lab-1');
    shown.ended('a/one', 'fail', 'wanted 204', 'lab-2');
    shown.started('b/one', 'lab-1');
    shown.finish();

    expect(text()).toBe(
      [
        '[0/4, 3 s] lab-2 a/one: waiting for mail, until 00:01:00 UTC at most',
        'fail lab-2 a/one: wanted 204',
        '[2/4, 3 s] lab-1 a: 1 pass',
        '[2/4, 3 s] lab-2 a: 1 fail',
        '',
      ].join('\n'),
    );
  });

  test('a wait is shown only if longer than three seconds and twice the one before', () => {
    const { shown, writes } = begun();
    for (const ms of [1000, 4000, 7000, 9000]) {
      shown.waiting('mail', Date.now() + 60_000);
      vi.advanceTimersByTime(ms);
      shown.waited('mail', ms);
    }

    expect(writes).toEqual([
      // The second wait took over three seconds; the third was less than twice as long.
      '[ 0/12, 4 s] a/one: waiting for mail, until 00:01:01 UTC at most\n',
    ]);
  });

  test('shows the time left from the first line on, except in the last second', () => {
    const left = [70_000, 999];
    const { shown, text } = begun({ total: 2, leftMs: () => left.shift() ?? 0 });

    vi.advanceTimersByTime(30_000);
    shown.ended('a/one', 'pass', '');
    shown.started('b/one');
    vi.advanceTimersByTime(10_000);
    shown.ended('b/one', 'pass', '');
    shown.finish();

    expect(text()).toBe('[1/2, 30 s, about 1 min 10 s left] a: 1 pass\n[2/2, 40 s] b: 1 pass\n');
  });

  test('says if the time left may be longer', () => {
    const { shown, text } = begun({ total: 2, leftMs: () => 70_000, mayBeLonger: () => true });

    shown.ended('a/one', 'pass', '');
    shown.finish();

    expect(text()).toBe('[1/2, 0 s, about 1 min 10 s or more left] a: 1 pass\n');
  });

  test('says once a minute that it goes on', () => {
    const { shown, text } = begun({ total: 2 });

    vi.advanceTimersByTime(130_000);
    shown.finish();

    expect(text()).toBe('[0/2, 1 min 0 s]  a/one\n[0/2, 2 min 0 s]  a/one\n');
  });

  test('starts no timer and erases nothing', () => {
    const { shown, text } = begun();
    shown.ended('a/one', 'fail', 'why');
    shown.finish();

    expect(vi.getTimerCount()).toBe(0);
    expect(text()).not.toContain('\x1b');
    expect(text()).not.toContain('\r');
  });
});

describe('on a terminal', () => {
  test('one live line with counts, wait and requirement', () => {
    const { shown, screen } = begun({ tty: true });

    expect(screen()).toEqual(['[ 0/12, 0 s]  a/one']);

    shown.ended('a/one', 'pass', '');
    shown.started('b/one');
    shown.waiting('TOTP step', Date.now() + 9500);
    expect(screen()).toEqual(['[ 1/12, 0 s]  1 pass  waiting for TOTP step: 10 s  b/one']);
  });

  test('the wait counts down by itself, to zero and not below', () => {
    const { shown, screen } = begun({ tty: true });
    shown.waiting('mail', Date.now() + 3000);

    vi.advanceTimersByTime(1000);
    expect(screen()).toEqual(['[ 0/12, 1 s]  waiting for mail: 2 s  a/one']);
    vi.advanceTimersByTime(5000);
    expect(screen()).toEqual(['[ 0/12, 6 s]  waiting for mail: 0 s  a/one']);
    shown.ended('a/one', 'pass', '');
    expect(screen()).toEqual(['[ 1/12, 6 s]  1 pass']);
  });

  test('failures and notes stay above it', () => {
    const { shown, screen } = begun({ tty: true });
    shown.ended('a/one', 'fail', 'wanted 204\ngot 200');
    shown.started('a/two');
    shown.note('a note');
    shown.ended('a/two', 'inconclusive', '');

    expect(screen()).toEqual([
      'fail a/one: wanted 204 · got 200',
      'a note',
      'inconclusive a/two',
      '[ 2/12, 0 s]  1 fail, 1 inconclusive',
    ]);
  });

  test('finish removes the line and stops the timer', () => {
    const { shown, screen, writes } = begun({ tty: true });
    expect(vi.getTimerCount()).toBe(1);

    shown.finish();
    const before = writes.length;
    vi.advanceTimersByTime(5000);
    shown.started('a/two');
    shown.ended('a/two', 'fail', 'late');
    shown.waiting('mail', Date.now() + 1000);
    shown.finish();

    expect(screen()).toEqual(['']);
    expect(writes).toHaveLength(before);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('the timer keeps no process alive', () => {
    vi.useRealTimers();
    const start = vi.spyOn(globalThis, 'setInterval');
    const { shown } = begun({ tty: true });
    const timer = start.mock.results[0]?.value;
    start.mockRestore();

    expect(timer.hasRef()).toBe(false);
    shown.finish();
  });

  test.each([20, 40, 10])('it fits into %i columns, the last one left free', (columns) => {
    const { shown, screen } = progress({ tty: true, columns });
    shown.started('support-mfa/a-requirement-with-a-long-name-indeed');

    expect(screen()[0]).toHaveLength(columns - 1);
    expect(screen()[0]).toMatch(/…$/);
  });

  test('the default width is 80', () => {
    const { shown, screen } = progress({ tty: true, columns: 0 });
    shown.started(`a/${'x'.repeat(100)}`);

    expect(screen()[0]).toHaveLength(79);
  });

  test('the latest of several that run is shown; the others after it', () => {
    const { shown, screen } = begun({ tty: true });
    shown.started('b/one');
    expect(screen()[0]).toContain('b/one');

    shown.ended('b/one', 'pass', '');
    expect(screen()[0]).toContain('a/one');
  });
});

test.each([true, false])('always: quiet prints nothing (terminal: %s)', (tty) => {
  const { shown, writes } = begun({ tty, quiet: true });
  shown.waiting('mail', Date.now() + 1000);
  shown.ended('a/one', 'fail', 'why');
  shown.note('note');
  vi.advanceTimersByTime(1000);
  shown.finish();

  expect(writes).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([true, false])('always: a text of the target controls no terminal (terminal: %s)', (tty) => {
  const { shown, text } = begun({ tty });
  shown.waiting('\x1b[2Jmail', Date.now() + 1000);
  shown.ended('a/one', 'fail', 'got \x1b]0;title\x07\u202e');
  shown.note('\x1b[2J');
  shown.finish();

  expect(text()).toContain('fail a/one: got \\u001b]0;title\\u0007\\u202e\n');
  expect(text().replaceAll(erase, '')).not.toContain('\x1b');
});

test('always: colour marks failures if requested', () => {
  const { shown, text } = progress({ colour: true });
  shown.ended('a/one', 'fail', 'why');
  shown.ended('a/two', 'inconclusive', 'why');

  expect(text()).toBe('\x1b[1;31mfail\x1b[0m a/one: why\n\x1b[33minconclusive\x1b[0m a/two: why\n');
});
