import {
  type Change,
  type Check,
  decidingAnswer,
  isSuccess as isDone,
  type Member,
  type MemberRule,
} from '../../base/model/check.js';
import type { Exchanged } from '../../base/model/event.js';
import { shellQuoted as quoted } from '../../base/words.js';
import { commandFor, tooDeep, type Untold, untold } from './breach-scripts.js';

export interface Condition {
  readonly at: number;
  /** A command of the script that succeeds if the fault shows. */
  readonly shows: string;
}

/** The signs of a failure. If the fault is there, all conditions hold. */
export interface Assertion {
  readonly decisive: number;
  readonly conditions: readonly Condition[];
  /** The requirement demands a refusal. A conforming target may then refuse preparing requests too. */
  readonly refusal?: true;
}

export const decidingIn = ({ decisive, conditions }: Assertion): number[] => [
  decisive,
  ...conditions.map(({ at }) => at),
];

/** By default, the deciding request is the last write before the conditions. */
type Told = Omit<Assertion, 'decisive'> & { readonly decisive?: number };

type OfKind<Kind extends Check['kind']> = Extract<Check, { readonly kind: Kind }>;
type Ways = readonly Told[] | Untold;
type Sent = (index: number) => Exchanged | undefined;
/** Returns a command on the deciding answer (`at`, `status`), or several assertions, each sufficient. */
type Row<C> = (check: C, at: number, status: number, sent: Sent) => string | Ways;

const noAnswer: Untold = { why: 'no single answer shows it' };
const verifies = (at: number) => `{ status ${at} '2??' && holds ${at} '"success":true'; }`;
const when = (at: number, shows: string): Condition => ({ at, shows });
const success = (at: number) => when(at, `status ${at} '2??'`);

/** The assertion that the answer `decisive` alone decides. */
export const byAnswer = (decisive: number, shows: string, at = decisive) => [
  { decisive, conditions: [when(at, shows)] },
];

const rows: { readonly [Kind in Check['kind']]: Row<OfKind<Kind>> } = {
  refused: ({ answers, least }) =>
    answers.map(({ exchange: at, status, use }) => {
      const isRefused = `status ${at} '${least === '4xx' ? '4??' : '[1345]??'}'`;
      // A login whose session is useless counts as refused.
      const opens = use !== undefined && isDone(use.status) && isDone(status);
      const conditions = opens ? [success(at), success(use.exchange)] : [when(at, `! ${isRefused}`)];
      return { decisive: at, conditions, refusal: true };
    }),
  accepted: (_, at) => `! status ${at} '2??'`,
  succeeded: ({ breaches }, at, status) => {
    if (!isDone(status)) return `! status ${at} '2??'`;
    const told = breaches.map((breach) => commandFor(at, breach));
    return told.find((each) => typeof each === 'string') ?? told[0] ?? `status ${at} ${status}`;
  },
  handled: ({ least }, at) => unhandled[least](at),
  status: ({ allowed }, at) => `! { ${allowed.map((status) => `status ${at} ${status}`).join(' || ')}; }`,
  opens: ({ answers: [shown] }, at, status) => {
    if (!isDone(status)) return `! status ${at} '2??'`;
    const use = shown?.use?.exchange;
    return use === undefined ? `! holds ${at} '"sessionId":"'` : byAnswer(at, `! status ${use} '2??'`, use);
  },
  verified: (_, at) => `! ${verifies(at)}`,
  'not verified': (_, at) => verifies(at),
  members: ({ answers, any, members }) => {
    const at = answers.at(-1)?.exchange ?? -1;
    const commands = members.map((member) => wrong(at, member));
    const known = commands.filter((each) => each !== undefined);
    if (known.length === 0 || (any && known.length < commands.length)) return tooDeep;
    return [{ conditions: [when(at, `{ ${known.join(any ? ' && ' : ' || ')}; }`)] }];
  },
  whole: untold('it needs concurrent changes'),
  state: ({ answers: [shown], changes }) => {
    const conditions = changes.map(changed).find((each) => each !== undefined);
    if (conditions === undefined) return { why: 'the log does not hold the reads that show the change' };
    return [{ ...(shown === undefined ? {} : { decisive: shown.exchange }), conditions }];
  },
  readable: untold('a script does not check all that GET shows'),
  mailed: ({ answers: [shown], expected, seen }) => {
    const missing = expected.filter((to) => !seen.includes(to));
    const besides = seen.filter((to) => !expected.includes(to) && /^[\w.+-]+@[\w.-]+$/.test(to));
    const [to] = [...missing, ...besides];
    if (to === undefined) return { why: 'the mail went where only its reader sees it' };
    if (shown?.operation?.endsWith('EmailOtp') !== true) return { why: 'the mail came for a later request' };
    return `${missing.includes(to) ? '' : '! '}no_code_for ${quoted(to)}`;
  },
  mail: untold('the mail itself shows it: look at it in the mailbox'),
  random: untold('it takes many mailed codes to see the pattern'),
  same: (check, at) => compared(check, at, '! '),
  differ: (check, at, _, sent) => {
    if (check.with !== 'the request') return compared(check, at, '');
    const pattern = new RegExp(`"${check.pointer.slice(1)}":"[\\w-]+"`);
    const [asked] = pattern.exec(sent(at)?.again?.body ?? '') ?? [];
    return asked === undefined ? noAnswer : `holds ${at} '${asked}'`;
  },
  alike: ({ answers, differences: [difference] }, at) => {
    const is = answers.at(-2)?.exchange;
    const name = difference && nameOf(difference.at);
    if (is === undefined || (name === undefined && difference?.at !== 'status')) return tooDeep;
    const shows =
      name === undefined ? `! status ${at} "$(code_of ${is})"` : `! same_value ${is} ${at} ${name}`;
    return [{ decisive: at, conditions: [when(at, shows), when(is, `status ${is} '[24]??'`)] }];
  },
  'well formed': ({ what }, at) =>
    malformed[what]?.(at) ?? { why: `a script does not compare the ${what} with the account` },
  count: ({ of, most }, at) =>
    of === 'seconds of a step' && most !== null
      ? `[ "$(of_uri "$(member ${at} totpUri)" period 30)" -gt ${most} ]`
      : { why: `to count ${of} takes more requests than a script sends` },
  limited: ({ within }) => ({ why: `it takes ${within} attempts or more` }),
  field: ({ answers: [shown], name, rule, seen }, at) => {
    if (rule === 'is not echoed' && seen !== null)
      return `{ status ${at} '2??' && holds ${at} ${quoted(seen)}; }`;
    if (rule === 'challenges by Bearer') return `! field_is ${at} ${name} '.*bearer.*'`;
    if (rule === 'allows no credentials') return `field_is ${at} access-control-allow-credentials true`;
    return { why: `a script does not check the field ${name} of ${shown?.method}` };
  },
  framed: untold('curl does not show bytes after the end of an answer'),
  transport: untold('it lies below HTTP: look at it with openssl s_client'),
  claimed: untold("the vendor's claimed limit takes more attempts than a script makes"),
  'body found': ({ of, answers }, _, __, sent) =>
    toldBy(of.answers.length > 0 ? of : { ...of, answers }, sent),
};

export function toldBy<Kind extends Check['kind']>(check: OfKind<Kind>, sent: Sent): Ways {
  const row: Row<OfKind<Kind>> = rows[check.kind];
  const { exchange: at = -1, status } = decidingAnswer(check) ?? {};
  const told = row(check, at, status ?? 0, sent);
  const ways = typeof told === 'string' ? byAnswer(at, told) : told;
  if ('why' in ways) return ways;
  const isShown = ({ conditions }: Told) => conditions.every((each) => each.at >= 0);
  return ways.length > 0 && ways.every(isShown) ? ways : noAnswer;
}

const unhandled: { readonly [Least in OfKind<'handled'>['least']]: (at: number) => string } = {
  'an answer': (at) => `status ${at} 000`,
  'no server error': (at) => `status ${at} '5??'`,
  documented: (at) => `{ status ${at} '5??' && ! is_error ${at}; }`,
  there: (at) => `status ${at} 404`,
  'success or refusal': (at) => `! { status ${at} '[24]??' || { status ${at} 501 && is_error ${at}; }; }`,
};

/** Undefined for a member of an inner object. */
const nameOf = (pointer: string): string | undefined => /^\/(\w+)$/.exec(pointer)?.[1];

const none = quoted('null');
/** Succeeds if a member has a value other than null. A missing member counts as null, as in configurations. */
const hasOther = (at: number, name: string) => `value ${at} ${name} | grep -qvx null`;

/** These succeed if a member breaks its rule. `json`: the expected value; for `may be`, the seen one. */
const wrongs: { readonly [Rule in MemberRule]: (at: number, name: string, json: string) => string } = {
  is: (at, name, json) => (json === none ? hasOther(at, name) : `[ "$(value ${at} ${name})" != ${json} ]`),
  'is not': (at, name, json) =>
    json === none ? `! ${hasOther(at, name)}` : `[ "$(value ${at} ${name})" = ${json} ]`,
  'may be': (at, name, json) => `[ "$(value ${at} ${name})" = ${json} ]`,
  lacks: (at, name, json) => `value ${at} ${name} | grep -qF -- ${json}`,
  'is a text': (at, name) => `[ -z "$(member ${at} ${name})" ]`,
  'is absent': (at, name) => `{ holds ${at} '"${name}":' && ! holds ${at} '"${name}":null'; }`,
};

function wrong(at: number, { pointer, rule, expected, seen, hidden }: Member): string | undefined {
  const name = nameOf(pointer);
  const of = rule === 'may be' ? seen : expected;
  // A target may return a list in any order, so the text of a list decides nothing.
  if (name === undefined || Array.isArray(of) || (rule === 'may be' && hidden === true)) return undefined;
  return wrongs[rule](at, name, quoted(JSON.stringify(of) ?? ''));
}

function changed({ member, before, now, readBefore, readNow }: Change): Condition[] | undefined {
  if (readNow === null || !/^\w+$/.test(member)) return undefined;
  const is = (at: number, value: unknown) =>
    `[ "$(value ${at} ${member})" = ${quoted(JSON.stringify(value) ?? '')} ]`;
  if (readBefore === null) return Array.isArray(now) ? undefined : [when(readNow, is(readNow, now))];
  const read = typeof before === 'boolean' ? is(readBefore, before) : `status ${readBefore} '2??'`;
  return [
    when(readBefore, `{ ${read} || cannot '${member} is not as it was in the run'; }`),
    when(readNow, `status ${readNow} '2??' && ! same_value ${readBefore} ${readNow} ${member}`),
  ];
}

function compared(check: OfKind<'same' | 'differ'>, at: number, not: '! ' | ''): string | Untold {
  const is = check.answers.at(-2)?.exchange;
  const name = nameOf(check.pointer);
  if (check.with === 'its URI')
    return `[ "$(member ${at} ${name})" != "$(of_uri "$(member ${at} totpUri)" secret '')" ]`;
  if (is === undefined || name === undefined) return noAnswer;
  return `[ -n "$(member ${at} ${name})" ] && ${not}same_value ${is} ${at} ${name}`;
}

const uriText = '([A-Za-z0-9._~@!*+,;-]|%[0-9A-Fa-f]{2})';
const keyUri = `otpauth://totp/(${uriText}+:)?${uriText}+\\?([a-z]+=${uriText}*&)*secret=[A-Z2-7]+(&[a-z]+=${uriText}*)*`;
const parameters = 'algorithm=SHA(1|256|512)|digits=[678]|period=[1-9][0-9]{0,3}';
function wrongParameters(at: number): string {
  const all = `member ${at} totpUri | tr '?&' '\\n\\n'`;
  const wrong = `${all} | grep -E '^(algorithm|digits|period)=' | grep -Evqx '${parameters}'`;
  return `${wrong} || ${all} | sed -n 's/=.*//p' | sort | uniq -d | grep -q .`;
}

const malformed: { readonly [What in OfKind<'well formed'>['what']]?: (at: number) => string } = {
  secret: (at) => `! member ${at} totpSecretKey | grep -Eqx '[A-Z2-7]{8,}=*'`,
  'canonical secret': (at) => `of_uri "$(member ${at} totpUri)" secret '' | grep -Evqx '[A-Z2-7]+'`,
  'Key URI': (at) => `{ ! member ${at} totpUri | grep -Eqx '${keyUri}' || ${wrongParameters(at)}; }`,
  'URI parameters': (at) => `{ ${wrongParameters(at)}; }`,
};
