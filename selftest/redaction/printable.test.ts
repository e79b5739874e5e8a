import { expect, test } from 'vitest';
import { printable } from '../../src/base/redaction/printable.js';

test.each([
  ['\x1b[31mred\x1b[0m', '\\u001b[31mred\\u001b[0m'],
  ['bell\x07 null\x00 del\x7f', 'bell\\u0007 null\\u0000 del\\u007f'],
  ['over\rwritten', 'over\\u000dwritten'],
  ['\x9b31m', '\\u009b31m'],
  ['\u202egnp.exe', '\\u202egnp.exe'],
  ['\u2066a\u2069\u200f', '\\u2066a\\u2069\\u200f'],
  ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
  ['line\u2028end', 'line\\u2028end'],
  ['\ud800 alone', '\\ud800 alone'],
  ['tag \u{e0041}', 'tag \\udb40\\udc41'],
])('%j shows as %j', (text, wanted) => {
  expect(printable(text)).toBe(wanted);
});

test.each(['plain', 'tab\tand\nline', 'Grüße, ключ, 鍵, 🔑', '\\u001b'])('%j stays', (text) => {
  expect(printable(text)).toBe(text);
});
