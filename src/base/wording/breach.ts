import type { Breach, BreachKind, BrokenRule } from '../model/breach.js';

interface Words<Kind extends BreachKind> {
  expected(breach: Breach<Kind>): string;
  actual(breach: Breach<Kind>): string;
}

/** Complete sentences: reports may quote either one alone. */
const words: { readonly [Kind in BreachKind]: Words<Kind> } = {
  'wrong status': {
    expected: ({ expected }) => `The answer has the documented status ${expected}.`,
    actual: ({ status }) => `The answer has status ${status}.`,
  },
  'unexpected content': {
    expected: () => 'The answer has no content.',
    actual: ({ bytes }) => `The answer has ${bytes} bytes of content.`,
  },
  'media type': {
    expected: ({ expected }) => `The answer has Content-Type ${expected}.`,
    actual: ({ seen }) => `The answer has ${seen === null ? 'no Content-Type' : `Content-Type ${seen}`}.`,
  },
  schema: {
    expected: ({ of, pointer, rule }) => `${of}${pointer} ${demanded(rule)}.`,
    actual: ({ of, pointer, rule }) => `${of}${pointer} ${broken(rule)}.`,
  },
  'not JSON': {
    expected: () => 'The body is one whole JSON text.',
    actual: () => 'The body is not one whole JSON text.',
  },
  'not UTF-8': { expected: () => 'The body is UTF-8.', actual: () => 'The body is not UTF-8.' },
  'byte order mark': {
    expected: () => 'The body begins with its JSON.',
    actual: () => 'The body begins with a byte order mark.',
  },
  miscoded: {
    expected: ({ declared }) =>
      declared === null
        ? 'Compressed content has a Content-Encoding.'
        : `The content is coded as ${declared}.`,
    actual: ({ declared, seen }) =>
      declared === null
        ? `The content is ${seen} and has no Content-Encoding.`
        : `The content with Content-Encoding: ${declared} is not.`,
  },
  renamed: {
    expected: ({ name }) => `The property ${name} shows what was set.`,
    actual: ({ name, seen }) => `The property ${name} is missing and ${seen} shows what was set.`,
  },
  'not stored': {
    expected: ({ name }) => `GET shows ${name} as an accepted change set it.`,
    actual: ({ name }) => `The change is accepted, and GET shows ${name} as before.`,
  },
  'repeated member': {
    expected: () => 'The members of each object have different names.',
    actual: () => 'An object of the body has two members of one name.',
  },
  'contrary members': {
    expected: () => 'Members of one name in an object have the same value.',
    actual: () => 'An object of the body has two members of one name with different values.',
  },
  'field missing': {
    expected: ({ name, status }) => `An answer with status ${status} has ${name}.`,
    actual: ({ name, status }) => `The answer with status ${status} has no ${name}.`,
  },
  'field malformed': {
    expected: ({ name }) => `${name} is ${name === 'Date' ? '' : 'a number of seconds or '}an HTTP date.`,
    actual: ({ name }) =>
      `${name} is ${name === 'Date' ? 'not' : 'not a number of seconds or'} an HTTP date.`,
  },
  'endless Retry-After': {
    expected: () => 'Retry-After is at most a year.',
    actual: () => 'Retry-After is more than a year.',
  },
  redirect: {
    expected: () => 'The target answers the request itself.',
    actual: ({ status }) => `The answer is a redirect (${status}).`,
  },
  'framing of 204': {
    expected: ({ name }) => `A 204 has no ${name}.`,
    actual: ({ name, seen }) => `The 204 has ${name}: ${seen}.`,
  },
  'length of 204': {
    expected: () => 'A 204 declares no content.',
    actual: ({ seen }) => `The 204 has Content-Length: ${seen}.`,
  },
  'unasked key': {
    expected: () => 'A change that asks for no key gets none.',
    actual: () => 'A change that asks for no key gets one.',
  },
  'storable secret': {
    expected: () => 'An answer with a secret has Cache-Control: no-store.',
    actual: () => 'The answer has a secret and no Cache-Control: no-store.',
  },
  'server error': {
    expected: ({ mistake }) => `The target answers ${mistake} without a server error.`,
    actual: ({ mistake, status }) => `The target answers ${mistake} with ${status}.`,
  },
  'connection closed': {
    expected: ({ mistake }) => `The target answers ${mistake}.`,
    actual: ({ mistake }) => `The target closes the connection on ${mistake}.`,
  },
  'no Error': {
    expected: ({ status }) => `A ${status} has an Error in JSON.`,
    actual: ({ status, seen }) => `The ${status} has ${seen ?? 'no'} content and no Error.`,
  },
  'empty Error': {
    expected: ({ status }) => `The Error of a ${status} has errorCode or message.`,
    actual: ({ status }) => `The Error of the ${status} has no errorCode and no message.`,
  },
  internals: {
    expected: ({ what }) => `An error shows the client nothing such as ${what}.`,
    actual: ({ status, what }) => `The ${status} shows ${what}.`,
  },
  'secret in body': {
    expected: ({ secrets }) => `The body does not hold ${secrets.join(', ')}.`,
    actual: ({ secrets }) => `The body holds ${secrets.join(', ')}.`,
  },
  'secret in head': {
    expected: ({ secret }) => `The head of the answer does not hold ${secret}.`,
    actual: ({ secret, place }) => `The head of the answer holds ${secret} in ${place}.`,
  },
  'secret in URL': {
    expected: () => 'A URL holds no credential, password or code.',
    actual: ({ secret }) => `The URL holds ${secret}.`,
  },
  'unexpected request body': {
    expected: () => 'The request has no body.',
    actual: () => 'The request has a body.',
  },
};

/** The demand, as a sentence. */
export function expected<Kind extends BreachKind>(breach: Breach<Kind>): string {
  const row: Words<Kind> = words[breach.kind];
  return row.expected(breach);
}

/** The observation, as a sentence. */
export function actual<Kind extends BreachKind>(breach: Breach<Kind>): string {
  const row: Words<Kind> = words[breach.kind];
  return row.actual(breach);
}

function demanded({ keyword, demands }: BrokenRule): string {
  const all = demands.join(', ');
  switch (keyword) {
    case 'type':
      return `is ${demands.map(withArticle).join(' or ')}`;
    case 'enum':
      return `is one of ${all}`;
    case 'required':
      return `has the property ${all}`;
    case 'additionalProperties':
      return 'has documented properties only';
    default:
      return `keeps to ${keyword} ${all}`.trimEnd();
  }
}

function broken({ keyword, demands, seen }: BrokenRule): string {
  const all = demands.join(', ');
  switch (keyword) {
    case 'type':
      return `is ${withArticle(seen)}`;
    case 'enum':
      return `is ${seen === 'string' ? 'another string' : withArticle(seen)}`;
    case 'required':
      return `lacks the property ${all}`;
    case 'additionalProperties':
      return 'has an undocumented property';
    default:
      return `is ${withArticle(seen)} that breaks ${keyword} ${all}`.trimEnd();
  }
}

function withArticle(type: string): string {
  if (type === 'null' || type === 'nothing') return type;
  return `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`;
}
