import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Claim } from '../../fixtures/witness.js';
import type { Again, Exchanged, Origin, RunEvent } from '../../src/base/model/event.js';
import { scriptsOf } from '../../src/reports/repro/script.js';
import { exchanged, shownAt } from '../events/sample.js';
import { outcomeOf } from '../verdict/sample.js';

const at = '2026-11-25T20:00:00.000Z';
const id = 'totp-login/refuses-junk';
const other = 'totp-login/refuses-future-code';
const outcome = outcomeOf(id, { title: "It's refused.", source: 'RFC 6238', operations: [] });

interface More {
  readonly operation?: string;
  readonly answer?: string;
  /** The recorded body; by default the body of the request. */
  readonly body?: string;
  /** The requirement whose test sent the request. */
  readonly of?: string;
}

/** An exchange of the log; `again` is null if no script can send it. */
function sent(index: number, method: string, status: number, again: Partial<Again> | null, more: More = {}) {
  const { operation = 'CreateSession', answer, of = id, body = again?.body } = more;
  const whole = exchanged({ index, method, status, operation, requirement: of, credential: 'none' });
  const { request, response = { status, headers: {} } } = whole.exchange;
  return {
    ...whole,
    at,
    ...(again && { again: { path: '/users/sessions', headers: {}, origins: [], targetTime: 0, ...again } }),
    exchange: {
      ...whole.exchange,
      request: { ...request, url: 'https://lab/v2/users/sessions', ...(body && { body }) },
      response: { ...response, ...(answer && { body: answer }) },
    },
  } satisfies Exchanged & { at: string };
}

type Index = number | null;
const failed = (claim: Claim, exchange: Index, requirement = id, operation = 'GetMFAConfig'): RunEvent => ({
  at,
  type: 'expectation failed',
  requirement,
  check: { ...claim, answers: exchange === null ? [] : [{ ...shownAt(exchange), operation }] },
});
const asRefusal = { kind: 'refused', least: '4xx' } as const;
const refusedAt = (exchange: number | null, requirement = id) => failed(asRefusal, exchange, requirement);
const changed = (readBefore: number | null, readNow: number): Claim => ({
  kind: 'state',
  changes: [{ part: 'cluster', member: 'enabled', before: false, now: true, readBefore, readNow }],
});

const repeated = failed({ kind: 'random', pattern: 'repeated' }, null);
const password: Origin = { name: 'OTHER_PW', kind: 'target file' };
const login: Partial<Again> = {
  headers: { 'X-Odd': `"quo'tes" $HOME \`id\` \\` },
  body: '{"username":"$(id)`id`\\n","password":"{{OTHER_PW}}"}',
  origins: [password],
};
const bob = '{"username":"bob"}';
const byAdmin: Partial<Again> = {
  headers: { apiKey: '{{ADMIN_KEY}}' },
  origins: [{ name: 'ADMIN_KEY', kind: 'target file' }],
};
const session = (index: number) => ({
  headers: { 'session-id': `{{sessionId-${index}}}` },
  origins: [{ name: `sessionId-${index}`, kind: 'answer', exchange: index, member: 'sessionId' } as const],
});

function only(...events: readonly RunEvent[]) {
  const [script, ...others] = scriptsOf(events, { outcomes: [outcome] });
  expect(others).toEqual([]);
  if (script === undefined) throw new Error('There is no script.');
  return script;
}

const refused = refusedAt(0);
const opened = (index: number, again: Partial<Again> | null = login, more: More = {}) =>
  sent(index, 'POST', 201, again, more);

describe('the script of a failure', () => {
  test('is POSIX shell, asks for secrets by the environment, and ends in the assertion', () => {
    const { text, lacks, file } = only(opened(0), refused);
    const checked = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });

    expect([file, lacks]).toEqual(['totp-login-refuses-junk.sh', undefined]);
    expect(checked).toMatchObject({ status: 0, stderr: '' });
    expect(text).toContain(' "${OTHER_PW:?password of the account other}"');
    expect(text).toContain("{ ! status 0 '4??'; } || gone 0");
    expect(text).not.toContain('{{');
  });

  test('executes no text of a request', () => {
    const { text } = only(opened(0), refused);
    const fake = `curl() { cat "$T/0.sent" >&2; printf 'HTTP/1.1 401 No\\r\\n' >"$T/0.head"; }\n`;

    const { status, stderr } = spawnSync('sh', [], {
      input: text.replace('\nnumber=none', `\n${fake}\nnumber=none`),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], OTHER_PW: 'pass"word\\', BASE_URL: 'https://lab/v2' },
    });

    expect(stderr).toContain('{"username":"$(id)`id`\\n","password":"pass\\"word\\\\"}');
    expect(status).toBe(0);
  });

  test('exits with 2 if it can not tell', () => {
    const { text } = only(opened(0), repeated);

    expect(spawnSync('sh', [], { input: text }).status).toBe(2);
  });

  const tried = opened(1, { body: '{"username":"bob","otpCode":"000060"}', origins: [password] });
  const configured = (enabled: boolean) =>
    sent(0, 'PUT', 204, { body: '{}' }, { operation: 'UpdateMFAConfig', body: `{"enabled":${enabled}}` });

  test.each<[string, RegExp | undefined, readonly RunEvent[]]>([
    ['no single answer tells', /many mailed codes/, [opened(0), repeated]],
    ["the deciding request can't be sent", /can't send/, [opened(0, null), refused]],
    ["a needed request can't be sent", /can't send/, [opened(0, null), opened(1, session(0)), refusedAt(1)]],
    ['a code was tried with MFA off', /cluster MFA was off/, [configured(false), tried, refusedAt(1)]],
    ['but not for a code tried with MFA on', undefined, [configured(true), tried, refusedAt(1)]],
  ])('is left to the suite if %s', (_, why, events) => {
    const { lacks } = only(...events);

    if (why === undefined) expect(lacks).toBeUndefined();
    else expect(lacks).toMatch(why);
  });

  const read = (index: number, enabled: boolean) => {
    const more = { operation: 'GetMFAConfig', answer: `{"enabled":${enabled}}` };
    return sent(index, 'GET', 200, { path: '/mfa-config' }, more);
  };
  const code = { name: 'code-1', kind: 'code', of: 'OTHER_PW', steps: 0 } as const;
  const loginOf = (index: number, again: Partial<Again>, body = bob) =>
    sent(index, 'POST', 201, again, { body, of: other });
  const loginWith = (index: number, otpCode: string, more: Again['origins'] = []) => {
    const body = `{"username":"bob","otpCode":"${otpCode}"}`;
    return loginOf(index, { body, origins: [password, ...more] }, body);
  };
  const patch = (index: number, body: string, origins: Again['origins'] = [], of = other) => {
    const again = { path: '/support-user/mfa', body, origins };
    return sent(index, 'PATCH', 200, again, { operation: 'UpdateSupportMFAConfig', of });
  };
  const sentLast = (index: number) => [sent(index, 'PUT', 204, session(1)), refusedAt(index)];
  const alone = { ...login, body: bob };
  const right = { ...login, body: '{"username":"bob","otpCode":"{{code-1}}"}' };
  const alike: Claim = { kind: 'alike', differences: [{ at: 'status', expected: 401, seen: 404 }] };
  const refusedOne = sent(1, 'POST', 400, login);
  const keyUri = { pointer: '/totpUri', rule: 'is absent', hidden: true } as const;
  const hidden: Claim = { kind: 'members', any: false, members: [keyUri] };
  const on = { ...session(1), body: '{"enabled":true}' };
  const chosen = { ...login, body: '{"sessionId":"00x0-0x00"}' };

  test.each<[string, readonly RunEvent[], has: string, hasNot?: string]>([
    [
      'could not be tried if the preparation is answered otherwise',
      [opened(0), opened(1), refusedAt(1)],
      `prepared 0 '2??'`,
    ],
    [
      'compares the two reads that showed the wrong state',
      [read(0, false), refusedOne, read(2, true), read(3, false), failed(changed(0, 2), null)],
      `{ status 2 '2??' && ! same_value 0 2 enabled; } || gone 2`,
      'send 3',
    ],
    [
      'compares the value if no read shows the state before',
      [refusedOne, read(2, true), failed(changed(null, 2), 1)],
      `{ [ "$(value 2 enabled)" = 'true' ]; } || gone 2`,
    ],
    [
      'finds members that must not be there',
      [sent(0, 'GET', 200, {}, { answer: '{"totpUri":"[key URI]"}' }), failed(hidden, 0)],
      `holds 0 '"totpUri":'`,
    ],
    [
      'takes a session of another test from the first plain login of its user',
      [
        loginOf(0, { ...login, headers: { 'Content-Type': 'application/json' } }),
        loginOf(1, login),
        refusedAt(1, other),
        ...sentLast(2),
      ],
      'SESSIONID_1=$(taken 0 sessionId)',
      'send 1 ',
    ],
    [
      'takes no session that a made-up code opened',
      [configured(true), loginWith(1, '000060'), loginWith(2, '{{code-1}}', [code]), ...sentLast(3)],
      'SESSIONID_1=$(taken 2 sessionId)',
      'send 1 ',
    ],
    [
      'finds a session id that the client chose',
      [opened(0, chosen), failed({ kind: 'differ', pointer: '/sessionId', with: 'the request' }, 0)],
      `holds 0 '"sessionId":"00x0-0x00"'`,
    ],
    [
      'sends a request once that was throttled and repeated',
      [sent(0, 'POST', 429, login), opened(1), ...sentLast(2)],
      'send 1 ',
      'send 0 ',
    ],
    [
      'ends well if the password alone returns no session for the fault',
      [opened(0, right, { body: '{"username":"bob","otpCode":"[code]"}' }), opened(1, alone), ...sentLast(2)],
      `! status 1 '4??' || gone 1`,
      `! status 0 '4??' || gone 0`,
    ],
    [
      'takes a refusal that the run has seen, too, as no acquittal',
      [sent(0, 'POST', 415, alone, { body: '' }), opened(1, alone, { body: '' }), refusedAt(1)],
      'send 0 ',
      `! status 0 '4??' || gone 0`,
    ],
    [
      'restores with the admin key, not with what a fault let in',
      [
        sent(0, 'GET', 200, byAdmin),
        opened(1),
        sent(2, 'PUT', 204, on, { operation: 'UpdateMFAConfig', body: '' }),
        refusedAt(2),
      ],
      'as_admin() { send "$@" "apiKey: ${ADMIN_KEY}"; }',
    ],
  ])('%s', (_, events, has, hasNot) => {
    const { text } = only(...events);

    expect(text).toContain(has);
    if (hasNot !== undefined) expect(text).not.toContain(hasNot);
  });

  test('compares answers that must look alike', () => {
    const answers = [shownAt(0), shownAt(1)];
    const check = { ...alike, answers };
    const failure: RunEvent = { at, type: 'expectation failed', requirement: id, check };
    const { text } = only(sent(0, 'POST', 401, login), sent(1, 'POST', 404, login), failure);

    expect(text).toContain('{ ! status 1 "$(code_of 0)"; } || gone 1');
  });

  test('notes what it switches on before it judges, because it may end there', () => {
    const on = { ...byAdmin, body: '{"enabled":true,"mfaType":"totp"}' };
    const answer = '{"enabled":true,"totpUri":"[key URI]"}';
    const more = { operation: 'UpdateSupportMFAConfig', answer, body: '' };
    const { text } = only(sent(0, 'PATCH', 200, on, more), refused);

    const body = text.slice(text.lastIndexOf('send 0'));
    expect(body.indexOf('support_is_on 0')).toBeGreaterThan(0);
    expect(body.indexOf('support_is_on 0')).toBeLessThan(body.indexOf('gone 0'));
  });

  const mailed = { kind: 'mailed', expected: ['bob@a.example'], seen: ['eve@a.example'] } as const;

  test.each<[string, readonly RunEvent[]]>([
    [
      'proves one change of support MFA before another that a fault let pass',
      [
        patch(1, '{"enabled":true,"mfaType":"email","email":"a@b.example"}'),
        patch(2, '{"enabled":false,"mfaCode":"{{code-1}}"}', [code]),
        patch(3, '{"enabled":false}', [], id),
        refusedAt(3),
      ],
    ],
    [
      'logs in whoever logged in last before a code is mailed',
      [
        loginWith(1, '000060'),
        loginOf(2, login, '{"username":"eve"}'),
        sent(3, 'POST', 204, { ...session(1), path: '/send-email-otp' }, { operation: 'SendEmailOtp' }),
        failed(mailed, 3, id, 'SendEmailOtp'),
      ],
    ],
  ])('%s', (_, events) => {
    expect(only(...events).text.match(/^send \d/gm)).toEqual(['send 1', 'send 2', 'send 3']);
  });
});
