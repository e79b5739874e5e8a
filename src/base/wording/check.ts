import {
  type Attempts,
  type Change,
  type Check,
  type FieldRule,
  type MailRule,
  type Member,
  type MemberRule,
  patterns,
  type Quantity,
  quantities,
  type Shown,
} from '../../base/model/check.js';
import { cut } from '../words.js';
import { actual } from './breach.js';

type OfKind<Kind extends Check['kind']> = Extract<Check, { readonly kind: Kind }>;
type Words<C> = string | ((check: C) => string);

const nextLine = `\n${' '.repeat('actual: '.length)}`;

const json = (value: unknown) => JSON.stringify(value) ?? 'nothing';

/** `201 to POST /v2/users/sessions (the code twice), and its credential gets 200 from GET /v2/mfa-config`. */
function answerWords(shown: Shown): string {
  const { use } = shown;
  if (use === undefined) return plainWords(shown);
  return `${plainWords(shown)}, and its credential gets ${use.status ?? 'no answer'} from ${use.method} ${use.path}`;
}

const wayOf = ({ way }: Shown) => (way === undefined ? '' : ` (${way})`);
const plainWords = (shown: Shown) =>
  `${shown.status ?? 'no answer'} to ${shown.method} ${shown.path}${wayOf(shown)}`;

function lastOf({ answers }: Check): string {
  const last = answers.at(-1);
  return last === undefined ? 'an answer' : plainWords(last);
}

const inLast = (check: Check): string => (check.answers.length === 0 ? '' : ` (${lastOf(check)})`);

const allOf = (check: Check, none: string): string =>
  check.answers.length === 0 ? none : check.answers.map(answerWords).join(nextLine);

/** For example `enabled of GET /mfa-config: false before, true now`. */
export function changeWords(change: Pick<Change, 'part' | 'member' | 'before' | 'now'>): string {
  const { part, member, before, now } = change;
  return `${member} of ${reads[part]}: ${plain(before)} before, ${plain(now)} now`;
}

const reads = { cluster: 'GET /mfa-config', support: 'GET /support-user/mfa' } as const;
const plain = (value: unknown) =>
  typeof value === 'string'
    ? value
    : Array.isArray(value)
      ? value.join(' ')
      : value === undefined
        ? 'missing'
        : json(value);

const nameOf = (pointer: string) => pointer.replace(/^\//, '');

/** Null is a value; undefined means that the member is missing. */
const memberWords = (name: string, value: unknown) =>
  value === undefined ? `no member ${name}` : `${name}: ${json(value)}`;

const memberRules: Readonly<Record<MemberRule, (name: string, value: string) => string>> = {
  is: (name, value) => `${name}: ${value}`,
  'is not': (name, value) => `${name} other than ${value}`,
  'may be': (name, value) => `${name}: ${value}, or without it`,
  lacks: (name, value) => `${name} without ${value}`,
  'is a text': (name) => `a text in ${name}`,
  'is absent': (name) => `no member ${name}`,
};

function seenWords(member: Member): string {
  const name = nameOf(member.pointer);
  if (member.hidden) return member.rule === 'is absent' ? `a ${name}` : `an unusable ${name}`;
  return memberWords(name, member.seen);
}

const countWords = (count: number, of: Quantity) => `${count} ${quantities[of][count === 1 ? 0 : 1]}`;

const mailRules: Readonly<
  Record<MailRule, readonly [expected: string, actual: (check: OfKind<'mail'>) => string]>
> = {
  'code for its user only': ["the user's code to the user alone", () => 'the code to another user'],
  date: ['a mail with a Date', () => 'no Date'],
  'date of now': ["a Date within 5 minutes of the target's time", ({ seen }) => `${seen} minutes from it`],
  'host of the target': ['a mail without the host that a header names', () => 'a mail that names it'],
  'message id of its own': ['another Message-ID in each mail', () => 'the same Message-ID twice'],
  'no lasting secret': ['a mail without lasting secrets', ({ seen }) => `a mail with ${seen}`],
  'one field': ['exactly one header field of the name', ({ seen, name }) => `${seen} × ${name}`],
  'own code only': ["no code but the user's own", () => "another user's code"],
};

const fieldRules: Readonly<Record<FieldRule, (name: string) => string>> = {
  'names Accept-Encoding': (name) => `${name} with Accept-Encoding`,
  'names the methods': (name) => `${name} with GET and PUT`,
  'challenges by Bearer': (name) => `${name} with the scheme Bearer`,
  'as of GET': (name) => `the ${name} that GET answers`,
  'allows no credentials': () => 'no credentials for pages of any origin',
  'is not echoed': (name) => `an answer without the request's ${name}`,
};

function fieldWords({ rule, name, seen }: OfKind<'field'>): string {
  if (rule === 'is not echoed') return `the request's ${name} in the answer`;
  return `${name}: ${seen ?? 'none'}${rule === 'allows no credentials' ? ', with credentials' : ''}`;
}

const handled = {
  'an answer': 'an answer',
  'no server error': 'an answer that is no server error',
  documented: 'a success, a refusal, or a server error with an Error',
  'success or refusal': 'a success or a refusal (2xx or 4xx)',
  there: 'an answer of the documented operation, not that of a made-up path',
} as const;

const wellFormed = {
  secret: 'a Base32 secret',
  'canonical secret': 'a canonical Base32 secret in the Key URI',
  'Key URI': 'a Key URI',
  'URI parameters': 'a Key URI with valid parameters',
  issuer: 'a Key URI with one issuer',
  label: 'a Key URI whose label names the account',
} as const;

const attemptsOf = (of: Attempts) => (of === 'mailed codes' ? of : `wrong ${of}`);

const same = {
  'an answer': ['the same secret in both answers', 'two different ones'],
  'its URI': ['the secret of the Key URI', 'another one'],
  'the request': ['the secret that the request named', 'another one'],
} as const;
const differ = {
  'an answer': ['two different values', 'the same value twice'],
  'its URI': ['a value of its own', 'that of the Key URI'],
  'the request': ["a value of the target's own", 'the one that the request named'],
} as const;

const table: {
  readonly [Kind in Check['kind']]: readonly [expected: Words<OfKind<Kind>>, actual: Words<OfKind<Kind>>];
} = {
  refused: [
    ({ least, answers }) =>
      answers.some(({ way }) => way !== undefined)
        ? 'a refusal of each way that was tried'
        : least === '4xx'
          ? 'a refusal (4xx)'
          : 'a refusal',
    (check) => allOf(check, 'a success'),
  ],
  accepted: ['a success (2xx)', (check) => allOf(check, 'another answer')],
  succeeded: ['the documented success', (check) => [lastOf(check), ...check.breaches.map(actual)].join('; ')],
  handled: [({ least }) => handled[least], (check) => allOf(check, 'another answer')],
  status: [
    ({ allowed }) => `an answer with status ${allowed.join(' or ')}`,
    (check) => allOf(check, 'another status'),
  ],
  opens: ['a full session', (check) => allOf(check, 'a session that reads less than a full one')],
  verified: [
    'a success (2xx) with success true',
    (check) => `${lastOf(check)} with ${memberWords('success', check.success)}`,
  ],
  'not verified': [
    'success false, or a refusal (4xx)',
    (check) => `${lastOf(check)} with ${memberWords('success', check.success)}`,
  ],
  members: [
    ({ members, any }) =>
      members
        .map((member) => memberRules[member.rule](nameOf(member.pointer), json(member.expected)))
        .join(any ? ' or ' : ', '),
    (check) => `${check.members.map(seenWords).join(', ')}${inLast(check)}`,
  ],
  whole: [({ allowed }) => allowed.map(json).join(' or '), (check) => `${json(check.seen)}${inLast(check)}`],
  state: [
    'the configuration as it was before the request',
    (check) => `${check.changes.map(changeWords).join(nextLine)}${inLast(check)}`,
  ],
  readable: [
    ({ part }) => `a documented answer to ${reads[part]} after the request`,
    (check) => `an undocumented answer${inLast(check)}`,
  ],
  mailed: [({ expected }) => mailsTo(expected), (check) => `${mailsTo(check.seen)}${inLast(check)}`],
  mail: [
    ({ rule, name }) => `${mailRules[rule][0]}${name === null ? '' : `: ${name}`}`,
    (check) => mailRules[check.rule][1](check),
  ],
  random: [({ pattern }) => patterns[pattern][0], ({ pattern }) => patterns[pattern][1]],
  same: [
    (check) => same[check.with][0],
    (check) => `${same[check.with][1]} in ${check.pointer}${inLast(check)}`,
  ],
  differ: [
    (check) => differ[check.with][0],
    (check) => `${differ[check.with][1]} in ${check.pointer}${inLast(check)}`,
  ],
  alike: [
    ({ answers: [first], differences }) =>
      `answers that look alike: ${differences.map(({ at, expected }) => memberWords(nameOf(at), expected)).join(', ')}${first === undefined ? '' : wayOf(first)}`,
    (check) =>
      `${check.differences.map(({ at, seen }) => memberWords(nameOf(at), seen)).join(', ')}${inLast(check)}`,
  ],
  'well formed': [({ what }) => wellFormed[what], (check) => `${check.problems.join(', ')}${inLast(check)}`],
  count: [
    ({ of, least, most }) =>
      [
        ...(least === null ? [] : [`at least ${countWords(least, of)}`]),
        ...(most === null ? [] : [`at most ${countWords(most, of)}`]),
      ].join(', '),
    (check) => `${countWords(check.seen, check.of)}${inLast(check)}`,
  ],
  limited: [
    ({ of, within }) => `a limit within ${within} ${attemptsOf(of)}`,
    (check) => `no limit after ${check.seen} ${attemptsOf(check.of)}${inLast(check)}`,
  ],
  field: [({ name, rule }) => fieldRules[rule](name), (check) => `${fieldWords(check)}${inLast(check)}`],
  framed: [
    ({ rule }) =>
      rule === 'nothing' ? 'nothing after the header section' : 'the bytes that the header section declares',
    (check) => `${check.beyond}${inLast(check)}`,
  ],
  transport: [
    ({ rule }) => (rule === 'no plain HTTP' ? 'no answer of the API by plain HTTP' : rule),
    ({ rule, seen }) =>
      rule === 'no plain HTTP' ? `an answer with status ${seen}` : 'a connection of an older version',
  ],
  claimed: [
    ({ atMost, unit }) => `within ${atMost} ${unit}, as the vendor claims`,
    ({ seen, unit }) => (seen === null ? 'no limit' : `after ${seen} ${unit}`),
  ],
  'body found': [
    ({ of }) => `for any body ${expectedOf(of)}`,
    ({ of, body, what, shrinks, seed }) => {
      const simplified = shrinks === 0 ? 'not simplified' : `simplified ${shrinks} times`;
      const found = `${what}; ${simplified}; repeat with --seed ${seed}`;
      return `${actualOf(of)}${nextLine}for the body: ${body}${nextLine}(${found})`;
    },
  ],
};

function mailsTo(addresses: readonly string[]): string {
  return addresses.length === 0 ? 'no mail' : addresses.map((address) => `a mail to ${address}`).join(', ');
}

export const expectedOf = <Kind extends Check['kind']>(check: OfKind<Kind>): string => saidOf(check, 0);

export const actualOf = <Kind extends Check['kind']>(check: OfKind<Kind>): string => saidOf(check, 1);

function saidOf<Kind extends Check['kind']>(check: OfKind<Kind>, which: 0 | 1): string {
  const said: Words<OfKind<Kind>> = table[check.kind][which];
  return typeof said === 'string' ? said : said(check);
}

export const wordsOf = (check: Check): string => failureText(expectedOf(check), actualOf(check));

const longest = 2_000;

export const failureText = (expected: string, actual: string): string =>
  cut(`expected: ${expected}\nactual: ${actual}`, longest);

/** A part of a failure. `name` is empty for text before the first label. */
export interface ReasonPart {
  readonly name: '' | 'expected' | 'actual';
  readonly text: string;
}

export function partsOf(reason: string): ReasonPart[] {
  const parts: { name: ReasonPart['name']; lines: string[] }[] = [];
  for (const line of reason.split('\n')) {
    const name = (['expected', 'actual'] as const).find((each) => line.startsWith(`${each}:`));
    if (name !== undefined) parts.push({ name, lines: [line.slice(name.length + 1).trimStart()] });
    else if (parts.length === 0) parts.push({ name: '', lines: [line] });
    else parts.at(-1)?.lines.push(line.replace(/^ {5,}/, ''));
  }
  return parts.map(({ name, lines }) => ({ name, text: lines.join('\n') }));
}
