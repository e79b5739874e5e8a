import { expect, test } from 'vitest';
import { findCode } from '../../src/wire/mail/code.js';
import { parseMail } from '../../src/wire/mail/parse.js';

const wrapped = 'Subject: Your code\nContent-Type: text/plain\n\nYour sign-in code is 482913.\n';

function scanned(note: string, ...attached: readonly string[]): Buffer {
  const parts = [
    `Content-Type: text/plain\n\n${note}`,
    ...attached.map((mail) => `Content-Type: message/rfc822\n\n${mail}`),
  ];
  const head = 'Subject: Scanned\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n';
  return Buffer.from(`${head}${parts.map((part) => `--x\n${part}\n`).join('')}--x--\n`);
}

test('the code of a mail that a gateway has wrapped is found', async () => {
  const mail = await parseMail(scanned('Scanned, report 20260817, score 1.2.', wrapped));

  expect(findCode(mail)).toEqual({ code: '482913' });
});

test('a code in the mail itself comes first', async () => {
  const mail = await parseMail(scanned('Your code is 771122. The one before:', wrapped));

  expect(findCode(mail)).toEqual({ code: '771122' });
});

test('a number of the mail itself that nothing names comes after it', async () => {
  const mail = await parseMail(scanned('Scanned by gateway 771122.', wrapped));

  expect(findCode(mail)).toEqual({ code: '482913' });
});

test('several attached mails give no code', async () => {
  const mail = await parseMail(scanned('Two mails.', wrapped, wrapped.replace('482913', '771122')));

  expect(findCode(mail).code).toBeUndefined();
});
