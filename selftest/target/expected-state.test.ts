import { expect, test } from 'vitest';
import { ExpectedState } from '../../src/target/beliefs/expected-state.js';
import { rows } from '../tool/rows.js';

const on = 'PUT on';
const off = 'PUT off';
const other = 'PATCH other';

function state() {
  const time = { ms: 0 };
  const expected = new ExpectedState(() => time.ms);
  const read = (body: unknown) => expected.reading()(body);
  const sent = (like: string | undefined) => {
    expected.sent(true);
    expected.answered(like);
  };
  const taught = () => {
    for (const [like, body] of [
      [undefined, 'off'],
      [on, 'on'],
      [off, 'off'],
      [other, 'off'],
    ] as const) {
      if (like !== undefined) sent(like);
      read(body);
    }
  };
  const told = () => [expected.known, expected.expected];
  return { time, expected, read, sent, taught, told };
}

/** What each request or answer does, by its name in the table below. */
const steps: Readonly<Record<string, (of: ReturnType<typeof state>) => void>> = {
  taught: ({ taught }) => taught(),
  'read on': ({ read }) => read('on'),
  'read off': ({ read }) => read('off'),
  'put on': ({ sent }) => sent(on),
  'put off': ({ sent }) => sent(off),
  'patch other': ({ sent }) => sent(other),
  'send anything': ({ sent }) => sent(undefined),
  'request elsewhere': ({ expected }) => expected.sent(false),
  begin: ({ expected }) => expected.sent(true),
  'answer on': ({ expected }) => expected.answered(on),
  'answer off': ({ expected }) => expected.answered(off),
  'overtaken read': ({ expected, sent }) => {
    const shown = expected.reading();
    sent(on);
    shown('off');
  },
  'wait 10 s': ({ time }) => {
    time.ms = 10_000;
  },
  'wait 60 s': ({ time }) => {
    time.ms = 60_000;
  },
};

/** Cells: what is known, what is expected; `?`: nothing. */
test.each(rows`
  nothing is known before a read |  | ? | ?
  a read is known | read off | off | off
  a change seen for the first time tells nothing | read off, put on | ? | ?
  a change that was seen before is expected to do the same | taught, put on | ? | on
  so are several | taught, put on, put off, put on | ? | on
  from another state it may do something else | taught, put on, put on | ? | ?
  a refusal by the other part changes nothing here | taught, patch other | ? | off
  an unknown request is read after | taught, send anything | ? | ?
  a request that touches no configuration | read off, request elsewhere | ? | off
  a request under way | read off, begin | ? | ?
  two concurrent ones | taught, begin, begin, answer on, answer off | ? | ?
  a read that a request overtook | taught, overtaken read | ? | ?
  a contradicted expectation is read again | taught, put on, read off, put on | ? | off
  and all that was learned is forgotten | taught, read on, put off | ? | ?
  an older read is read again before a change | taught, wait 10 s | ? | off
  and after a minute always | taught, wait 60 s | ? | ?
`)('%s: %s', (_what, done = '', ...told) => {
  const one = state();

  for (const step of done.split(', ').filter(Boolean)) {
    const act = steps[step];
    if (act === undefined) throw new Error(`no step ${step}`);
    act(one);
  }

  expect(one.told().map((each) => each ?? '?')).toEqual(told);
});
