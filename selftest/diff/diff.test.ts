import { beforeAll, describe, expect, test } from 'vitest';
import type { ReleaseName } from '../../src/base/model/releases.js';
import { isSince } from '../../src/base/model/releases.js';
import type { Change } from '../../src/contract/diff/change.js';
import { diff, nearestRelease, readSide, type Side } from '../../src/contract/diff/diff.js';
import { renderJson, renderMarkdown, renderText } from '../../src/contract/diff/render.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { changedRelease, type Part, put, remove } from '../contract/vendor.js';

let base: Side;

beforeAll(async () => {
  base = await readSide('7.1.2_u3');
});

/** The changes from the release to a document that differs from it. */
async function changesBy(change: (document: Part) => void): Promise<readonly Change[]> {
  return diff(base, await readSide(changedRelease(change))).changes;
}

/** As text: `kind subject (direction): breaks`. */
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

interface Case {
  readonly is: string;
  readonly change: (document: Part) => void;
  readonly told: readonly string[];
}

const cases: readonly Case[] = [
  {
    is: 'a new property',
    change: (document) => {
      put(document, request('properties', 'hint'), { type: 'string' });
      put(document, answer('properties', 'hint'), { type: 'string' });
    },
    told: [
      'property-added VerifyTotpRequest.hint (request): servers',
      'property-added VerifyTotpResult.hint (answer): none',
    ],
  },
  {
    is: 'a new property that is required',
    change: (document) => {
      put(document, request('properties', 'hint'), { type: 'string' });
      put(document, request('required'), ['hint']);
      put(document, answer('properties', 'hint'), { type: 'string' });
      put(document, answer('required'), ['hint']);
    },
    told: [
      'property-added VerifyTotpRequest.hint (request): clients and servers',
      'property-added VerifyTotpResult.hint (answer): servers',
    ],
  },
  {
    is: 'a property taken away',
    change: (document) => {
      remove(document, request('properties', 'totpCode'));
      remove(document, answer('properties', 'message'));
    },
    told: [
      'property-removed VerifyTotpRequest.totpCode (request): clients',
      'property-removed VerifyTotpResult.message (answer): clients',
    ],
  },
  {
    is: 'a property that becomes required',
    change: (document) => {
      put(document, request('required'), ['totpCode']);
      put(document, answer('required'), ['success']);
    },
    told: [
      'required-changed VerifyTotpRequest.totpCode (request): clients',
      'required-changed VerifyTotpResult.success (answer): servers',
    ],
  },
  {
    is: 'another type',
    change: (document) => {
      put(document, request('properties', 'totpCode', 'type'), 'integer');
      put(document, answer('properties', 'success', 'type'), 'string');
    },
    told: [
      'type-changed VerifyTotpRequest.totpCode (request): clients and servers',
      'type-changed VerifyTotpResult.success (answer): clients and servers',
    ],
  },
  {
    is: 'no null any more',
    change: (document) => {
      remove(document, request('properties', 'totpCode', 'nullable'));
      remove(document, answer('properties', 'message', 'nullable'));
    },
    told: [
      'nullability-changed VerifyTotpRequest.totpCode (request): clients',
      'nullability-changed VerifyTotpResult.message (answer): servers',
    ],
  },
  {
    is: 'null where there was none',
    change: (document) => put(document, answer('properties', 'success', 'nullable'), true),
    told: ['nullability-changed VerifyTotpResult.success (answer): clients'],
  },
  {
    is: 'a new value, and one taken away, in both directions',
    change: (document) =>
      put(document, schema('MfaConfigInfo', 'properties', 'authenticationTypes', 'items', 'enum'), [
        'email',
        'totp',
        'push',
      ]),
    told: [
      'enum-value-removed MfaConfigInfo.authenticationTypes[] (answer): servers',
      'enum-value-removed MfaConfigInfo.authenticationTypes[] (request): clients',
      'enum-value-added MfaConfigInfo.authenticationTypes[] (answer): clients',
      'enum-value-added MfaConfigInfo.authenticationTypes[] (request): servers',
    ],
  },
  {
    is: 'a limit',
    change: (document) => {
      put(document, request('properties', 'totpCode', 'maxLength'), 8);
      put(document, answer('properties', 'message', 'maxLength'), 80);
    },
    told: [
      'limit-changed VerifyTotpRequest.totpCode (request): clients',
      'limit-changed VerifyTotpResult.message (answer): servers',
    ],
  },
  {
    is: 'a property of answers only',
    change: (document) =>
      put(document, schema('MfaConfigInfo', 'properties', 'seen'), { type: 'string', readOnly: true }),
    told: ['property-added MfaConfigInfo.seen (answer): none'],
  },
  {
    is: 'an operation taken away, and one moved',
    change: (document) => {
      put(document, ['paths', '/otp-mails'], document['paths']?.['/send-email-otp']);
      remove(document, ['paths', '/send-email-otp']);
      remove(document, ['paths', '/totp-key']);
    },
    told: [
      'operation-removed POST /totp-key: clients',
      'operation-moved POST /otp-mails: clients and servers',
    ],
  },
  {
    is: 'another status',
    change: (document) => {
      const responses = document['paths']?.['/support-user/verify-totp']?.['post']?.['responses'] ?? {};
      put(responses, ['201'], responses['200']);
      remove(responses, ['200']);
      put(responses, ['404'], responses['default']);
    },
    told: [
      'status-removed status 200 of POST /support-user/verify-totp (answer): servers',
      'status-added status 201 of POST /support-user/verify-totp (answer): clients',
      'status-added status 404 of POST /support-user/verify-totp (error): none',
    ],
  },
  {
    is: 'a parameter for one, and a header for all',
    change: (document) => {
      put(document, verify('parameters'), [
        { name: 'dry', in: 'query', required: true, schema: { type: 'boolean' } },
      ]);
      for (const path of Object.keys(document['paths'] ?? {})) {
        put(
          document,
          ['paths', path, 'parameters'],
          [{ name: 'regionId', in: 'header', schema: { type: 'string' } }],
        );
      }
    },
    told: [
      'parameter-added header regionId (request): servers',
      'parameter-added query parameter dry of POST /support-user/verify-totp (request): clients and servers',
    ],
  },
  {
    is: 'a body that must be there',
    change: (document) => put(document, ['paths', '/email-otp', 'post', 'requestBody', 'required'], true),
    told: ['required-changed body of POST /email-otp (request): clients'],
  },
  {
    is: 'credentials',
    change: (document) => {
      put(document, verify('security'), [{ APIKeyHeader: [] }]);
      put(document, ['paths', '/send-email-otp', 'post', 'security'], []);
    },
    told: ['credential-removed Bearer: clients', 'credential-added no credential: servers'],
  },
];

describe('each change is told once, with whom it breaks', () => {
  test.each(cases)('$is', async ({ change, told: expected }) => {
    expect(told(await changesBy(change))).toEqual(expected);
  });

  test('nothing where only words, names and order differ', async () => {
    const changes = await changesBy((document) => {
      put(document, ['info', 'title'], 'Another');
      put(document, ['paths', '/totp-key', 'post', 'operationId'], 'makeKey');
      put(document, ['paths', '/totp-key', 'post', 'x-order'], 7);
      put(document, schema('Error', 'description'), 'Another.');
      put(document, schema('Fault'), document['components']?.['schemas']?.['Error']);
      put(document, ['components', 'responses', 'Error', 'content', 'application/json', 'schema'], {
        allOf: [{ $ref: '#/components/schemas/Fault' }],
      });
      put(document, schema('MfaConfigInfo', 'properties', 'authenticationTypes', 'items', 'enum'), [
        'salesforce',
        'totp',
        'email',
      ]);
    });

    expect(told(changes)).toEqual([]);
  });

  test('null in the way of OpenAPI 3.1 is the same null', async () => {
    const changes = await changesBy((document) => {
      put(document, ['openapi'], '3.1.0');
      put(document, request('properties', 'totpCode'), { type: ['string', 'null'] });
      put(document, answer('properties', 'message'), { anyOf: [{ type: 'string' }, { type: 'null' }] });
    });

    expect(told(changes)).toEqual([]);
  });
});

describe('between releases', () => {
  const between = async (from: ReleaseName, to: ReleaseName) =>
    diff(await readSide(from), await readSide(to));

  test('7.0 and 7.1 have the same contract', async () => {
    const { changes, onlyFrom, onlyTo } = await between('7.0', '7.1');

    expect([changes, onlyFrom, onlyTo]).toEqual([[], [], []]);
  });

  test('6.8.1 to 7.0 adds a property to errors: that breaks nobody', async () => {
    const { changes } = await between('6.8.1', '7.0');

    expect(told(changes)).toEqual(['property-added Error.taskLogId (error): none']);
    expect(changes[0]?.operations).toHaveLength(12);
    expect(changes[0]?.requirements).toEqual(['http/errors-are-error']);
  });

  test('requirements that hold for one side only are told', async () => {
    const { onlyFrom, onlyTo, changes } = await between('7.2.1', '6.6.0d');

    const since = loadRequirements().filter((one) => one.since !== undefined && isSince('7.2.1', one.since));
    expect(onlyFrom).toEqual(since.map(({ id }) => id));
    expect(onlyTo).toEqual([]);
    const code = changes.find(
      ({ subject, direction }) => subject.endsWith('.mfaCode') && direction === 'request',
    );
    expect(code?.requirements).toContain('support-totp/not-disabled-without-code');
  });

  test('a breaking change names the requirements of its operations, those about access only where it is of credentials', async () => {
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

describe('rendered', () => {
  const example = async () =>
    diff(
      base,
      await readSide(
        changedRelease((document) => {
          remove(document, ['paths', '/totp-key']);
          put(document, answer('properties', 'a|b'), { type: 'string' });
          put(document, ['paths', '/mfa-audit'], { get: { tags: ['MFA'] } });
        }),
      ),
    );

  test('for people', async () => {
    const text = renderText(await example());

    expect(text).toContain(': 2 changes, 1 breaking for clients, 0 for servers.\n');
    expect(text).toContain(
      '\nBreaking for clients\n  POST /totp-key is gone\n      operations: CreateTotpKey\n',
    );
    expect(text).toContain('\nNot breaking\n  VerifyTotpResult.a|b in answers is new\n');
    expect(text).toContain('has further MFA operations, not compared: GET /mfa-audit\n');
  });

  test('as Markdown, which a name can not break', async () => {
    const rows = renderMarkdown(await example()).split('\n');

    expect(rows.find((row) => row.includes('a\\|b'))).toMatch(
      /^\| `VerifyTotpResult\.a\\\|b` in answers \| is new \|/,
    );
  });

  test('as JSON, the same each time', async () => {
    const [one, other] = [renderJson(await example()), renderJson(await example())];
    const parsed: unknown = JSON.parse(one);

    expect(parsed).toMatchObject({
      schemaVersion: 1,
      from: { release: '7.1.2_u3' },
      to: { release: null, furtherTagged: ['GET /mfa-audit'] },
      summary: { changes: 2, breaking: 1, breakingForClients: 1, breakingForServers: 0 },
      changes: [{ kind: 'operation-removed', operations: ['CreateTotpKey'] }, { kind: 'property-added' }],
    });
    const withoutNames = (text: string) => text.replace(/"name": .*/g, '');
    expect(withoutNames(one)).toBe(withoutNames(other));
  });
});
