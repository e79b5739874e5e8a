import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/base/errors.js';
import { releaseNames } from '../../src/base/model/releases.js';
import { packageRoot } from '../../src/base/package-root.js';
import { appliesTo, loadRequirements, requirementById } from '../../src/contract/requirements/catalogue.js';
import { needNames } from '../../src/contract/requirements/needs.js';
import { usesFile } from '../../src/contract/requirements/uses.js';
import { temporaryFolder } from '../cli/suite.js';
import { messageOf } from '../target/files.js';
import { rows } from '../tool/rows.js';

const published = join(packageRoot(), 'spec', 'requirements');

describe('the catalogue', () => {
  test('holds every id once, in the order of the rows of uses', () => {
    const ids = Object.keys(JSON.parse(readFileSync(usesFile, 'utf8')));

    expect(loadRequirements().map(({ id }) => id)).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('reads a requirement with all its members', () => {
    expect(requirementById('access/token-in-authorization')).toEqual({
      id: 'access/token-in-authorization',
      area: 'access',
      areaTitle: 'Credentials and privileges',
      level: 'must',
      text: 'The target accepts an access token in the Authorization header as the only credential.',
      ground: 'document',
      source: 'API document, securitySchemes.Bearer',
      operations: ['GetMFAConfig'],
      needs: ['stateChanges', 'userPassword', 'clusterMfaOff'],
      since: '7.1.2_u3',
    });
  });

  test('uses the area of the id if a file holds several', () => {
    expect(requirementById('email-login/code-works-once')).toMatchObject({
      area: 'email-login',
      areaTitle: 'Mailed one-time codes',
    });
  });

  test('keeps each area in one file', () => {
    const files = readdirSync(published).filter((name) => name.endsWith('.yaml'));
    const areas = files.flatMap((name) => {
      const ids = readFileSync(join(published, name), 'utf8').matchAll(/- id: (.*)\//g);
      return [...new Set([...ids].map((match) => match[1]))];
    });

    expect(areas.length).toBe(new Set(areas).size);
  });

  test('explains every need in its README', () => {
    const readme = readFileSync(join(published, 'README.md'), 'utf8');

    expect(needNames.filter((need) => !readme.includes(`\`${need}\``))).toEqual([]);
  });
});

test.each([
  [{}, '6.6.0d', true],
  [{ since: '6.8.1' }, '6.6.0d', false],
  [{ since: '6.8.1' }, '6.8.1', true],
  [{ since: '6.8.1' }, 'latest', true],
  [{ until: '7.0' }, '7.0', true],
  [{ until: '7.0' }, '7.1', false],
  [{ since: '6.8.1', until: '7.0' }, '6.6.0d', false],
] as const)('%j applies to %s: %s', (span, release, expected) => {
  expect(appliesTo(span, release)).toBe(expected);
});

test.each([
  ['totp-login/refuses-repaly', /There is no requirement .*; did you mean totp-login\/refuses-replay/],
  ['refuses-replay', /did you mean totp-login\/refuses-replay or verify-totp\/refuses-replay\?/],
  ['xyzzy/qqq', /mfa-conformance list shows all/],
  ['', /mfa-conformance list shows all/],
])('a mistyped id %j gets a suggestion', (id, expected) => {
  expect(() => requirementById(id)).toThrow(ConfigurationError);
  expect(() => requirementById(id)).toThrow(expected);
});

describe('a mistake in a file', () => {
  const entry = (more = '', id = 'http/utf-8') =>
    `  - id: ${id}\n    level: must\n    text: A sentence.\n    ground: standard\n    source: RFC\n    operations: []\n${more}`;

  const file = (entries: string) => `area: http\ntitle: HTTP\nrequirements:\n${entries}`;

  function complaint(content: string, name = 'http.yaml', others: object = {}): string {
    const folder = temporaryFolder();
    for (const [each, text] of Object.entries({ ...others, [name]: content }))
      writeFileSync(join(folder, each), text);
    return messageOf(() => loadRequirements(folder)).replaceAll(`${folder}/`, '');
  }

  test('the file of these tests has none', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'http.yaml'), file(entry()));

    expect(loadRequirements(folder)).toHaveLength(1);
  });

  test.each(rows`
    an unknown need | ${entry('    needs: [mial]\n')} | http.yaml:10:13 requirements[0].needs[0]: mial is unknown; did you mean mail?
    an unknown operation | ${entry().replace('[]', '[GetMFAConfig, GetMfaConfg]')} | http.yaml:9:32 requirements[0].operations[1]: GetMfaConfg is unknown; did you mean GetMFAConfig?
    an id twice | ${entry() + entry()} | http.yaml:10:9 requirements[1].id: http/utf-8 is taken: http.yaml:4 requirements[0].id
    an id not generated | ${entry('', 'http/brand-new')} | http.yaml:4:9 requirements[0].id: http/brand-new has no row in spec/uses.json: run npm run generate
    an unknown level | ${entry().replace('must', 'msut')} | http.yaml:5:12 requirements[0].level: must be one of must, should, fact; did you mean must?
    an unknown release | ${entry('    since: 6.8.2\n')} | http.yaml:10:12 requirements[0].since: must be one of ${releaseNames.join(', ')}; did you mean 6.8.1?
    an unquoted release | ${entry('    since: 7.0\n')} | http.yaml:10:12 requirements[0].since: must be one of ${releaseNames.join(', ')}
    releases the wrong way round | ${entry('    since: 7.2.1\n    until: 6.8.1\n')} | http.yaml:11:12 requirements[0].until: is older than since (7.2.1)
    an unknown field | ${entry('    nedes: []\n')} | http.yaml:10:5 requirements[0].nedes: unknown key; did you mean needs?
    no source | ${entry().replace('    source: RFC\n', '')} | http.yaml:4:5 requirements[0].source: missing. What the requirement stands on.
    no ground | ${entry().replace('    ground: standard\n', '')} | http.yaml:4:5 requirements[0].ground: missing. What kind of thing demands it.
    an unknown ground | ${entry().replace('ground: standard', 'ground: habit')} | http.yaml:7:13 requirements[0].ground: must be one of document, standard, client, security
    a claim that is not a name | ${entry('    claim: Codes work once\n')} | http.yaml:10:12 requirements[0].claim: must match ^[a-z0-9]+(-[a-z0-9]+)*$
  `)('%s', (_, entries, expected) => {
    expect(complaint(file(entries))).toBe(expected);
  });

  test('an area that differs from the name of the file', () => {
    const said = "other.yaml:1:7 area: must be the file's name without .yaml";
    expect(complaint(file(entry()), 'other.yaml')).toBe(said);
  });

  test('an id that another file has', () => {
    const other = { 'a.yaml': file(entry()).replace('area: http', 'area: a') };

    expect(complaint(file(entry()), 'http.yaml', other)).toBe(
      'http.yaml:4:9 requirements[0].id: http/utf-8 is taken: a.yaml:4 requirements[0].id',
    );
  });

  test('a missing or empty folder', () => {
    const folder = temporaryFolder();

    expect(() => loadRequirements(folder)).toThrow(/holds no requirements/);
    expect(() => loadRequirements(join(folder, 'none'))).toThrow(/no such folder/);
  });
});
