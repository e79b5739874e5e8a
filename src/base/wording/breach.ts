import type { Breach, BreachKind, BrokenRule } from '../model/breach.js';

type Words<Kind extends BreachKind> = string | ((breach: Breach<Kind>) => string);

/** Whole sentences, because reports may quote one without the other. */
const words: { readonly [Kind in BreachKind]: readonly [expected: Words<Kind>, actual: Words<Kind>] } = {
  'wrong status': [
    ({ expected }) => `The answer has the documented status ${expected}.`,
    ({ status }) => `The answer has status ${status}.`,
  ],
  'unexpected content': [
    'The answer has no content.',
    ({ bytes }) => `The answer has ${bytes} bytes of content.`,
  ],
  'media type': [
    ({ expected }) => `The answer has Content-Type ${expected}.`,
    ({ seen }) => `The answer has ${seen === null ? 'no Content-Type' : `Content-Type ${seen}`}.`,
  ],
  schema: [
    ({ of, pointer, rule }) => `${of}${pointer} ${ruleWords(rule)[0]}.`,
    ({ of, pointer, rule }) => `${of}${pointer} ${ruleWords(rule)[1]}.`,
  ],
  'not JSON': ['The body is one whole JSON text.', 'The body is not one whole JSON text.'],
  'not UTF-8': ['The body is UTF-8.', 'The body is not UTF-8.'],
  'byte order mark': ['The body begins with its JSON.', 'The body begins with a byte order mark.'],
  miscoded: [
    ({ declared }) =>
      declared === null
        ? 'Compressed content has a Content-Encoding.'
        : `The content is coded as ${declared}.`,
    ({ declared, seen }) =>
      declared === null
        ? `The content is ${seen} and has no Content-Encoding.`
        : `The content is not coded as its Content-Encoding says: ${declared}.`,
  ],
  renamed: [
    ({ name }) => `The property ${name} shows what was set.`,
    ({ name, seen }) => `The property ${name} is missing and ${seen} shows what was set.`,
  ],
  'not stored': [
    ({ name }) => `GET shows the ${name} that an accepted change set.`,
    ({ name }) => `The change is accepted, and GET shows ${name} as before.`,
  ],
  'wrong code opens': [
    'A login with a wrong code opens no session.',
    'A login with a wrong code opens a session, in a series of wrong codes.',
  ],
  'repeated member': [
    'The members of each object have different names.',
    'An object of the body has two members with the same name.',
  ],
  'contrary members': [
    'Members of an object with the same name have the same value.',
    'An object of the body has two members with the same name and different values.',
  ],
  'field missing': [
    ({ name, status }) => `An answer with status ${status} has ${name}.`,
    ({ name, status }) => `The answer with status ${status} has no ${name}.`,
  ],
  'field malformed': [
    ({ name }) => `${name} is ${name === 'Date' ? '' : 'a number of seconds or '}an HTTP date.`,
    ({ name }) => `${name} is ${name === 'Date' ? 'not' : 'not a number of seconds or'} an HTTP date.`,
  ],
  'endless Retry-After': ['Retry-After is at most a year.', 'Retry-After is more than a year.'],
  redirect: [
    'The target answers the request itself.',
    ({ status }) => `The answer is a redirect (${status}).`,
  ],
  'framing of 204': [
    ({ name }) => `A 204 has no ${name}.`,
    ({ name, seen }) => `The 204 has ${name}: ${seen}.`,
  ],
  'length of 204': ['A 204 declares no content.', ({ seen }) => `The 204 has Content-Length: ${seen}.`],
  'unasked key': ['A change that asks for no key gets none.', 'A change that asks for no key gets one.'],
  'storable secret': [
    'An answer with a secret has Cache-Control: no-store.',
    'The answer has a secret and no Cache-Control: no-store.',
  ],
  'server error': [
    ({ mistake }) => `The target answers ${mistake} without a server error.`,
    ({ mistake, status }) => `The target answers ${mistake} with ${status}.`,
  ],
  'connection closed': [
    ({ mistake }) => `The target answers ${mistake}.`,
    ({ mistake }) => `The target closes the connection on ${mistake}.`,
  ],
  'no Error': [
    ({ status }) => `A ${status} has an Error in JSON.`,
    ({ status, seen }) => `The ${status} has ${seen ?? 'no'} content and no Error.`,
  ],
  'empty Error': [
    ({ status }) => `The Error of a ${status} has errorCode or message.`,
    ({ status }) => `The Error of the ${status} has no errorCode and no message.`,
  ],
  internals: [
    ({ what }) => `An error shows the client nothing such as ${what}.`,
    ({ status, what }) => `The ${status} shows ${what}.`,
  ],
  'secret in body': ['The body holds no secret.', ({ secrets }) => `The body holds ${secrets.join(', ')}.`],
  'secret in head': [
    'The head of the answer holds no secret.',
    ({ secret, place }) => `The head of the answer holds ${secret} in ${place}.`,
  ],
  'secret in URL': [
    'A URL holds no credential, password or code.',
    ({ secret }) => `The URL holds ${secret}.`,
  ],
  'unexpected request body': ['The request has no body.', 'The request has a body.'],
};

export const expected = <Kind extends BreachKind>(breach: Breach<Kind>): string => sentence(breach, 0);

export const actual = <Kind extends BreachKind>(breach: Breach<Kind>): string => sentence(breach, 1);

function sentence<Kind extends BreachKind>(breach: Breach<Kind>, which: 0 | 1): string {
  const said: Words<Kind> = words[breach.kind][which];
  return typeof said === 'string' ? said : said(breach);
}

function ruleWords({ keyword, demands, seen }: BrokenRule): readonly [demanded: string, broken: string] {
  const all = demands.join(', ');
  switch (keyword) {
    case 'type':
      return [`is ${demands.map(withArticle).join(' or ')}`, `is ${withArticle(seen)}`];
    case 'enum':
      return [`is one of ${all}`, `is ${seen === 'string' ? 'another string' : withArticle(seen)}`];
    case 'required':
      return [`has the property ${all}`, `lacks the property ${all}`];
    case 'additionalProperties':
      return ['has documented properties only', 'has an undocumented property'];
    default:
      return [
        `keeps to ${keyword} ${all}`.trimEnd(),
        `is ${withArticle(seen)} that breaks ${keyword} ${all}`.trimEnd(),
      ];
  }
}

function withArticle(type: string): string {
  if (type === 'null' || type === 'nothing') return type;
  return `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`;
}
