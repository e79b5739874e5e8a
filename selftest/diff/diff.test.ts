import { describe, expect, test } from 'vitest';
import type { ReleaseName } from '../../src/base/model/releases.js';
import { isSince } from '../../src/base/model/releases.js';
import type { Change } from '../../src/contract/diff/change.js';
import { diff, nearestRelease, readSide } from '../../src/contract/diff/diff.js';
import { renderJson, renderMarkdown, renderText } from '../../src/contract/diff/render.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { rawDocument } from '../contract/raw.js';
import { changedRelease, type Part, put, remove } from '../contract/vendor.js';
import { rows } from '../tool/rows.js';

const base = await readSide('7.1.2_u3');

const diffBy = async (change: (document: Part) => void) => diff(base, await readSide(changedRelease(change)));

/** Changes as text: `kind subject (direction): breaks`. */
function told(changes: readonly Change[]): string[] {
  return changes.map(({ kind, subject, direction, breaksClients, breaksServers }) => {
    const breaks = [...(breaksClients ? ['clients'] : []), ...(breaksServers ? ['servers'] : [])];
    return `${kind} ${subject}${direction === null ? '' : ` (${direction})`}: ${breaks.join(' and ') || 'none'}`;
  });
}

const schema = (name: string, ...path: string[]) => ['components', 'schemas', name, ...path];
const request = (...path: string[]) => schema('VerifyTotpRequest', ...path);
const answer = (...path: string[]) => schema('VerifyTotpResult', ...path);
const verify = (...path: string[]) => ['paths', '/support-user/verify-totp', 'post', ...path];

/** A value to put at a path; undefined removes the present one. */
type Edit = readonly [path: readonly string[], value?: unknown];

const text = { type: 'string' };
const types = schema('MfaConfigInfo', 'properties', 'authenticationTypes', 'items', 'enum');
const byRegion = [{ name: 'regionId', in: 'header', schema: text }];
const dry = { name: 'dry', in: 'query', required: true, schema: { type: 'boolean' } };
const { paths } = rawDocument('7.1.2_u3');
const responses = Object(paths['/support-user/verify-totp']?.post?.responses);
const asked = (...path: string[]) => request('properties', ...path);
const answered = (...path: string[]) => answer('properties', ...path);
const onKey = [{ APIKeyHeader: [] }];

const edits: Readonly<Record<string, readonly Edit[]>> = {
  'a new property': [
    [asked('hint'), text],
    [answered('hint'), text],
  ],
  'a new property that is required': [
    ...[[asked('hint'), text] as const, [request('required'), ['hint']] as const],
    ...[[answered('hint'), text] as const, [answer('required'), ['hint']] as const],
  ],
  'a removed property': [[asked('totpCode')], [answered('message')]],
  'a property that becomes required': [
    [request('required'), ['totpCode']],
    [answer('required'), ['success']],
  ],
  'another type': [
    [asked('totpCode', 'type'), 'integer'],
    [answered('success', 'type'), 'string'],
  ],
  'null that is no longer allowed': [[asked('totpCode', 'nullable')], [answered('message', 'nullable')]],
  'null that becomes allowed': [[answered('success', 'nullable'), true]],
  'a new and a removed value in both directions': [[types, ['email', 'totp', 'push']]],
  'a limit': [
    [asked('totpCode', 'maxLength'), 8],
    [answered('message', 'maxLength'), 80],
  ],
  'a property of answers only': [
    [schema('MfaConfigInfo', 'properties', 'seen'), { ...text, readOnly: true }],
  ],
  'a removed and a moved operation': [
    [['paths', '/otp-mails'], paths['/send-email-otp']],
    ...['/send-email-otp', '/totp-key'].map((path): Edit => [['paths', path]]),
  ],
  'another status': [
    [verify('responses', '201'), responses['200']],
    [verify('responses', '200')],
    [verify('responses', '404'), responses['default']],
  ],
  'a parameter for one operation, and a header for all': [
    [verify('parameters'), [dry]],
    ...Object.keys(paths).map((path): Edit => [['paths', path, 'parameters'], byRegion]),
  ],
  'a body that becomes required': [[['paths', '/email-otp', 'post', 'requestBody', 'required'], true]],
  credentials: [
    [verify('security'), onKey],
    [['paths', '/send-email-otp', 'post', 'security'], []],
  ],
};

const inRequest = 'VerifyTotpRequest';
const inAnswer = 'VerifyTotpResult';
const listed = 'MfaConfigInfo.authenticationTypes[]';
const verifying = 'POST /support-user/verify-totp';

const cases = rows`
  a new property | property-added ${inRequest}.hint (request): servers | property-added ${inAnswer}.hint (answer): none
  a new property that is required | property-added ${inRequest}.hint (request): clients and servers | property-added ${inAnswer}.hint (answer): servers
  a removed property | property-removed ${inRequest}.totpCode (request): clients | property-removed ${inAnswer}.message (answer): clients
  a property that becomes required | required-changed ${inRequest}.totpCode (request): clients | required-changed ${inAnswer}.success (answer): servers
  another type | type-changed ${inRequest}.totpCode (request): clients and servers | type-changed ${inAnswer}.success (answer): clients and servers
  null that is no longer allowed | nullability-changed ${inRequest}.totpCode (request): clients | nullability-changed ${inAnswer}.message (answer): servers
  null that becomes allowed | nullability-changed ${inAnswer}.success (answer): clients
  a new and a removed value in both directions | enum-value-removed ${listed} (answer): servers | enum-value-removed ${listed} (request): clients | enum-value-added ${listed} (answer): clients | enum-value-added ${listed} (request): servers
  a limit | limit-changed ${inRequest}.totpCode (request): clients | limit-changed ${inAnswer}.message (answer): servers
  a property of answers only | property-added MfaConfigInfo.seen (answer): none
  a removed and a moved operation | operation-removed POST /totp-key: clients | operation-moved POST /otp-mails: clients and servers
  another status | status-removed status 200 of ${verifying} (answer): servers | status-added status 201 of ${verifying} (answer): clients | status-added status 404 of ${verifying} (error): none
  a parameter for one operation, and a header for all | parameter-added header regionId (request): servers | parameter-added query parameter dry of ${verifying} (request): clients and servers
  a body that becomes required | required-changed body of POST /email-otp (request): clients
  credentials | credential-removed Bearer: clients | credential-added no credential: servers
`;

describe('each change is listed once with the side that it breaks', () => {
  test.each(cases)('%s', async (change = '', ...expected) => {
    const { changes } = await diffBy((document) => {
      for (const [path, value] of edits[change] ?? []) {
        if (value === undefined) remove(document, path);
        else put(document, path, value);
      }
    });

    expect(told(changes)).toEqual(expected);
  });

  test('nothing if only words, names and order differ', async () => {
    const { changes } = await diffBy((document) => {
      put(document, ['info', 'title'], 'Another');
      put(document, ['paths', '/totp-key', 'post', 'operationId'], 'makeKey');
      put(document, ['paths', '/totp-key', 'post', 'x-order'], 7);
      put(document, schema('Error', 'description'), 'Another.');
      put(document, schema('Fault'), document['components']?.['schemas']?.['Error']);
      put(document, ['components', 'responses', 'Error', 'content', 'application/json', 'schema'], {
        allOf: [{ $ref: '#/components/schemas/Fault' }],
      });
      put(document, types, ['salesforce', 'totp', 'email']);
    });

    expect(told(changes)).toEqual([]);
  });

  test('null as OpenAPI 3.1 writes it is the same null', async () => {
    const { changes } = await diffBy((document) => {
      put(document, ['openapi'], '3.1.0');
      put(document, request('properties', 'totpCode'), { type: ['string', 'null'] });
      put(document, answer('properties', 'message'), { anyOf: [{ type: 'string' }, { type: 'null' }] });
    });

    expect(told(changes)).toEqual([]);
  });
});

const parts = (...properties: readonly object[]) => ({
  allOf: properties.map((totpCode) => ({ type: 'object', properties: { totpCode } })),
});
const between = async (from: object, to: object) => {
  const side = (content: object) =>
    readSide(changedRelease((document) => put(document, asked('outer'), content)));
  const { changes } = diff(await side(from), await side(to));
  return changes.map(({ kind, text }) => `${kind} ${text}`);
};
const lengths = (minLength: number, maxLength: number) => ({ anyOf: [{ minLength }, { maxLength }] });
const code = { type: 'string', maxLength: 8 };
const orNull = { ...text, nullable: true };
const short = { maxLength: 6, pattern: '^[0-9]+$' };

test.each<[string, object, object, string[]]>([
  ['hold together in any order', parts(code, short), parts(short, code), []],
  ['hold as one', parts(code, short), parts({ ...code, ...short }), []],
  [
    'are compared, the second as well',
    parts(code, short),
    parts(code, { ...short, maxLength: 7 }),
    ['limit-changed maxLength was 6 and is 7'],
  ],
  [
    'allow the values and types of both',
    parts({ type: 'number' }, { type: 'integer', enum: [1, 2] }),
    parts({ type: 'integer' }, { enum: [2, 1, 3] }),
    ['enum-value-added has the new value 3'],
  ],
  [
    'allow null only if both do',
    parts(orNull, orNull),
    parts(orNull, text),
    ['nullability-changed may no longer be null'],
  ],
  [
    'have the alternatives of both',
    parts(lengths(1, 2), lengths(3, 4)),
    parts(lengths(1, 2), lengths(3, 5)),
    ['alternatives-changed anyOf, oneOf or not differ'],
  ],
  [
    'have alternatives by content, whatever their order and names',
    parts({ oneOf: [{ $ref: '#/components/schemas/Error' }, { type: 'string' }] }),
    parts({ oneOf: [{ type: 'string' }, { allOf: [{ $ref: '#/components/schemas/Error' }] }] }),
    [],
  ],
])('parts of an allOf that declare the same property: %s', async (_, from, to, expected) => {
  expect(await between(from, to)).toEqual(expected);
});

test('parts of an allOf that declare the same property are required if one demands them', async () => {
  const free = parts(code, short);
  const demanding = { allOf: [{ ...free.allOf[0] }, { ...free.allOf[1], required: ['totpCode'] }] };

  expect(await between(free, demanding)).toEqual(['required-changed is required']);
});

describe('between releases', () => {
  const between = async (from: ReleaseName, to: ReleaseName) =>
    diff(await readSide(from), await readSide(to));

  test('7.0 and 7.1 have the same contract', async () => {
    const { changes, onlyFrom, onlyTo } = await between('7.0', '7.1');

    expect([changes, onlyFrom, onlyTo]).toEqual([[], [], []]);
  });

  test('6.8.1 to 7.0 adds a property to errors, which breaks neither side', async () => {
    const { changes } = await between('6.8.1', '7.0');

    expect(told(changes)).toEqual(['property-added Error.taskLogId (error): none']);
    expect(changes[0]?.operations).toHaveLength(12);
    expect(changes[0]?.requirements).toEqual(['http/errors-are-error']);
  });

  test('requirements of only one side are listed', async () => {
    const { onlyFrom, onlyTo, changes } = await between('7.2.1', '6.6.0d');

    const since = loadRequirements().filter((one) => one.since !== undefined && isSince('7.2.1', one.since));
    expect(onlyFrom).toEqual(since.map(({ id }) => id));
    expect(onlyTo).toEqual([]);
    const code = changes.find((each) => each.subject.endsWith('.mfaCode') && each.direction === 'request');
    expect(code?.requirements).toContain('support-totp/not-disabled-without-code');
  });

  test('a breaking change names the requirements of its operations, and those of access only for credentials', async () => {
    const { changes } = await between('7.1', '7.1.2_u3');

    const bearer = changes.find(({ subject }) => subject === 'Bearer');
    const others = changes.filter((change) => change !== bearer).flatMap(({ requirements }) => requirements);
    expect(bearer?.requirements).toContain('access/token-in-authorization');
    expect(others.filter((id) => id.startsWith('access/'))).toEqual([]);
    expect(others.length).toBeGreaterThan(0);
  });

  test('a document is nearest to the release that it is a copy of', async () => {
    expect(await nearestRelease(await readSide(changedRelease(() => {}, '6.8.1')))).toBe('6.8.1');
  });
});

const example = () =>
  diffBy((document) => {
    remove(document, ['paths', '/totp-key']);
    put(document, answered('a|b'), { type: 'string' });
    put(document, ['paths', '/mfa-audit'], { get: { tags: ['MFA'] } });
  });

test('rendered for people', async () => {
  const text = renderText(await example());

  expect(text).toContain(': 2 changes, 1 breaking for clients, 0 for servers.\n');
  expect(text).toContain(
    '\nBreaking for clients\n  POST /totp-key is gone\n      operations: CreateTotpKey\n',
  );
  expect(text).toContain('\nNot breaking\n  VerifyTotpResult.a|b in answers is new\n');
  expect(text).toContain('has further MFA operations, not compared: GET /mfa-audit\n');
});

test('rendered as Markdown, which a name can not break', async () => {
  const rows = renderMarkdown(await example()).split('\n');

  expect(rows.find((row) => row.includes('a\\|b'))).toMatch(
    /^\| `VerifyTotpResult\.a\\\|b` in answers \| is new \|/,
  );
});

test('rendered as JSON, the same each time', async () => {
  const text = renderJson(await example());

  expect(JSON.parse(text)).toMatchObject({
    schemaVersion: 1,
    from: { release: '7.1.2_u3' },
    to: { release: null, furtherTagged: ['GET /mfa-audit'] },
    summary: { changes: 2, breaking: 1, breakingForClients: 1, breakingForServers: 0 },
    changes: [{ kind: 'operation-removed', operations: ['CreateTotpKey'] }, { kind: 'property-added' }],
  });
  const withoutNames = (json: string) => json.replace(/"name": .*/g, '');
  expect(withoutNames(renderJson(await example()))).toBe(withoutNames(text));
});
