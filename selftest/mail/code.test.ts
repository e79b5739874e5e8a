import { describe, expect, test } from 'vitest';
import { findCode } from '../../src/wire/mail/code.js';
import { parseMail } from '../../src/wire/mail/received-mail.js';
import { growth } from '../tool/growth.js';
import { rows } from '../tool/rows.js';

const mail = (text: string, html = '', subject = 'Sign-in to your cluster') => ({ subject, text, html });

describe('finds the code', () => {
  test.each(rows`
    after "code is" | Your code is 482913.
    before "is your code" | 482913 is your verification code for lab-7.
    before "as" | Please use 482913 as your one-time passcode.
    after an imperative | To sign in, enter 482913 within 10 minutes.
    on its own line | Hello admin,\n\nhere it is:\n\n   482913   \n\nThe lab team\n+1 555 010 9999
    on the line after the word | One-time passcode:\r\n\r\n482913\r\n\r\nBye
    on its own line, though a bare number comes first | Hello 778812 there,\n\n482913\n\nBye
    between asterisks | Your code: *482913*
    in quotes | The verification code is "482913".
    bare, when nothing else is there | Hello! 482913
    before one that is quoted of the mail before | ${'Your access code: 482913\n\n> Your access code: 778812\n> (no longer valid)\n'}
    in a quotation, when nothing else is there | Forwarded:\n> Your code is 482913
    in two groups | Your code is 482 913
    in two groups with a hyphen | Your code: 482-913. It expires soon.
    in pairs | ${'Your code:\n48 29 13\n'}
    digit by digit | ${'Your code:\n4 8 2 9 1 3\n'}
    with a no-break space | ${'Your code is 482\u00a0913'}
    with invisible characters | ${'Your code is 4\u200b8\u200b2\u200b9\u200b1\u200b3'}
    in full-width digits | Your code is ４８２９１３
    after a G- prefix | G-482913 is your verification code.
    in German | Ihr Bestätigungscode lautet 482913. Gültig bis 14:30 Uhr.
    in French | Votre code de vérification est : 482913
    in Spanish | Su código es 482913
    in Russian | Ваш код: 482913
    in Chinese | 您的验证码是：482913，10分钟内有效。
    in Japanese | 認証コード：482913
    though "number" stands before it | Your OTP number is 482913
    for somebody | Your verification code for the support user is 482913.\n\nIt is valid for 600 seconds.
    for something | The code to sign in to cluster 7 for account bob is: 482913. Case 881200
    for a thing with a number | Your verification code for appliance 204711 is: 482913\n\nHotline 0800 330000.
    for a thing that is named | One-time code for session: 482913\n\nIA-2(1), case 881200.
    of digits, though a name of letters and digits is nearer to another word | Your code is 482913. The token A1B2C3D4 is of your device.
    as a TAN | Your TAN for the login: 482913. Case 881200
  `)('%s', (_name, text) => {
    expect(findCode(mail(text))).toEqual({ code: '482913' });
  });

  test.each<[string, ReturnType<typeof mail>, string]>([
    ['after "code:"', mail('Verification code: 004821'), '004821'],
    ['with leading zeros only', mail('Your one-time password is 000000'), '000000'],
    ['before a quotation', mail('', '<p>Code: 482913</p><blockquote>Code: 778812</blockquote>'), '482913'],
    ['of seven digits', mail('Your code is 4829137'), '4829137'],
    ['of eight digits', mail('Your code is 48291375'), '48291375'],
    ['of eight digits that read as a date', mail('Your code is 20261125'), '20261125'],
    ['in groups of four', mail('Passcode: 4829 1375'), '48291375'],
    [
      'below a "security number"',
      mail('Case 0088120001.\nSecurity number\n\n  1234 5678\n\nHotline 0800 123 4567.'),
      '12345678',
    ],
    ['of letters and digits', mail('Your verification code: 4K8B2P7M\n\nIt works once.'), '4K8B2P7M'],
    ['of letters and digits in two groups', mail('Your code is K7WQ-PL2M.'), 'K7WQPL2M'],
    ['of capitals in two groups', mail('Seu código de acesso é: KXWQ-PLMR\nNão o informe.'), 'KXWQPLMR'],
    ['that is announced', mail('Su código de un solo uso:\n\n    K7WQ-PL2M\n\nNode AB12CD'), 'K7WQPL2M'],
    ['of capitals', mail('Your verification code is KDJQPX.\n\nIt works once.'), 'KDJQPX'],
    ['of capitals after a colon', mail('Your access code: KDJQPX\nDo NOT pass it on.'), 'KDJQPX'],
    ['of small letters and digits', mail('Your verification code is a7f3k9.'), 'a7f3k9'],
    ['of letters and digits in any case', mail('Your code:\n\naB3dE9\n\nThe Lab'), 'aB3dE9'],
    ['of ten digits beside the word', mail('Your code is 4829137506. Call 4085550123.'), '4829137506'],
    ['of letters and digits to be used', mail('Use 4K8B-2P7M to sign in. Ticket 2026-11'), '4K8B2P7M'],
    ['of letters and digits on the line below', mail('Your code is\n\nB7KX29\n\nNode AB12'), 'B7KX29'],
    ['of four digits beside the word', mail('Your code is 4829.'), '4829'],
    ['of five digits beside the word', mail('Your passcode: 04829'), '04829'],
    ['of four digits beside the word, in spite of the year', mail('Your code is 4829. © 2026 Lab'), '4829'],
  ])('%s', (_name, given, code) => {
    expect(findCode(given)).toEqual({ code });
  });

  test.each(rows`
    a paragraph | <p>Your code is <b>482913</b></p> | 482913
    digits in spans | Code: <span>4</span><span>8</span><span>2</span><span>9</span><span>1</span><span>3</span> | 482913
    digits in cells | <p>Your code</p><table><tr><td>4</td><td>8</td><td>2</td><td>9</td><td>1</td><td>3</td></tr></table> | 482913
    an entity | <p>Your&nbsp;code:&#32;482913</p> | 482913
    a broken line | <p>Your verification\ncode\nis\n<strong>482913</strong></p> | 482913
    colours in the style sheet | <style>.a{color:#482913;width:600px} b{code:111111}</style><p>Code: 735102</p> | 735102
    colours in attributes | <p style="color:#123456">Code: <b style="width:111111px" title="code is 222222">735102</b></p> | 735102
    a comment | <!-- code is 111111 --><p>Your code is 735102</p> | 735102
    a hidden preheader | <div style="display: none">Code: 111111 <b>x</b></div><p>Code: 735102</p> | 735102
    a script | <script>var code = 111111; if (a</b) {}</script><p>735102</p> | 735102
    a title | <head><title>Code 111111</title></head><body>Code 735102</body> | 735102
    a link | <a href="https://lab.example/otp?code=111111">Sign in</a> or type <i>735102</i> | 735102
  `)('in HTML with %s', (_name, html, code) => {
    expect(findCode(mail('', html))).toEqual({ code });
    expect(findCode(mail('Your mail program does not show HTML.', html))).toEqual({ code });
  });

  test.each(rows`
    year | In 2026 we say: code 482913. © 2026 Lab Inc.
    dates | Sent 2026-11-25, 25.11.2026, 11/25/2026, Nov 25, 2026, 25 November 2026.\n482913
    compact date | Issued 20261125 by lab. Your passcode: 482913
    times | Asked for at 12:34:56.123456, valid till 12:44. Your code 482913
    phone numbers | Call +1 (555) 010-9999, (408) 555-0123, 800-555-0199 or 0800 123456. Your code is 482913.
    local phone numbers | Questions? Phone 5550123.\nYour code is 482913.
    tickets | Ticket 778812, case #991234, INC-445566, ref: 665544. Your code is 482913.
    a ticket between | Your code for ticket 778812 is 482913.
    amounts | Paid $123456, 654321 USD, 1,234,567 and 99.50 €. Code: 482913
    URLs | https://lab.example/123456/otp?code=654321 www.lab.example/222222\nCode: 482913
    mail addresses | To code123456@lab.example and 654321@lab.example. Code: 482913
    ids | Request 3f2504e0-4f89-123456-9a0c-0305e82c3301, node cluster-123456. Code: 482913
    durations | Your code is valid for 600000 ms: 482913
    counts | Protecting 123456 objects. Your code: 482913
    zip code | Lab Inc, 1 Main Street, San Jose, zip code 951100. Your code: 482913
    house number | Your code: 482913\n\nLab Inc, 123456 Main Street, San Jose, CA 95110
    error code | Error code 500123 is gone. The passcode is 482913
    promo code | Promo code: 111222. Your login code: 482913
    an older code | Your previous code 111222 is void. Your new code is 482913.
    a longer number | Order 12345678901. Code 482913
    a card number | Card 1234-5678-9012-3456, code 482913
    versions | Release 7.1.2_u3 build 20260101123456, code 482913
    a user number | Hello user 778812, your code is 482913.
  `)('beside %s', (_name, text) => {
    expect(findCode(mail(text))).toEqual({ code: '482913' });
  });

  test.each([
    ['tickets only in the subject', mail('Your code is 482913.', '', '[#778812] Case 991234'), '482913'],
    ['addresses', mail('From 10.20.30.40, port 482913? No. 192.168.10.20:8443. Code: 735102'), '735102'],
    ['text without the code', mail('See the HTML part. Account 778812.', '<p>Code: 482913</p>'), '482913'],
    ['a bare number in the text', mail('Hello 778812 there', '', 'Your code is 482913'), '482913'],
    ['a subject with the code', mail('Phone +49 30 1234567.', '<p>Hi</p>', '482913 is your code'), '482913'],
  ])('beside %s', (_name, given, code) => {
    expect(findCode(given)).toEqual({ code });
  });
});

test.each<[string, ReturnType<typeof mail>]>([
  ['in an empty mail', mail('')],
  ['in words', mail('Your password was changed.')],
  ['among other numbers', mail('Ticket 778812 of 2026-11-25, call +1 555 010 9999, $123456, 10.20.30.40')],
  ['in a newsletter', mail('Use promo code 482913!\nLab Inc, 1 Main Street, zip code 951100')],
  ['beside a year only', mail('Welcome to 2026. © 2026')],
  ['in short numbers far from the word', mail('The code of conduct has 4829 and 10234 readers.')],
  ['in a link', mail('Open https://lab.example/?code=482913')],
  ['that is too long', mail('Your code is 482913482913')],
  ['between two equals', mail('482913 and 735102')],
])('finds none %s, and the problem shows no digit', (_name, given) => {
  const { code, problem } = findCode({ ...given, subject: 'Case 4829: Lab' });

  expect(code).toBeUndefined();
  expect(problem).toContain('"Case ####: Lab"');
  expect(problem).not.toMatch(/\d/);
});

test('finds none of two equals, and reports them', () => {
  expect(findCode(mail('482913 and 735102')).problem).toMatch(/two numbers/);
});

test.each([
  ['two likely ones', mail('482913 and 735102')],
  ['a number that is called something else', mail('Order 482913')],
  ['one of letters and digits', mail('Key of the day: 4X8K2P')],
  ['one of letters and digits for something else', mail('Error code: 4X8K2P')],
  ['one in two groups for something else', mail('Licence code: AB12-CD34')],
  ['one in two groups that is called something else', mail('Your code was sent. Ticket ABCD-EFGH')],
  ['one of letters and digits far from the word', mail('The code is for node AB12CD.')],
  ['small letters after the word', mail('Your verification code is kdjqpx.')],
  ['capitals that may stress something', mail('Your code is EXPIRED.')],
  ['capitals among capitals', mail('YOUR CODE IS KDJQPX.')],
  ['only what codePattern does not match', mail('482913'), /code (\w+)/],
])('finds none: %s may be the code', (_, given, pattern?: RegExp) => {
  const problem = expect.stringContaining('codePattern');
  expect(findCode(given, pattern)).toMatchObject({ unclear: true, problem });
});

test.each([
  ['no digit', mail('Somebody logged in.')],
  ['a word for the code, and nothing said of it', mail('Ask for the code. Somebody is signing in.')],
  ['a year, a time and an address', mail('(c) 2026 Lab. Valid until 14:30, for 10 minutes, at 10.1.2.3.')],
  ['no digit, where codePattern matches nothing', mail('Hello'), /code (\w+)/],
])('finds none: a mail with %s holds none', (_, given, pattern?: RegExp) => {
  expect(findCode(given, pattern)).toMatchObject({ unclear: false });
});

test('with a pattern uses its first match in text, HTML and subject, in this order', () => {
  const pattern = /[A-Z]{2}\d\d-[A-Z]{2}\d\d/;
  expect(findCode(mail('Key AB12-CD34', '<p>ZZ99-ZZ99</p>'), pattern)).toEqual({ code: 'AB12-CD34' });
  expect(findCode(mail('', '<p>ZZ99-<b>ZZ99</b></p>'), pattern)).toEqual({ code: 'ZZ99-ZZ99' });
  expect(findCode(mail('', '', 'code 12'), /\d+/)).toEqual({ code: '12' });
});

test('with a pattern uses its first group', () => {
  expect(findCode(mail('ticket 778812, secret word <4829>'), /<(\d+)>/)).toEqual({ code: '4829' });
});

test('with a pattern does not remember the mail before', () => {
  const pattern = /\b\d{6}\b/g;

  for (let round = 0; round < 3; round++)
    expect(findCode(mail('Code 482913'), pattern)).toEqual({ code: '482913' });
});

test('with a pattern says that it matches nothing', () => {
  expect(findCode(mail('Hello', '', 'key abc'), /key \w{9}/).problem).toMatch(/mail\.codePattern/);
  expect(findCode(mail('a', '', 'secret'), /x*/).problem).toMatch(/"secret".*mail\.codePattern/);
});

test.each<[string, string, number, 'html'?]>([
  ['tags that never end', '<a ', 60_000, 'html'],
  ['quotes that never end', '<a "', 50_000, 'html'],
  ['comments that never end', '<!', 90_000, 'html'],
  ['raw text that never ends', '<script>', 20_000, 'html'],
  ['hidden elements', '<p hidden>', 20_000, 'html'],
  ['digits', '1', 100_000],
  ['spaced digits', '1 ', 50_000],
  ['dotted digits', '1.', 50_000],
  ['phones', '+1 (555) ', 11_000],
  ['the word', 'code ', 20_000],
  ['codes', 'code 482913 ', 8_000],
  ['a word without end', 'a1-', 33_000],
  ['at signs', 'a.@', 33_000],
  ['blank lines', '\n ', 50_000],
])('takes linear time for %s', (_name, piece, times, kind) => {
  const search = (of: number) => {
    const content = piece.repeat(of);
    const searched = kind === 'html' ? mail('', content) : mail(content);
    return () => findCode(searched);
  };

  expect(growth(search(times / 16), search(times), 64)).toBeLessThan(64);
});

const wrapped = 'Subject: Your code\nContent-Type: text/plain\n\nYour sign-in code is 482913.\n';

function scanned(note: string, ...attached: readonly string[]): Buffer {
  const mails = attached.map((mail) => `Content-Type: message/rfc822\n\n${mail}`);
  const parts = [`Content-Type: text/plain\n\n${note}`, ...mails];
  const head = 'Subject: Scanned\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n';
  return Buffer.from(`${head}${parts.map((part) => `--x\n${part}\n`).join('')}--x--\n`);
}

// The columns: the case, the note of the gateway, how many mails are attached, and the code found.
test.each(rows`
  the code of a mail that a gateway has wrapped | Scanned, report 20260817, score 1.2. | 1 | 482913
  a code in the mail itself first | Your code is 771122. The one before: | 1 | 771122
  a number that nothing names after it | Scanned by gateway 771122. | 1 | 482913
  no code in several attached mails | Two mails. | 2
`)('finds %s', async (_, note = '', count, code?: string) => {
  const attached = [wrapped, wrapped.replace('482913', '771122')].slice(0, Number(count));

  expect(findCode(await parseMail(scanned(note, ...attached))).code).toBe(code);
});
