import { expect, test } from 'vitest';
import { findCode } from '../../src/wire/mail/code.js';
import { parseMail } from '../../src/wire/mail/received-mail.js';

const wrapped = 'Subject: Your code\nContent-Type: text/plain\n\nYour sign-in code is 482913.\n';

function scanned(note: string, ...attached: readonly string[]): Buffer {
  const parts = [
    `Content-Type: text/plain\n\n${note}`,
    ...attached.map((mail) => `Content-Type: message/rfc822\n\n${mail}`),
  ];
  const head = 'Subject: Scanned\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n';
  return Buffer.from(`${head}${parts.map((part) => `--x\n${part}\n`).join('')}--x--\n`);
}

test.each([
  [
    'the code of a mail that a gateway has wrapped',
    'Scanned, report 20260817, score 1.2.',
    [wrapped],
    '482913',
  ],
  ['a code in the mail itself first', 'Your code is 771122. The one before:', [wrapped], '771122'],
  ['a number that nothing names after it', 'Scanned by gateway 771122.', [wrapped], '482913'],
  [
    'no code in several attached mails',
    'Two mails.',
    [wrapped, wrapped.replace('482913', '771122')],
    undefined,
  ],
])('finds %s', async (_, note, attached, code) => {
  expect(findCode(await parseMail(scanned(note, ...attached))).code).toBe(code);
});
