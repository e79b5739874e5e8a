import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Claim } from '../../fixtures/witness.js';
import type { Again, Exchanged, RunEvent } from '../../src/base/model/event.js';
import { scriptsOf } from '../../src/reports/repro/script.js';
import { shownAt } from '../events/sample.js';

const at = '2026-11-25T20:00:00.000Z';
const id = 'totp-login/refuses-junk';
const outcome = {
  id,
  level: 'must' as const,
  outcome: 'fail' as const,
  title: "It's refused.",
  source: 'RFC 6238',
  operations: [],
  reason: '',
  reproduce: '',
  exchanges: [],
  durationMs: 1,
};

function exchanged(
  index: number,
  method: string,
  status: number,
  again: Partial<Again> | null,
): Exchanged & { at: string } {
  return {
    at,
    type: 'exchange',
    index,
    requirement: id,
    credential: 'none',
    mistake: null,
    findings: [],
    properties: [],
    enumValues: [],
    undocumented: [],
    ...(again === null
      ? {}
      : { again: { path: '/users/sessions', headers: {}, origins: [], targetTime: 0, ...again } }),
    exchange: {
      operation: 'CreateSession',
      request: { method, url: 'https://lab/v2/users/sessions', headers: {} },
      response: { status, headers: {} },
      startedAt: at,
      durationMs: 1,
    },
  };
}

const failed = (claim: Claim, exchange: number | null, requirement = id): RunEvent => ({
  at,
  type: 'expectation failed',
  requirement,
  check: { ...claim, answers: exchange === null ? [] : [shownAt(exchange)] },
});
const asRefusal = { kind: 'refused', least: '4xx' } as const;
const changed = (readBefore: number | null, readNow: number): Claim => ({
  kind: 'state',
  changes: [{ part: 'cluster', member: 'enabled', before: false, now: true, readBefore, readNow }],
});

const login: Partial<Again> = {
  headers: { 'X-Odd': `"quo'tes" $HOME \`id\` \\` },
  body: '{"username":"$(id)`id`\\n","password":"{{OTHER_PW}}"}',
  origins: [{ name: 'OTHER_PW', kind: 'target file' }],
};

function only(events: readonly RunEvent[]) {
  const [script, ...others] = scriptsOf(events, { outcomes: [outcome] });
  expect(others).toEqual([]);
  if (script === undefined) throw new Error('There is no script.');
  return script;
}

const refused = failed(asRefusal, 0);

describe('the script of a failure', () => {
  test('is POSIX shell, asks for secrets by the environment, and ends in the assertion', () => {
    const { text, lacks, file } = only([exchanged(0, 'POST', 201, login), refused]);

    expect([file, lacks]).toEqual(['totp-login-refuses-junk.sh', undefined]);
    expect(spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(text).toContain(' "${OTHER_PW:?password of the account other}"');
    expect(text).toContain("{ ! status 0 '4??'; } || gone 0");
    expect(text).not.toContain('{{');
  });

  test('runs nothing that stands in a request', () => {
    const { text } = only([exchanged(0, 'POST', 201, login), refused]);
    const fake = `curl() { cat "$T/0.sent" >&2; printf 'HTTP/1.1 401 No\\r\\n' >"$T/0.head"; }\n`;

    const { status, stderr } = spawnSync('sh', [], {
      input: text.replace('\nnumber=none', `\n${fake}\nnumber=none`),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], OTHER_PW: 'pass"word\\', BASE_URL: 'https://lab/v2' },
    });

    expect(stderr).toContain('{"username":"$(id)`id`\\n","password":"pass\\"word\\\\"}');
    expect(status).toBe(0);
  });

  test('is left to the suite where it can not tell', () => {
    const { text, lacks } = only([
      exchanged(0, 'POST', 201, login),
      failed({ kind: 'random', pattern: 'repeated' }, null),
    ]);

    expect(lacks).toContain('many mailed codes');
    expect(spawnSync('sh', [], { input: text }).status).toBe(2);
  });

  test('is left to the suite where what decides can not be sent', () => {
    expect(only([exchanged(0, 'POST', 201, null), refused]).lacks).toMatch(/can not send/);
  });

  test('could not be tried where the preparation is answered otherwise', () => {
    const { text } = only([
      exchanged(0, 'POST', 201, login),
      exchanged(1, 'POST', 201, login),
      failed(asRefusal, 1),
    ]);

    expect(text).toContain(`prepared 0 '2??'`);
  });

  test('is left to the suite where what another request needs can not be sent', () => {
    const origins = [{ name: 'sessionId-0', kind: 'answer', exchange: 0, member: 'sessionId' } as const];
    const { lacks } = only([
      exchanged(0, 'POST', 201, null),
      exchanged(1, 'POST', 201, { headers: { 'session-id': '{{sessionId-0}}' }, origins }),
      failed(asRefusal, 1),
    ]);

    expect(lacks).toMatch(/can not send/);
  });

  describe('goes by the state that is wrong', () => {
    const read = (index: number, enabled: boolean) => {
      const got = exchanged(index, 'GET', 200, { path: '/mfa-config' });
      const response = { status: 200, headers: {}, body: JSON.stringify({ enabled }) };
      return { ...got, exchange: { ...got.exchange, operation: 'GetMFAConfig' as const, response } };
    };

    test('by the two reads that showed it', () => {
      const { text } = only([
        read(0, false),
        exchanged(1, 'POST', 400, login),
        read(2, true),
        read(3, false),
        failed(changed(0, 2), null),
      ]);

      expect(text).toContain(`{ status 2 '2??' && ! same_value 0 2 enabled; } || gone 2`);
      expect(text).not.toContain('send 3');
    });

    test('by the value, where no read shows what was before', () => {
      const { text } = only([exchanged(1, 'POST', 400, login), read(2, true), failed(changed(null, 2), 1)]);

      expect(text).toContain(`{ [ "$(value 2 enabled)" = 'true' ]; } || gone 2`);
    });
  });

  test('notes what it switches on before it judges: it may end there', () => {
    const on = exchanged(0, 'PATCH', 200, {
      headers: { apiKey: '{{ADMIN_KEY}}' },
      body: '{"enabled":true,"mfaType":"totp"}',
      origins: [{ name: 'ADMIN_KEY', kind: 'target file' }],
    });
    const response = { status: 200, headers: {}, body: '{"enabled":true,"totpUri":"[key URI]"}' };
    const { text } = only([
      { ...on, exchange: { ...on.exchange, operation: 'UpdateSupportMFAConfig', response } },
      refused,
    ]);

    const body = text.slice(text.lastIndexOf('send 0'));
    expect(body.indexOf('support_is_on 0')).toBeGreaterThan(0);
    expect(body.indexOf('support_is_on 0')).toBeLessThan(body.indexOf('gone 0'));
  });

  test('tells members that must not be there, and answers that are to look alike, by what came', () => {
    const body = (index: number, text: string) => {
      const got = exchanged(index, 'GET', 200, {});
      return { ...got, exchange: { ...got.exchange, response: { status: 200, headers: {}, body: text } } };
    };
    const named = only([
      body(0, '{"totpUri":"[key URI]"}'),
      failed(
        {
          kind: 'members',
          any: false,
          members: [{ pointer: '/totpUri', rule: 'is absent', hidden: true }],
        },
        0,
      ),
    ]);
    const differences = [{ at: 'status', expected: 401, seen: 404 }];
    const alike = only([
      exchanged(0, 'POST', 401, login),
      exchanged(1, 'POST', 404, login),
      {
        at,
        type: 'expectation failed',
        requirement: id,
        check: { kind: 'alike', differences, answers: [shownAt(0), shownAt(1)] },
      },
    ]);

    expect(named.text).toContain(`holds 0 '"totpUri":'`);
    expect(alike.text).toContain('{ ! status 1 "$(code_of 0)"; } || gone 1');
  });

  const session = (index: number) => ({
    headers: { 'session-id': `{{sessionId-${index}}}` },
    origins: [{ name: `sessionId-${index}`, kind: 'answer', exchange: index, member: 'sessionId' } as const],
  });
  const withBody = (each: Exchanged & { at: string }, body: string, of = id) => {
    const request = { ...each.exchange.request, body };
    return { ...each, requirement: of, exchange: { ...each.exchange, request } };
  };

  test('takes a session of another test from the first plain login of its user', () => {
    const bob = '{"username":"bob"}';
    const other = 'totp-login/refuses-future-code';
    const plain = { ...login, headers: { 'Content-Type': 'application/json' } };
    const { text } = only([
      withBody(exchanged(0, 'POST', 201, plain), bob, other),
      withBody(exchanged(1, 'POST', 201, login), bob, other),
      failed(asRefusal, 1, other),
      exchanged(2, 'PUT', 204, session(1)),
      failed(asRefusal, 2),
    ]);

    expect(text).toContain('SESSIONID_1=$(taken 0 sessionId)');
    expect(text).not.toContain('send 1 ');
  });

  describe('knows of what the run met', () => {
    const other = 'totp-login/refuses-future-code';
    const of = (
      operation: 'UpdateMFAConfig' | 'UpdateSupportMFAConfig',
      each: Exchanged & { at: string },
      body: string,
    ) => ({
      ...withBody(each, body, other),
      exchange: { ...withBody(each, body).exchange, operation },
    });
    const code = { name: 'code-1', kind: 'code', of: 'OTHER_PW', steps: 0 } as const;
    const loginWith = (index: number, otpCode: string, more: Again['origins'] = []) => {
      const body = `{"username":"bob","otpCode":"${otpCode}"}`;
      return withBody(
        exchanged(index, 'POST', 201, { body, origins: [...(login.origins ?? []), ...more] }),
        body,
        other,
      );
    };
    const configured = (enabled: boolean) =>
      of('UpdateMFAConfig', exchanged(0, 'PUT', 204, { body: '{}' }), JSON.stringify({ enabled }));
    const inSession = [exchanged(3, 'PUT', 204, session(1)), failed(asRefusal, 3)];

    test('takes no session that a made-up code opened', () => {
      const { text } = only([
        configured(true),
        loginWith(1, '000060'),
        loginWith(2, '{{code-1}}', [code]),
        ...inSession,
      ]);

      expect(text).toContain('SESSIONID_1=$(taken 2 sessionId)');
      expect(text).not.toContain('send 1 ');
    });

    test('leaves a code to the suite that was tried while cluster MFA was off', () => {
      const tried = { ...loginWith(1, '000060'), requirement: id };

      expect(only([configured(false), tried, failed(asRefusal, 1)]).lacks).toMatch(/cluster MFA off/);
      expect(only([configured(true), tried, failed(asRefusal, 1)]).lacks).toBeUndefined();
    });

    test('proves one change of support MFA before another that a fault let pass', () => {
      const patch = (index: number, body: string, origins: Again['origins'] = []) =>
        of(
          'UpdateSupportMFAConfig',
          exchanged(index, 'PATCH', 200, { path: '/support-user/mfa', body, origins }),
          body,
        );
      const off = { ...patch(3, '{"enabled":false}'), requirement: id };
      const { text } = only([
        patch(1, '{"enabled":true,"mfaType":"email","email":"a@b.example"}'),
        patch(2, '{"enabled":false,"mfaCode":"{{code-1}}"}', [code]),
        off,
        failed(asRefusal, 3),
      ]);

      expect(text.match(/^send \d/gm)).toEqual(['send 1', 'send 2', 'send 3']);
    });

    test('logs in whoever logged in last before a code is mailed', () => {
      const asked = exchanged(3, 'POST', 204, { ...session(1), path: '/send-email-otp' });
      const mailed = { kind: 'mailed', expected: ['bob@a.example'], seen: ['eve@a.example'] } as const;
      const answers = [{ ...shownAt(3), operation: 'SendEmailOtp' }];
      const { text } = only([
        loginWith(1, '000060'),
        withBody(exchanged(2, 'POST', 201, login), '{"username":"eve"}', other),
        { ...asked, exchange: { ...asked.exchange, operation: 'SendEmailOtp' } },
        { at, type: 'expectation failed', requirement: id, check: { ...mailed, answers } },
      ]);

      expect(text.match(/^send \d/gm)).toEqual(['send 1', 'send 2', 'send 3']);
    });

    test('looks for a session id that the client chose', () => {
      const chosen = { ...login, body: '{"sessionId":"00x0-0x00"}' };
      const named = failed({ kind: 'differ', pointer: '/sessionId', with: 'the request' }, 0);

      expect(only([exchanged(0, 'POST', 201, chosen), named]).text).toContain(
        `holds 0 '"sessionId":"00x0-0x00"'`,
      );
    });
  });

  test('sends nothing twice that was refused for being too soon, and sent again', () => {
    const { text } = only([
      exchanged(0, 'POST', 429, login),
      exchanged(1, 'POST', 201, login),
      exchanged(2, 'PUT', 204, session(1)),
      failed(asRefusal, 2),
    ]);

    expect(text).toContain('send 1 ');
    expect(text).not.toContain('send 0 ');
  });

  test('ends well where the password alone hands out no session for the fault', () => {
    const code = '{"username":"bob","otpCode":"[code]"}';
    const right = { ...login, body: '{"username":"bob","otpCode":"{{code-1}}"}' };
    const alone = { ...login, body: '{"username":"bob"}' };
    const { text } = only([
      withBody(exchanged(0, 'POST', 201, right), code),
      withBody(exchanged(1, 'POST', 201, alone), '{"username":"bob"}'),
      exchanged(2, 'PUT', 204, session(1)),
      failed(asRefusal, 2),
    ]);

    expect(text).toContain(`! status 1 '4??' || gone 1`);
    expect(text).not.toContain(`! status 0 '4??' || gone 0`);
  });

  test('takes a refusal that the run has seen, too, for no sign that all is well', () => {
    const alone = { ...login, body: '{"username":"bob"}' };
    const { text } = only([
      exchanged(0, 'POST', 415, alone),
      exchanged(1, 'POST', 201, alone),
      failed(asRefusal, 1),
    ]);

    expect(text).not.toContain(`! status 0 '4??' || gone 0`);
  });

  test('gives back by the admin key, not by what a fault let in', () => {
    const key: Partial<Again> = {
      headers: { apiKey: '{{ADMIN_KEY}}' },
      origins: [{ name: 'ADMIN_KEY', kind: 'target file' }],
    };
    const token = { ...session(1), body: '{"enabled":true}' };
    const put = exchanged(2, 'PUT', 204, token);
    const { text } = only([
      exchanged(0, 'GET', 200, key),
      exchanged(1, 'POST', 201, login),
      { ...put, exchange: { ...put.exchange, operation: 'UpdateMFAConfig' } },
      failed(asRefusal, 2),
    ]);

    expect(text).toContain('as_admin() { send "$@" "apiKey: ${ADMIN_KEY}"; }');
  });
});
