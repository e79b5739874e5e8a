import { describe, expect, test } from 'vitest';
import { ArrangeError } from '../../src/base/errors.js';
import { steadyNow } from '../../src/base/steady-now.js';
import { CodesByMail } from '../../src/target/connection/codes-by-mail.js';
import type { Mailbox, MailFilter, Mark } from '../../src/wire/mail/mailbox.js';
import { type ReceivedMail, StoredMail } from '../../src/wire/mail/received-mail.js';

/** A mailbox that notes how long it was to wait, and has what it is told to have. */
class Box implements Mailbox {
  readonly waits: number[] = [];
  mails: ReceivedMail[] = [];

  async open(): Promise<void> {}
  async close(): Promise<void> {}

  async mark(): Promise<Mark> {
    return 0 as Mark;
  }

  async since(): Promise<readonly ReceivedMail[]> {
    return this.mails;
  }

  async next(_mark: Mark, { except }: MailFilter, deadlineMs: number): Promise<ReceivedMail> {
    this.waits.push(deadlineMs);
    const found = this.mails.find((mail) => !except?.has(mail));
    if (found === undefined) throw new ArrangeError('No mail came.');
    return found;
  }

  put(subject: string, text: string): void {
    const envelope = { to: ['a@lab.example'], from: '', receivedAt: 0, secure: true };
    this.mails.push(new StoredMail(envelope, { subject, text, html: '' }, Buffer.alloc(0)));
  }
}

function codesOf(
  box: Box,
  promisedMails: readonly number[] = [],
  timeoutMs = 60_000,
  pause?: (ms: number) => Promise<void>,
  quietMs = 200,
) {
  const secrets: string[] = [];
  const recorder = {
    promisedMails,
    addSecret: (value: string) => void secrets.push(value),
    waiting: () => () => undefined,
  };
  const settings = { timeoutMs, quietMs };
  return { codes: new CodesByMail(box, recorder, settings, pause), secrets };
}

const to = 'a@lab.example';

/** A quiet period that no machine is too slow for. */
const longMs = 30_000;

describe('the wait for a code', () => {
  test('is whole at first, short where none came, and whole again once one has', async () => {
    const box = new Box();
    const { codes } = codesOf(box);
    const mark = await codes.mark();
    await expect(codes.codeTo(to, mark)).rejects.toThrow(ArrangeError);
    await expect(codes.codeTo(to, mark)).rejects.toThrow(ArrangeError);
    await expect(codes.codeTo('b@lab.example', mark)).rejects.toThrow(ArrangeError);
    box.put('Sign-in', 'Your code is 482913');
    await codes.codeTo(to, mark);
    box.mails = [];
    await expect(codes.codeTo(to, mark)).rejects.toThrow(ArrangeError);

    const rounded = box.waits.map((ms) => Math.ceil(ms / 100) * 100);
    expect(rounded).toEqual([60_000, 200, 60_000, 200, 60_000]);
  });

  test('passes over mails without a code, and what it finds is a secret', async () => {
    const box = new Box();
    const { codes, secrets } = codesOf(box);
    box.put('Maintenance in 2026', 'On 12 May 2026');
    box.put('Sign-in', 'Your code is 482913');

    expect(await codes.codeTo(to, await codes.mark())).toBe('482913');
    expect(secrets).toEqual(['482913']);
  });

  test('knows the code of a mail before from a new one', async () => {
    const box = new Box();
    const { codes } = codesOf(box);
    box.put('Sign-in', 'Your code is 482913');
    await codes.codeTo(to, await codes.mark());

    box.mails = [];
    box.put('Sign-in', 'Your code is 735102\nOn Monday you were sent: Your code is 482913');
    const [mail] = box.mails;

    expect(await codes.codeTo(to, await codes.mark())).toBe('735102');
    expect(mail === undefined ? '' : codes.codeIn(mail)).toBe('735102');
  });

  test('that was in vain tells why the mails that came held no code', async () => {
    const box = new Box();
    const { codes } = codesOf(box);
    box.put('Case 4829', '482913 and 735102');

    await expect(codes.codeTo(to, await codes.mark())).rejects.toThrow(
      'No mail came. The mail "Case ####" holds two numbers that may equally be the code; set mail.codePattern.',
    );
  });
});

describe('a mail that nobody read', () => {
  const code = (digits: string) => `Your code is ${digits}`;

  test('and that comes late, is not taken for the one that was asked for after it', async () => {
    const box = new Box();
    const now = steadyNow();
    const { codes } = codesOf(box, [now - 50, now], 60_000, undefined, longMs);
    const mark = await codes.mark();
    box.put('Sign-in', code('111111'));
    setTimeout(() => box.put('Sign-in', code('222222')), 30);

    expect(await codes.codeTo(to, mark)).toBe('222222');
  });

  test('is not waited for once it has come', async () => {
    const box = new Box();
    const now = steadyNow();
    const { codes } = codesOf(box, [now - 50, now], 60_000, undefined, longMs);
    const mark = await codes.mark();
    box.put('Sign-in', code('111111'));
    box.put('Sign-in', code('222222'));

    expect(await codes.codeTo(to, mark)).toBe('222222');
    expect(steadyNow() - now).toBeLessThan(longMs);
  });

  test('and that never comes, takes the quiet period', async () => {
    const box = new Box();
    const now = steadyNow();
    const { codes } = codesOf(box, [now - 50, now]);
    const mark = await codes.mark();
    box.put('Sign-in', code('111111'));

    expect(await codes.codeTo(to, mark)).toBe('111111');
    expect(steadyNow() - now).toBeGreaterThanOrEqual(200);
  });
});

describe('a mail that comes twice', () => {
  test('is not taken for the next one, which comes after the copy', async () => {
    const box = new Box();
    const { codes } = codesOf(box);
    box.put('Sign-in', 'Your code is 482913');
    expect(await codes.codeTo(to, await codes.mark())).toBe('482913');
    box.mails = [];
    box.put('Sign-in', 'Your code is 482913');
    box.put('Sign-in', 'Your code is 735520');

    expect(await codes.codeTo(to, await codes.mark())).toBe('735520');
  });

  test('counts once, of those that nobody read', async () => {
    const box = new Box();
    const now = steadyNow();
    const { codes } = codesOf(box, [now - 50, now], 60_000, undefined, longMs);
    const mark = await codes.mark();
    box.put('Sign-in', 'Your code is 482913');
    box.put('Sign-in', 'Your code is 482913');
    setTimeout(() => {
      box.put('Sign-in', 'Your code is 735520');
      box.put('Sign-in', 'Your code is 482913');
    }, 30);

    expect(await codes.codeTo(to, mark)).toBe('735520');
  });

  test('is the next one where no other comes, and then others like it at once', async () => {
    const box = new Box();
    const { codes } = codesOf(box);
    const again = async () => {
      box.mails = [];
      box.waits.length = 0;
      box.put('Sign-in', 'Your code is 482913');
      return codes.codeTo(to, await codes.mark());
    };
    await again();

    expect(await again()).toBe('482913');
    expect(box.waits).toHaveLength(2);
    expect(box.waits[1]).toBeLessThanOrEqual(200);
    expect(await again()).toBe('482913');
    expect(box.waits).toHaveLength(1);
  });
});

describe('mails that were promised', () => {
  const all = () => true;

  test('are waited for until the last has come', async () => {
    const box = new Box();
    const { codes } = codesOf(box);
    box.put('Sign-in', 'Your code is 482913');
    setTimeout(() => box.put('Sign-in', 'Your code is 735102'), 250);

    expect(await codes.counted(await codes.mark(), all, 2)).toBe(2);
  });

  test('are waited for no longer than a mail may take', async () => {
    const box = new Box();
    const { codes } = codesOf(box, [], 250);
    box.put('Sign-in', 'Your code is 482913');

    expect(await codes.counted(await codes.mark(), all, 2)).toBe(1);
  });
});

describe('a code that does not come so soon after another', () => {
  /** Asked for as often as is noted; mailed when `isMailed` says so. */
  function asking(isMailed: (nth: number) => boolean) {
    const box = new Box();
    const pauses: number[] = [];
    const { codes } = codesOf(box, [], 1_000, async (ms) => void pauses.push(Math.ceil(ms / 1_000) * 1_000));
    let asked = 0;
    const ask = async () => {
      asked += 1;
      box.mails = [];
      if (isMailed(asked)) box.put('Sign-in', `Your code is ${482_900 + asked}`);
    };
    return { code: async () => (await codes.codeAsked('admin', to, ask)).code, pauses, asked: () => asked };
  }

  test('is asked for again when a limit has passed, and codes a minute apart from then on', async () => {
    const { code, pauses, asked } = asking((nth) => nth !== 2);

    expect(await code()).toBe('482901');
    expect(await code()).toBe('482903');
    expect(await code()).toBe('482904');
    expect(pauses).toEqual([61_000, 61_000]);
    expect(asked()).toBe(4);
  });

  test('is waited for once where that does not help', async () => {
    const { code, pauses, asked } = asking((nth) => nth === 1);

    await code();
    await expect(code()).rejects.toThrow(ArrangeError);
    await expect(code()).rejects.toThrow(ArrangeError);
    expect(pauses).toEqual([61_000]);
    expect(asked()).toBe(4);
  });

  test('is not waited for where none came before', async () => {
    const { code, pauses } = asking(() => false);

    await expect(code()).rejects.toThrow(ArrangeError);
    expect(pauses).toEqual([]);
  });
});
