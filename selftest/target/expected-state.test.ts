import { expect, test } from 'vitest';
import { ExpectedState, type Touch } from '../../src/target/beliefs/expected-state.js';

const on = { like: 'PUT on', maySet: true };
const off = { like: 'PUT off', maySet: true };
const other = { like: 'PATCH other', maySet: false };

function state() {
  const time = { ms: 0 };
  const expected = new ExpectedState(() => time.ms);
  const read = (body: unknown) => expected.reading()(body);
  const sent = (touch: Touch) => {
    expected.sent(true);
    expected.answered(touch);
  };
  /** Each change once, seen by a read. */
  const taught = () => {
    for (const [touch, body] of [
      [undefined, 'off'],
      [on, 'on'],
      [off, 'off'],
      [other, 'off'],
    ] as const) {
      if (touch !== undefined) sent(touch);
      read(body);
    }
  };
  const told = () => [expected.known, expected.apart, expected.expected];
  return { time, expected, read, sent, taught, told };
}

test.each<
  [
    what: string,
    steps: (of: ReturnType<typeof state>) => void,
    known: unknown,
    apart: unknown,
    expected: unknown,
  ]
>([
  ['nothing is known before a read', () => {}, undefined, undefined, undefined],
  ['a read is known', ({ read }) => read('off'), 'off', 'off', 'off'],
  [
    'a change seen for the first time tells nothing',
    ({ read, sent }) => {
      read('off');
      sent(on);
    },
    undefined,
    undefined,
    undefined,
  ],
  [
    'a change that was seen before is expected to do the same',
    ({ taught, sent }) => {
      taught();
      sent(on);
    },
    undefined,
    undefined,
    'on',
  ],
  [
    'so are several',
    ({ taught, sent }) => {
      taught();
      sent(on);
      sent(off);
      sent(on);
    },
    undefined,
    undefined,
    'on',
  ],
  [
    'from another state it may do something else',
    ({ taught, sent }) => {
      taught();
      sent(on);
      sent(on);
    },
    undefined,
    undefined,
    undefined,
  ],
  [
    'what the other part refused leaves this one alone',
    ({ taught, sent }) => {
      taught();
      sent(other);
    },
    undefined,
    'off',
    'off',
  ],
  [
    'what tells nothing is read',
    ({ taught, sent }) => {
      taught();
      sent({ like: undefined, maySet: true });
    },
    undefined,
    undefined,
    undefined,
  ],
  [
    'a request that touches no configuration',
    ({ read, expected }) => {
      read('off');
      expected.sent(false);
    },
    undefined,
    undefined,
    'off',
  ],
  [
    'one that is under way',
    ({ read, expected }) => {
      read('off');
      expected.sent(true);
    },
    undefined,
    undefined,
    undefined,
  ],
  [
    'two at the same time',
    ({ taught, expected }) => {
      taught();
      expected.sent(true);
      expected.sent(true);
      expected.answered(on);
      expected.answered(off);
    },
    undefined,
    undefined,
    undefined,
  ],
  [
    'a read that a request overtook',
    ({ taught, expected, sent }) => {
      taught();
      const shown = expected.reading();
      sent(on);
      shown('off');
    },
    undefined,
    undefined,
    undefined,
  ],
  [
    'who contradicts what was expected is read again',
    ({ taught, sent, read }) => {
      taught();
      sent(on);
      read('off');
      sent(on);
    },
    undefined,
    undefined,
    'off',
  ],
  [
    'and all that was learnt of it is forgotten',
    ({ taught, sent, read }) => {
      taught();
      read('on');
      sent(off);
    },
    undefined,
    undefined,
    undefined,
  ],
  [
    'a read of a while ago is read again before a change',
    ({ taught, time }) => {
      taught();
      time.ms = 10_000;
    },
    undefined,
    undefined,
    'off',
  ],
  [
    'and a minute later always',
    ({ taught, time }) => {
      taught();
      time.ms = 60_000;
    },
    undefined,
    undefined,
    undefined,
  ],
])('%s', (_what, steps, ...expected) => {
  const one = state();

  steps(one);

  expect(one.told()).toEqual(expected);
});
