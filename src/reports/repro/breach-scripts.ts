import type { Breach, BreachKind, BrokenRule } from '../../base/model/breach.js';

/** The reason why a script can't show a fault. */
export interface Untold {
  readonly why: string;
}

type Row<Kind extends BreachKind> = (at: number, breach: Breach<Kind>) => string | Untold;

export const untold = (why: string) => (): Untold => ({ why });

export const tooDeep: Untold = { why: 'the fault lies deeper in the body than a script looks' };

/** Each returns a command that succeeds if answer `at` shows the breach, or the reason why no command can. */
const rows: { readonly [Kind in BreachKind]: Row<Kind> } = {
  'wrong status': (at, { expected }) => `! status ${at} ${expected}`,
  'unexpected content': (at) => `[ -s "$T/${at}.body" ]`,
  'media type': (at) => `! field_is ${at} content-type 'application/json *\\(;.*\\)*'`,
  schema: (at, { pointer, rule }) => {
    const [property = ''] = rule.demands;
    if (pointer === '' && rule.keyword === 'required') return `! outermost ${at} | grep -q '"${property}":'`;
    if (pointer === '' && rule.keyword === 'type') return `! body_of ${at} | grep -q '^{'`;
    const name = pointer.slice(1);
    if (rule.keyword === 'required' || !/^\w+$/.test(name)) return tooDeep;
    const right = beginningsBy(rule);
    if (right === undefined) return { why: `a script can't check ${name} by the rule ${rule.keyword}` };
    const patterns = right.map((each) => `-e '"${name}":${each}'`).join(' ');
    // Replaces each inner object by a letter, because only the outermost members are the body's own.
    const body = `body_of ${at} | sed -e ':a' -e 's/\\(.\\){[^{}]*}/\\1O/' -e 'ta'`;
    return `{ ${body} | grep -q '"${name}":' && ! ${body} | grep -q ${patterns}; }`;
  },
  'not JSON': (at) => `json_is_broken ${at}`,
  'not UTF-8': (at) =>
    `{ command -v iconv >"$T/utf8" || cannot 'iconv is missing'; ! iconv -f UTF-8 -t UTF-8 <"$T/${at}.body" >"$T/utf8" 2>&1; }`,
  'byte order mark': (at) => `[ "$(od -An -tx1 -N3 "$T/${at}.body" | tr -d ' \\n')" = efbbbf ]`,
  miscoded: (at) => `! grep -q '^ *[{[]' "$T/${at}.body"`,
  renamed: (at, { name, seen }) => `{ ! holds ${at} '"${name}":' && holds ${at} '"${seen}":'; }`,
  'not stored': untold('it shows in the answers to later requests'),
  'wrong code opens': untold('it takes several wrong codes in one step'),
  'repeated member': untold('a script reads the first of two members with the same name'),
  'contrary members': untold('a script reads the first of two members with the same name'),
  'field missing': (at, { name, status }) =>
    `{ ${name === 'Date' ? '' : `status ${at} ${status} && `}! field_is ${at} ${name.toLowerCase()} '${name === 'Allow' ? '' : '.'}.*'; }`,
  'field malformed': untold('a script does not read dates'),
  'endless Retry-After': untold('the answer comes only while the target limits requests'),
  redirect: (at) => `status ${at} '3??'`,
  'framing of 204': (at, { name }) => `field_is ${at} ${name.toLowerCase()} '.*'`,
  'length of 204': (at) =>
    `{ field_is ${at} content-length '.*' && ! field_is ${at} content-length '[0, ]*'; }`,
  'unasked key': (at) =>
    `{ status ${at} '2??' && outermost ${at} | grep -q -e '"totpSecretKey":"[^"]' -e '"totpUri":"[^"]'; }`,
  'storable secret': (at) => `! field_is ${at} cache-control '.*no-store.*'`,
  'server error': (at) => `status ${at} '5??'`,
  'connection closed': (at) => `status ${at} 000`,
  'no Error': (at) => `{ ! body_of ${at} | grep -q '^{' || json_is_broken ${at}; }`,
  'empty Error': (at) => {
    const names = ['errorCode', 'message', 'code'];
    const said = names.map((name) => `-e '"${name}":"[^"]' -e '"${name}":[^"n,}]'`).join(' ');
    return `! outermost ${at} | grep -q ${said}`;
  },
  internals: untold('only a person can judge whether an answer shows internals: look at its body'),
  'secret in body': untold('a script does not know all secrets of the run'),
  'secret in head': untold('a script does not know all secrets of the run'),
  'secret in URL': untold('the recorded client sent it, not the target'),
  'unexpected request body': untold('the recorded client sent it, not the target'),
};

export function commandFor<Kind extends BreachKind>(at: number, breach: Breach<Kind>): string | Untold {
  const row: Row<Kind> = rows[breach.kind];
  return row(at, breach);
}

/** Returns the first characters of values that keep the rule. Undefined if these characters don't decide. */
function beginningsBy({ keyword, demands, seen }: BrokenRule): readonly string[] | undefined {
  if (keyword === 'type' && !(demands.includes('integer') && seen === 'number'))
    return demands.flatMap((type) => beginnings[type] ?? []);
  const isPlain = demands.every((value) => /^\w+$/.test(value));
  return keyword === 'enum' && isPlain && ['string', 'null'].includes(seen)
    ? demands.map((value) => (value === 'null' ? 'null' : `"${value}"`))
    : undefined;
}

const beginnings: Readonly<Record<string, string>> = {
  string: '"',
  array: '\\[',
  object: 'O',
  boolean: '[tf]',
  number: '[-0-9]',
  integer: '[-0-9]',
  null: 'n',
};
