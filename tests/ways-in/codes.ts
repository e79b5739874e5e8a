import type { Form, Way } from '../../fixtures/index.js';
import { firstHalf, oneDigitOff } from '../../fixtures/index.js';

const mistake = 'a malformed code';
const no = (name: string, members: object): Way => ({ name, members: { ...members }, madeUp: true, mistake });

export const noCodes: readonly Way[] = [
  no('null as code and as type', { otpCode: null, otpType: null }),
  no('null as type', { otpType: null }),
  no('a guess of the type null', { otpCode: '314159', otpType: null }),
  no('an empty code of an empty type', { otpCode: '', otpType: '' }),
  no('an empty type', { otpType: '' }),
  no('a guess of an empty type', { otpCode: '314159', otpType: '' }),
  no('a list of nothing', { otpCode: [], otpType: 'totp' }),
  no('an object', { otpCode: {}, otpType: 'totp' }),
  no('a comparison', { otpCode: { $ne: '' }, otpType: 'totp' }),
  no('false', { otpCode: false, otpType: 'totp' }),
  no('the number 0', { otpCode: 0, otpType: 'totp' }),
  no('the text null', { otpCode: 'null', otpType: 'totp' }),
  no('a blank', { otpCode: ' ', otpType: 'email' }),
  no('wildcards', { otpCode: '%', otpType: 'email' }),
  no('a wildcard for all digits', { otpCode: '*', otpType: 'totp' }),
  no('a wildcard for each digit', { otpCode: '??????', otpType: 'totp' }),
  no('a pattern for each digit', { otpCode: '[0-9][0-9][0-9][0-9][0-9][0-9]', otpType: 'totp' }),
  no('a pattern of six characters', { otpCode: '......', otpType: 'totp' }),
  no('zeros', { otpCode: '000000', otpType: 'totp' }),
  no('a TOTP code that many would guess', { otpCode: '123456', otpType: 'totp' }),
  no('a mailed code that many would guess', { otpCode: '123456', otpType: 'email' }),
  no('three hundred digits', { otpCode: '1'.repeat(300), otpType: 'totp' }),
  no('digits of another script', { otpCode: '\u0663\u0661\u0664\u0661\u0665\u0669', otpType: 'totp' }),
  no('a guess without a type', { otpCode: '000000' }),
  no('a guess of an unknown type', { otpCode: '000000', otpType: 'sms' }),
  no('a guess of a blank type', { otpCode: '000000', otpType: ' ' }),
  no('a guess of a type with a capital', { otpCode: '000000', otpType: 'Totp' }),
  no('both types and no code', { otpType: ['totp', 'email'] }),
  no('an object as type', { otpCode: '', otpType: {} }),
];

const form = (name: string, login: Form['login']): Form => ({ name, login });
const coded = (name: string, of: (code: string) => unknown): Form =>
  form(name, (code) => ({ code: of(code) }));

const guesses = (code: string) =>
  ['1', '2', '3', '4', '5'].map((digit) => digit.repeat(code.length)).filter((guess) => guess !== code);

export const lists: readonly Form[] = [
  coded('a list of guesses, the right one last', (code) => [...guesses(code), code]),
  coded('guesses with commas between', (code) => [...guesses(code), code].join(',')),
  coded('a list of guesses, the right one first', (code) => [code, ...guesses(code)]),
  coded('an object of guesses', (code) => Object.fromEntries([...guesses(code), code].entries())),
];

export const nearCodes: readonly Form[] = [
  coded('the code and a digit after it', (code) => `${code}0`),
  coded('the code and letters after it', (code) => `${code}abc`),
  coded('all but its last digit', (code) => code.slice(0, -1)),
  coded('the code twice', (code) => `${code}${code}`),
  coded('its first digits', (code) => code.slice(0, 2)),
  // Targets that make codes of eight digits may compare six.
  coded('its last digits', (code) => code.slice(code.length > 6 ? -6 : 1)),
  coded('another last digit', (code) => oneDigitOff(code, 'last')[4]),
  coded('its first half', firstHalf),
];

/** Notations of a used code that a target may mistake for a new code. */
export const usedForms: readonly Form[] = [
  coded('a blank after it', (code) => `${code} `),
  coded('itself, after a refused one', (code) => code),
  coded('a blank before it', (code) => ` ${code}`),
  coded('a line feed after it', (code) => `${code}\n`),
  coded('a blank in it', (code) => `${code.slice(0, 3)} ${code.slice(3)}`),
  coded('a dash in it', (code) => `${code.slice(0, 3)}-${code.slice(3)}`),
  coded('in full-width digits', (code) =>
    code.replace(/[\da-z]/gi, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
  ),
  coded('in a list', (code) => [code]),
  coded('as a number', (code) => (/^\d+$/.test(code) ? Number(code) : code)),
  // A target that reads texts as numbers takes these for the number of the code.
  coded('a fraction of zero after it', (code) => `${code}.0`),
  coded('an exponent of zero after it', (code) => `${code}e0`),
  coded('a plus before it', (code) => `+${code}`),
  coded('in hexadecimal digits', (code) => (/^\d+$/.test(code) ? `0x${Number(code).toString(16)}` : code)),
  coded('a NUL after it', (code) => `${code}\0`),
  form('the type in capitals', (code, type) => ({ code, type: type.toUpperCase() })),
  // A target that stores no code may compare it with an empty one.
  form('nothing in its place', () => ({ code: '' })),
  form('no type', (code) => ({ code, members: { otpType: undefined } })),
];

export const noPasswords: readonly Form[] = [
  form('no password', (code) => ({ code, members: { password: undefined } })),
  form('null as password', (code) => ({ code, password: null })),
  form('an empty password', (code) => ({ code, password: '' })),
  form('the code as password', (code) => ({ code, password: code })),
  form('a list of nothing as password', (code) => ({ code, password: [] })),
  form('true as password', (code) => ({ code, password: true })),
];

export const otherTypes: readonly Form[] = ['sms', 'push', 'none', 'salesforce'].map((type) =>
  form(`otpType ${type}`, (code) => ({ code, type })),
);
