import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { needRows } from '../../src/contract/requirements/needs.js';
import { loadClaims } from '../../src/verdict/statement/claims.js';
import { type Source, sourceAt, sourcesIn } from './sources.js';
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

function faultsOf(text: string): string[] {
  return [
    ...avoidedIn(text),
    ...(text.length > mostCharacters ? [`${text.length} characters, ${mostCharacters} at most`] : []),
    ...(forbiddenOpenings.test(text) ? ['begins with a condition or a negation: name the actor first'] : []),
    ...(text.includes('; ') ? ['two obligations: a second requirement, or a second sentence'] : []),
    ...(/^[A-Z].*\.$/.test(text) ? [] : ['no sentence']),
  ];
}

function commentsOf({ text }: Source): string[] {
  const blocks = text.match(/\/\*\*[\s\S]*?\*\/|(?<=^|\s)\/\/ .*(?:\n\s*\/\/ .*)*/gm) ?? [];
  return blocks.map((block) => block.replaceAll(/\n\s*(?:\*|\/\/)/g, ''));
}

const linesOf = (page: string) =>
  sourceAt(page)
    .text.replaceAll(/```.*?```/gs, '')
    .split('\n');
const messagesIn = ({ text }: Source) => text.match(/(['"`])\w+ [^\n]*?\1/g) ?? [];

test('the texts of requirements are short sentences that begin with the actor', () => {
  const faulty = loadRequirements().map(({ id, text }) => [id, ...faultsOf(text)]);

  expect(faulty.filter(({ length }) => length > 1)).toEqual([]);
});

test.each([
  ['Of two enrolments at the same time, codes of one at most verify.', /actor first/],
  ['A code opens no session, nor does the password alone.', /second sentence/],
  ['Within a hundred wrong codes in a row the target slows down.', /consecutive/],
  [`The target ${'really '.repeat(16)}refuses.`, /characters/],
  ['A code is refused; a password is refused.', /two obligations/],
  ['refused', /no sentence/],
])('the texts of requirements: %s would be found', (text, fault) => {
  expect(faultsOf(text).join()).toMatch(fault);
});

test.each([
  ['claims', loadClaims().flatMap(({ text, whenTrue }) => [text, whenTrue])],
  ['needs', Object.values(needRows).map(({ text }) => text)],
  ['pages', pages.flatMap(linesOf)],
  ['messages and descriptions of faults', sourcesIn('src', 'emulator/faults').flatMap(messagesIn)],
  ['comments', sourcesIn('src', 'fixtures', 'tests', 'emulator', 'selftest').flatMap(commentsOf)],
])('%s avoid the words that readers stumble over', (_, texts) => {
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.flatMap((text) => avoidedIn(text).map((fault) => `${text}: ${fault}`))).toEqual([]);
});

/** Tests should seldom call these functions for a target's peculiarities. Add each new one here. */
const policies =
  /\b(?:isRight|throttlingIsTested|endSeries|settles?|readUntil|readBack|untilOpen|untilRefused|afterRefusals|hasUsedStep|inFreeStep|isNearLimit|mightLock|\w+InSeries|whileOn|learn(?:Mail|Totp)|lastProof|takesCode|room)\b/;

const isCode = (line: string) => !/^\s*(?:$|\/\/|\/?\*|import |export \{|\} from )/.test(line);

function namingPolicies(text: string): { readonly code: number; readonly naming: readonly string[] } {
  const code = text.split('\n').filter(isCode);
  return { code: code.length, naming: code.filter((line) => policies.test(line)) };
}

test('fewer than one in a hundred lines of tests names a policy', () => {
  const counted = sourcesIn('tests').map(({ text }) => namingPolicies(text));
  const lines = counted.reduce((sum, { code }) => sum + code, 0);
  const naming = counted.flatMap((each) => each.naming);

  expect(lines).toBeGreaterThan(3_000);
  expect(naming.length / lines, naming.join('\n')).toBeLessThan(0.01);
});

test('a line that names a policy would be counted', () => {
  const text =
    '// settles\n\nconst a = await cluster.settles(get, isSo);\nawait users.login(user, { code });\n';

  expect(namingPolicies(text)).toEqual({ code: 2, naming: ['const a = await cluster.settles(get, isSo);'] });
});
