import { expect, test } from 'vitest';
import { ArrangeError } from '../../src/base/errors.js';
import { TargetModel } from '../../src/target/beliefs/target-model.js';
import { SupportMails } from '../../src/target/connection/support-mails.js';
import type { Mark } from '../../src/wire/mail/mailbox.js';
import { storedMail } from '../../src/wire/mail/received-mail.js';

type MailOf = Awaited<ReturnType<ConstructorParameters<typeof SupportMails>[0]['mail']>>;

function mailsWith(mail: Partial<MailOf> = {}) {
  const waits: number[] = [];
  let mailed = 0;
  const connection = {
    recorder: { supportMails: 0 },
    model: new TargetModel(),
    waiter: { letPass: async (ms: number) => void waits.push(ms) },
    mail: async () => ({
      mark: async () => mailed as Mark,
      codeAsked: async () => ({ code: String(++mailed), mark: mailed as Mark }),
      codeTo: () => Promise.reject(new ArrangeError('No mail came.')),
      since: async () => [],
      codeIn: () => undefined,
      counted: async () => 0,
      ...mail,
    }),
  };
  const mails = new SupportMails(connection, async () => ({ status: 204 }), 10_000);
  return { mails, waits, connection };
}

function target(takesNth: number) {
  const { mails, waits } = mailsWith();
  let used = 0;
  const use = () =>
    mails.acceptedCode('support@lab.example', async () => ({ status: ++used < takesNth ? 400 : 200 }));
  return { use, waits };
}

test.each([
  ['that is accepted at once needs no wait', 1, []],
  ['is tried again after a lock that looks like a wrong code', 3, [10_000]],
  ['is tried again after a lock of a minute', 4, [10_000, 50_000]],
])("the support user's mailed code: %s", async (_is, takesNth, waited) => {
  const { use, waits } = target(takesNth);

  expect((await use()).status).toBe(200);
  expect(waits).toEqual(waited);
});

test("the support user's mailed code that is never accepted is awaited once", async () => {
  const { use, waits } = target(Number.POSITIVE_INFINITY);

  expect((await use()).status).toBe(400);
  expect((await use()).status).toBe(400);
  expect(waits).toEqual([10_000, 50_000]);
});

test("the support user's mailed code that went to another address still switches off", async () => {
  const tried: string[] = [];
  const envelope = { to: ['admin@lab.example'], from: '', receivedAt: 0, secure: false };
  const strayed = storedMail(envelope, { subject: '', text: '', html: '' }, Buffer.alloc(0));
  const noMail = () => Promise.reject(new ArrangeError('No mail came.'));
  const since = async () => [strayed];
  const { mails } = mailsWith({ codeAsked: noMail, codeTo: noMail, since, codeIn: () => '482913' });

  const answer = await mails.acceptedCode('support@lab.example', async (code) => {
    tried.push(code);
    return { status: 200 };
  });

  expect(answer.status).toBe(200);
  expect(tried).toEqual(['482913']);
});

test.each([
  ['comes after that of the switch', ['111111', '222222'], '222222', true],
  ['comes twice', ['222222', '222222'], '222222', false],
  ['is the only one', ['222222'], '222222', false],
])("the support user's mailed code that %s is used", async (_, codes, used, mailsAtSwitch) => {
  const envelope = { to: ['support@lab.example'], from: '', receivedAt: 0, secure: false };
  const all = codes.map((text) => storedMail(envelope, { subject: '', text, html: '' }, Buffer.alloc(0)));
  const codeAsked = async () => ({ code: codes[0] ?? '', mark: 0 as Mark });
  const { mails, connection } = mailsWith({ codeAsked, since: async () => all, codeIn: ({ text }) => text });

  await mails.beforeSwitch('support@lab.example');

  expect(await mails.code('support@lab.example')).toBe(used);
  const { value } = connection.model.flag('switching support MFA to email mails a code');
  expect(value).toBe(mailsAtSwitch);
});
