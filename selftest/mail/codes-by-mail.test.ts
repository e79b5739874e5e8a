import { describe, expect, test } from 'vitest';
import { ArrangeError } from '../../src/base/errors.js';
import type { Exchange } from '../../src/base/model/exchange.js';
import { steadyNow } from '../../src/base/steady-now.js';
import { CodesByMail } from '../../src/target/connection/codes-by-mail.js';
import type { MailFilter, Mark } from '../../src/wire/mail/mailbox.js';
import type { ReceivedMail } from '../../src/wire/mail/received-mail.js';
import { answer, Box as FilledBox } from '../fixtures/triggered.js';

class Box extends FilledBox {
  readonly waits: number[] = [];

  override async mark(): Promise<Mark> {
    return 0 as Mark;
  }

  override async next(_mark: Mark, { except }: MailFilter, deadlineMs: number): Promise<ReceivedMail> {
    this.waits.push(deadlineMs);
    const found = this.mails.find((mail) => !except?.has(mail));
    if (found === undefined) throw new ArrangeError('No mail came.');
    return found;
  }

  rounded(): number[] {
    return this.waits.map((ms) => Math.ceil(ms / 100) * 100);
  }

  clear(): void {
    this.mails.length = 0;
  }

  mailed(subject: string, text: string): void {
    this.put(to, subject, text);
  }

  codes(...all: readonly string[]): void {
    for (const code of all) this.mailed('Sign-in', `Your code is ${code}`);
  }
}

interface Settings {
  readonly promisedMails?: readonly number[];
  readonly exchanges?: readonly Exchange[];
  readonly timeoutMs?: number;
  readonly quietMs?: number;
  readonly pause?: (ms: number) => Promise<void>;
}

function codesOf({ timeoutMs = 60_000, quietMs = 200, pause, ...more }: Settings = {}) {
  const box = new Box();
  const secrets: string[] = [];
  const recorder = {
    ...{ promisedMails: [], exchanges: [], ...more },
    mailedLane: undefined,
    addSecret: (value: string) => void secrets.push(value),
    waiting: () => () => undefined,
  };
  return { box, codes: new CodesByMail(box, recorder, { timeoutMs, quietMs }, pause), secrets };
}

const to = 'a@lab.example';

const longMs = 30_000;

async function afterTwo(quietMs: number) {
  const now = steadyNow();
  const { box, codes } = codesOf({ promisedMails: [now - 50, now], quietMs });
  return { box, codes, mark: await codes.mark(), now };
}

describe('the wait for a code', () => {
  test('is full at first, short if none came, and full again once one has', async () => {
    const { box, codes } = codesOf();
    const mark = await codes.mark();
    await expect(codes.codeTo(to, mark)).rejects.toThrow(ArrangeError);
    await expect(codes.codeTo(to, mark)).rejects.toThrow(ArrangeError);
    await expect(codes.codeTo('b@lab.example', mark)).rejects.toThrow(ArrangeError);
    box.codes('482913');
    await codes.codeTo(to, mark);
    box.clear();
    await expect(codes.codeTo(to, mark)).rejects.toThrow(ArrangeError);

    expect(box.rounded()).toEqual([60_000, 200, 60_000, 200, 60_000]);
  });

  test('is short if the operation has mailed nothing twice, until it does', async () => {
    const { box, codes } = codesOf({ exchanges: [{ ...answer(204).exchange, operation: 'SendEmailOtp' }] });
    const mark = await codes.mark();
    for (const name of ['a', 'b', 'c'])
      await expect(codes.codeTo(`${name}@lab.example`, mark)).rejects.toThrow(ArrangeError);
    box.codes('482913');
    await codes.codeTo(to, mark);
    box.clear();
    await expect(codes.codeTo('d@lab.example', mark)).rejects.toThrow(ArrangeError);

    expect(box.rounded()).toEqual([60_000, 60_000, 200, 200, 60_000]);
  });

  test('is 2 s at most for an operation that has mailed nothing three times', async () => {
    const exchanges = [{ ...answer(204).exchange, operation: 'SendEmailOtp' as const }];
    const { box, codes } = codesOf({ exchanges, quietMs: 10_000 });
    const mark = await codes.mark();
    for (const name of ['a', 'b', 'c', 'd'])
      await expect(codes.codeTo(`${name}@lab.example`, mark)).rejects.toThrow(ArrangeError);

    expect(box.rounded()).toEqual([60_000, 60_000, 10_000, 2_000]);
  });

  test('ends with the first mail once three held no code, until one does', async () => {
    const exchanges = [{ ...answer(204).exchange, operation: 'SendEmailOtp' as const }];
    const { box, codes } = codesOf({ exchanges });
    const mark = await codes.mark();
    box.mailed('Sign-in', 'Somebody signs in');
    for (const name of ['a', 'b', 'c', 'd'])
      await expect(codes.codeTo(`${name}@lab.example`, mark)).rejects.toThrow(ArrangeError);
    box.clear();
    box.codes('482913');
    await codes.codeTo(to, mark);
    box.clear();
    box.mailed('Sign-in', 'Somebody signs in');
    await expect(codes.codeTo(to, mark)).rejects.toThrow(ArrangeError);

    const full = [60_000, 60_000];
    expect(box.rounded()).toEqual([...full, ...full, 200, 200, 200, 0, 200, ...full]);
  });

  test.each([
    ['follows the slowest mail once three full waits were in vain', [steadyNow() - 1_000], true],
    ['stays full if no mail has shown yet how long mails take', [], false],
  ])('%s', async (_, promisedMails, isShort) => {
    const { box, codes } = codesOf({ promisedMails });
    const mark = await codes.mark();
    const miss = (name: string) =>
      expect(codes.codeTo(`${name}@lab.example`, mark)).rejects.toThrow(ArrangeError);
    await miss('b');
    await miss('c');
    box.codes('482913');
    await codes.codeTo(to, mark);
    box.clear();
    for (const name of ['d', 'e']) await miss(name);

    const [before, after] = box.rounded().slice(-2);
    expect(before).toBe(60_000);
    expect(after === 60_000).toBe(!isShort);
    expect(after).toBeGreaterThanOrEqual(4_000);
  });

  test('skips mails without a code, and makes the found code a secret', async () => {
    const { box, codes, secrets } = codesOf();
    box.mailed('Maintenance in 2026', 'On 12 May 2026');
    box.codes('482913');

    expect(await codes.codeTo(to, await codes.mark())).toBe('482913');
    expect(secrets).toEqual(['482913']);
  });

  test('distinguishes the code of an earlier mail from a new one', async () => {
    const { box, codes } = codesOf();
    box.codes('482913');
    await codes.codeTo(to, await codes.mark());

    box.clear();
    box.mailed('Sign-in', 'Your code is 735102\nOn Monday you were sent: Your code is 482913');
    const [mail] = box.mails;

    expect(await codes.codeTo(to, await codes.mark())).toBe('735102');
    expect(mail === undefined ? '' : codes.codeIn(mail)).toBe('735102');
  });

  test('prefers a number that only one user gets', async () => {
    const { box, codes } = codesOf();
    const text = (code: string) => `Your code from lab 204711, as requested today, reads ${code}`;
    box.put('b@lab.example', 'Sign-in', text('482913'));
    expect(await codes.codeTo('b@lab.example', await codes.mark())).toBe('204711');
    box.clear();
    box.mailed('Sign-in', text('735102'));
    expect(await codes.codeTo(to, await codes.mark())).toBe('735102');
  });

  test('explains why the received mails held no code if it fails', async () => {
    const { box, codes } = codesOf();
    box.mailed('Case 4829', '482913 and 735102');

    await expect(codes.codeTo(to, await codes.mark())).rejects.toThrow(
      'No mail came. The mail "Case ####" holds two numbers that may equally be the code; set mail.codePattern.',
    );
    box.clear();
    box.codes('482913');
    await expect(codes.codeTo(to, await codes.mark(), new Set(['482913']))).rejects.toThrow(
      /hold only numbers that the target refused as codes.* set mail\.codePattern/,
    );
  });
});

test.each([
  ['an unread mail that comes late is not the one requested after it', ['111111'], ['222222'], '222222'],
  ['an unread mail is not waited for once it has come', ['111111', '222222'], [], '222222'],
  ['a mail that comes twice counts once', ['482913', '482913'], ['735520', '482913'], '735520'],
])('two unread mails: %s', async (_, atOnce, later, wanted) => {
  const { box, codes, mark, now } = await afterTwo(longMs);
  box.codes(...atOnce);
  setTimeout(() => box.codes(...later), 30);

  expect(await codes.codeTo(to, mark)).toBe(wanted);
  expect(steadyNow() - now).toBeLessThan(longMs);
});

test('two unread mails: one that never comes needs the quiet period', async () => {
  const { box, codes, mark, now } = await afterTwo(200);
  box.codes('111111');

  expect(await codes.codeTo(to, mark)).toBe('111111');
  expect(steadyNow() - now).toBeGreaterThanOrEqual(200);
});

test('a mail that comes twice does not count as the next one, which comes after the copy', async () => {
  const { box, codes } = codesOf();
  box.codes('482913');
  expect(await codes.codeTo(to, await codes.mark())).toBe('482913');
  box.clear();
  box.codes('482913', '735520');

  expect(await codes.codeTo(to, await codes.mark())).toBe('735520');
});

test('a mail that comes twice is the next one if no other comes, and later ones at once', async () => {
  const { box, codes } = codesOf();
  const again = async () => {
    box.clear();
    box.waits.length = 0;
    box.codes('482913');
    return codes.codeTo(to, await codes.mark());
  };
  await again();

  expect(await again()).toBe('482913');
  expect(box.waits).toHaveLength(2);
  expect(box.waits[1]).toBeLessThanOrEqual(200);
  expect(await again()).toBe('482913');
  expect(box.waits).toHaveLength(1);
});

test.each([
  ['until the last has come', 60_000, 2],
  ['no longer than a mail may take', 250, 1],
])('promised mails are awaited %s', async (_, timeoutMs, count) => {
  const { box, codes } = codesOf({ timeoutMs });
  box.codes('482913');
  if (count === 2) setTimeout(() => box.codes('735102'), 250);

  expect(await codes.counted(await codes.mark(), () => true, 2)).toBe(count);
});

const noMail = 'No mail came.';
const requestFailed = 'The request failed.';

test.each([
  [
    'is requested again after a limit, and later codes a minute apart',
    { mailed: [1, 3, 4] },
    ['482901', '482903', '482904'],
    { asked: 4, pauses: [61_000, 61_000] },
  ],
  [
    'is awaited once if that does not help',
    { mailed: [1] },
    ['482901', noMail, noMail],
    { asked: 4, pauses: [61_000] },
  ],
  [
    'is waited for once more if the second request failed',
    { mailed: [1, 5], failed: 3 },
    ['482901', requestFailed, '482905'],
    { asked: 5, pauses: [61_000, 61_000] },
  ],
  ['is not awaited if none came before', { mailed: [] }, [noMail], { asked: 1, pauses: [] }],
])('a code that does not come so soon after another %s', async (_, requests, wanted, counts) => {
  const { mailed, failed }: { mailed: readonly number[]; failed?: number } = requests;
  const pauses: number[] = [];
  const pause = async (ms: number) => void pauses.push(Math.ceil(ms / 1_000) * 1_000);
  const { box, codes } = codesOf({ timeoutMs: 1_000, pause });
  let asked = 0;
  const ask = async () => {
    asked += 1;
    box.clear();
    if (asked === failed) throw new ArrangeError(requestFailed);
    if (mailed.includes(asked)) box.codes(`${482_900 + asked}`);
  };

  const told: string[] = [];
  for (const _code of wanted) {
    const asking = codes.codeAsked('admin', to, ask).then(({ code }) => code);
    told.push(await asking.catch((error: ArrangeError) => error.message));
  }

  expect(told).toEqual(wanted);
  expect({ asked, pauses }).toEqual(counts);
});

test.each([
  ['is not taken', 1_000, noMail],
  ['is taken if only earlier requests promised mails', -1_000, '482913'],
])('a code that came before its request was sent again %s', async (_, laterMs, told) => {
  const { box, codes } = codesOf({ promisedMails: [steadyNow() + laterMs] });
  box.codes('482913');

  const asking = codes.codeAsked('admin', to, async () => {}).then(({ code }) => code);
  expect(await asking.catch((error: ArrangeError) => error.message.slice(0, noMail.length))).toBe(told);
});
