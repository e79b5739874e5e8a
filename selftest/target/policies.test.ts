import { expect, test } from 'vitest';
import {
  changeGivenMs,
  lacksRoom,
  mailGivenMs,
  mostRetries,
  nextLook,
  nextPauseMs,
  retryAfterMs,
} from '../../src/target/beliefs/policies.js';

const looks = { consecutive: 0, misses: 1, waitedMs: 0, pauseMs: 10, restMs: 0 };
const patience = { looks: 1, givenMs: 1_000, mostMs: 5_000, mostMisses: undefined };

test.each<
  [string, Partial<typeof looks>, Partial<Parameters<typeof nextLook>[1]>, ReturnType<typeof nextLook>]
>([
  ['what is not there is looked at again', {}, {}, 10],
  ['what is there is done', { consecutive: 1 }, {}, 'done'],
  ['several nodes take several looks', { consecutive: 1 }, { looks: 2 }, 10],
  ['what is there rests for a late node', { consecutive: 1, restMs: 700 }, {}, 700],
  ['and that goes on after the time given', { consecutive: 1, restMs: 700, waitedMs: 900 }, {}, 700],
  ['but not for ever', { consecutive: 1, restMs: 700, waitedMs: 4_900 }, {}, 'over'],
  ['pauses between good looks are short', { consecutive: 1, pauseMs: 3_000 }, { looks: 2 }, 500],
  ['the time given ends it', { waitedMs: 995 }, {}, 'over'],
  ['where misses are dear, their number ends it', { misses: 3, pauseMs: 9_000 }, { mostMisses: 3 }, 'over'],
  ['and no time does', { misses: 2, waitedMs: 9_000 }, { mostMisses: 3 }, 10],
])('%s', (_what, so, given, next) => {
  expect(nextLook({ ...looks, ...so }, { ...patience, ...given })).toBe(next);
});

test.each([
  ['five seconds at first', 0, 0, 0, 5_000],
  ['less after one that never showed', 1, 0, 0, 1_500],
  ['longer if earlier ones were late', 1, 0, 800, 2_400],
  ['little after three', 3, 0, 0, 300],
  ['hardly more than a look after ten', 10, 0, 0, 50],
  ['longer even then, if earlier ones were late', 3, 0, 800, 2_400],
  ['never longer than at first', 3, 0, 4_000, 5_000],
  ['little after two in a test that has failed anyway', 2, 2, 800, 300],
  ['no more than in another test after ten', 10, 2, 800, 50],
])('a change gets %s', (_how, misses, missesInTest, slowestMs, ms) => {
  expect(changeGivenMs(misses, missesInTest, slowestMs)).toBe(ms);
});

test.each([
  ['as long as mails may take', 2, 10_000, 0, 10_000],
  ['2 s after three requests in vain', 3, 10_000, 100, 2_000],
  ['longer if mails take longer', 3, 10_000, 900, 3_600],
  ['never longer than before', 3, 10_000, 9_000, 10_000],
  ['a look after ten', 10, 10_000, 0, 300],
  ['a look as long as mails take', 10, 10_000, 900, 3_600],
])('a mail gets %s', (_how, vain, quietMs, slowestMs, ms) => {
  expect(mailGivenMs(vain, quietMs, slowestMs)).toBe(ms);
});

test.each([
  ['doubles', 100, 10, undefined, 200],
  ['up to half a second', 400, 10, undefined, 500],
  ['or the first pause', 1_500, 1_500, undefined, 1_500],
  ['without an end where misses are counted', 1_500, 1_500, 3, 3_000],
])('a pause %s', (_how, pauseMs, firstMs, mostMisses, next) => {
  expect(nextPauseMs(pauseMs, firstMs, mostMisses)).toBe(next);
});

const now = Date.parse('2026-01-01T00:00:00Z');
test.each<[string, number, string | undefined, unknown, number | undefined]>([
  ['a success', 200, '5', {}, undefined],
  ['a number of seconds', 429, '5', {}, 5_000],
  ['a date', 429, 'Thu, 01 Jan 2026 00:00:07 GMT', {}, 7_000],
  ['a date that has passed', 429, 'Wed, 31 Dec 2025 00:00:00 GMT', {}, 0],
  ['429 that does not say', 429, undefined, {}, 4_000],
  ['429 that says nonsense', 429, 'soon', {}, 4_000],
  ["503 in the API's own words", 503, undefined, {}, undefined],
  ['503 of a gateway', 503, undefined, undefined, 4_000],
])('a wait is asked for by %s', (_what, status, header, body, ms) => {
  const headers: Record<string, string> = header === undefined ? {} : { 'retry-after': header };

  expect(retryAfterMs({ status, headers, body }, now, 1)).toBe(ms);
});

test.each([undefined, '1', '5', '40'])(
  'repeated waits outlast a limit per minute (Retry-After: %s)',
  (header) => {
    const headers: Record<string, string> = header === undefined ? {} : { 'retry-after': header };
    const waits = Array.from({ length: mostRetries }, (_, attempt) =>
      retryAfterMs({ status: 429, headers, body: {} }, now, attempt),
    );

    expect(waits.reduce<number>((sum, ms = 0) => sum + ms, 0)).toBeGreaterThan(60_000);
  },
);

test.each([
  [0, 1, false, false],
  [1, 1, false, true],
  [7, 8, false, false],
  [7, 8, true, true],
  [5, 8, true, false],
  [0, 2, true, false],
])('with %i sessions open of %i (a whole test: %s) room is lacking: %s', (opened, limit, isWhole, lacks) => {
  expect(lacksRoom(opened, limit, isWhole)).toBe(lacks);
});
