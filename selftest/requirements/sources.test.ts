import { describe, expect, test } from 'vitest';
import { releaseNames } from '../../src/base/model/releases.js';
import { operationIds } from '../../src/contract/openapi/operations.js';
import {
  type Ground,
  loadRequirements,
  type Requirement,
} from '../../src/contract/requirements/catalogue.js';
import { namedSchemas, ownProperties, rawDocument } from '../contract/raw.js';

/** By release: the names that occur in its document: operations, security schemes, schemas and their properties. */
const placesOf = new Map(releaseNames.map((release) => [release, placesIn(rawDocument(release))]));
const places = new Set([...placesOf.values()].flatMap((names) => [...names]));

function placesIn(document: ReturnType<typeof rawDocument>): Set<string> {
  const names = new Set<string>(operationIds);
  for (const name of Object.keys(document.components?.securitySchemes ?? {})) {
    names.add(name).add(`securitySchemes.${name}`);
  }
  for (const [name, schema] of namedSchemas(document)) {
    names.add(name);
    for (const [property] of ownProperties(schema)) names.add(`${name}.${property}`);
  }
  return names;
}

const document = 'API document, ';

/** The names of the document in a source: words with a capital or a point. */
function namesIn(part: string): string[] {
  const bare = part.slice(document.length).replace(/\([^)]*\)/g, '');
  return (bare.match(/[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)?/g) ?? []).filter(
    (word) => /^[A-Z]\w*[a-z]/.test(word) || word.startsWith('securitySchemes.'),
  );
}

const form: Readonly<Record<'document' | 'standard' | 'security', RegExp>> = {
  document: /^API document, /,
  standard: /^(?:RFC \d+ \d+(?:\.\d+)*\b|Key URI Format|NIST SP 800-63B-4 \d+(?:\.\d+)*)/,
  security: /^(?:OWASP ASVS 5\.0 \d+\.\d+\.\d+|OWASP WSTG-\w+-\d+|CWE-\d+)/,
};

/** One part of a source must match. Other parts may say in words what breaks clients. */
const wanted: Readonly<Record<Ground, readonly RegExp[]>> = {
  document: [form.document],
  standard: [form.standard],
  client: [form.document, form.standard],
  security: [form.security, form.standard],
};

type Sourced = Pick<Requirement, 'id' | 'ground' | 'source' | 'since'>;

function troubleWith({ id, ground, source, since }: Sourced): string[] {
  const [oldest] = releaseNames;
  const first = placesOf.get(since ?? oldest);
  const parts = source.split('; ');
  const documented = parts.filter((part) => form.document.test(part));
  const named = documented.flatMap(namesIn);
  const unknown = named.filter((name) => !places.has(name));
  // A requirement on a property must not apply to releases without it.
  const tooEarly = named.filter((name) => /^[A-Z]\w*\./.test(name) && places.has(name) && !first?.has(name));
  return [
    ...parts
      .filter((part) => !Object.values(form).some((each) => each.test(part)))
      .map((part) => `no place: ${part}`),
    ...documented
      .filter((part) => namesIn(part).length === 0 && !part.includes("each operation's"))
      .map((part) => `no place in the document: ${part}`),
    ...unknown.map((name) => `the document has no ${name}`),
    ...tooEarly.map((name) => `${name} comes later than ${since ?? oldest}`),
    ...(parts.some((part) => wanted[ground].some((each) => each.test(part))) ? [] : [`no ${ground}`]),
  ].map((trouble) => `${id}: ${trouble}`);
}

describe('the source of a requirement', () => {
  test('is an existing place of the kind that its ground demands', () => {
    expect(loadRequirements().flatMap(troubleWith)).toEqual([]);
  });

  test.each<[string, Ground, string]>([
    ['no place at all', 'document', 'behaviour of an error answer'],
    ['the document as a whole', 'document', 'API document, security'],
    ['an unknown operation', 'document', 'API document, GetMfaConfiguration, security'],
    ['an unknown property', 'document', 'API document, MfaConfigInfo.enable'],
    ['a standard without section', 'standard', 'RFC 8259'],
    ['only the document, for a standard', 'standard', 'API document, MfaConfigInfo.enabled'],
    ['only the document, for security', 'security', 'API document, MfaConfigInfo.enabled'],
    ['another edition', 'security', 'OWASP ASVS 4.0.3 13.2.2'],
    ['a list of risks, which demands nothing', 'security', 'OWASP API3:2023'],
  ])('is refused if it is %s', (_, ground, source) => {
    expect(troubleWith({ id: 'http/utf-8', ground, source })).not.toEqual([]);
  });

  test('is refused if it names a property of a later release', () => {
    const source = 'API document, SupportMfaConfigInfo.mfaCode';
    const row: Sourced = { id: 'http/utf-8', ground: 'document', source };

    expect(troubleWith(row)).toEqual(['http/utf-8: SupportMfaConfigInfo.mfaCode comes later than 6.6.0d']);
    expect(troubleWith({ ...row, since: '6.8.1' })).toEqual([]);
  });

  test('leaves at least 170 musts', () => {
    expect(loadRequirements().filter(({ level }) => level === 'must').length).toBeGreaterThanOrEqual(170);
  });
});

test('a requirement that is only measured names the claim that makes it count', () => {
  const facts = loadRequirements().filter(({ level }) => level === 'fact');

  expect(facts.filter(({ claim }) => claim === undefined).map(({ id }) => id)).toEqual([]);
});
