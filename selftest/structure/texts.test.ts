import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { needMeanings } from '../../src/contract/requirements/need-names.js';
import { loadClaims } from '../../src/verdict/statement/claims.js';
import { sourceAt, sourcesIn } from './sources.js';
import { avoidedIn, forbiddenOpenings } from './words.js';

const mostCharacters = 110;
const pages = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(packageRoot(), 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'detection.md')
    .map((name) => `docs/${name}`),
];

/** The mistakes in the text of a requirement. */
function faultsOf(text: string): string[] {
  return [
    ...avoidedIn(text),
    ...(text.length > mostCharacters ? [`${text.length} characters, ${mostCharacters} at most`] : []),
    ...(forbiddenOpenings.test(text) ? ['begins with a condition or a negation: name the actor first'] : []),
    ...(text.includes('; ') ? ['two obligations: a second requirement, or a second sentence'] : []),
    ...(/^[A-Z].*\.$/.test(text) ? [] : ['no sentence']),
  ];
}

describe('the texts of requirements', () => {
  test('are short sentences that begin with the actor', () => {
    const faulty = loadRequirements().flatMap(({ id, text }) =>
      faultsOf(text).map((fault) => `${id}: ${fault}`),
    );

    expect(faulty).toEqual([]);
  });

  test.each([
    ['Of two enrolments at the same time, codes of one at most verify.', /actor first/],
    ['A code opens no session, nor does the password alone.', /second sentence/],
    ['Within a hundred wrong codes in a row the target slows down.', /consecutive/],
    [`The target ${'really '.repeat(16)}refuses.`, /characters/],
    ['A code is refused; a password is refused.', /two obligations/],
    ['refused', /no sentence/],
  ])('%s would be found', (text, fault) => {
    expect(faultsOf(text).join()).toMatch(fault);
  });
});

test.each([
  ['claims', loadClaims().flatMap(({ text, whenTrue }) => [text, whenTrue])],
  ['needs', Object.values(needMeanings).map(({ text }) => text)],
  [
    'pages',
    pages.flatMap((page) =>
      sourceAt(page)
        .text.replaceAll(/```.*?```/gs, '')
        .split('\n'),
    ),
  ],
  [
    'the strings of commands',
    sourcesIn('src/cli').flatMap(({ text }) => text.match(/(['"`])\w+ [^\n]*?\1/g) ?? []),
  ],
])('%s avoid the words that readers stumble over', (_, texts) => {
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.flatMap((text) => avoidedIn(text).map((fault) => `${text}: ${fault}`))).toEqual([]);
});
