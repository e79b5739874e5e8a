import { describe, expect, test } from 'vitest';
import type { Claim } from '../../fixtures/witness.js';
import type { Check } from '../../src/base/model/check.js';
import { toldBy } from '../../src/reports/repro/check-scripts.js';
import { shownAt } from '../events/sample.js';
import { type Given, holds } from './sh.js';

const none = () => undefined;
const checkOf = (claim: Claim, answers = [shownAt(7)]): Check => ({ ...claim, answers });

/** Whether all conditions of a check hold for the answers, which have the numbers 7, 8, … */
function shows(check: Check, given: readonly Given[]): boolean {
  const told = toldBy(check, none);
  if ('why' in told) throw new Error(told.why);
  const commands = (told[0]?.conditions ?? []).map((each) => each.shows);
  return holds(commands, given);
}

type Member = Extract<Check, { kind: 'members' }>['members'][number];
const member = (one: Member): Claim => ({ kind: 'members', any: false, members: [one] });
const key = 'otpauth://totp/Lab:bob%40LOCAL?secret=GEZDGNBVGY3TQOJQ&issuer=Lab';

const giving = (totpUri: string) => `{"totpUri":"${totpUri}"}`;

type What = Extract<Check, { kind: 'well formed' }>['what'];
const wellFormed = (what: What): Claim => ({ kind: 'well formed', what, problems: [] });

describe('the conditions of a check hold for what it saw, and not for a right answer', () => {
  test.each<[Claim, faulty: Given | string, right: Given | string]>([
    [{ kind: 'refused', least: '4xx' }, { status: 201 }, { status: 401 }],
    [{ kind: 'refused', least: '4xx' }, { status: 500 }, { status: 400 }],
    [{ kind: 'refused', least: 'no success' }, { status: 200 }, { status: 302 }],
    [{ kind: 'accepted' }, { status: 400 }, { status: 204 }],
    [{ kind: 'status', allowed: [200, 204] }, { status: 201 }, { status: 204 }],
    [{ kind: 'handled', least: 'an answer' }, { status: 0 }, { status: 400 }],
    [{ kind: 'handled', least: 'no server error' }, { status: 500 }, { status: 404 }],
    [{ kind: 'handled', least: 'documented' }, { status: 500 }, { status: 500, body: '{"message": "No."}' }],
    [
      { kind: 'handled', least: 'success or refusal' },
      { status: 501, body: '{"error": {"message": "No."}}' },
      { status: 501, body: '{"message": "No."}' },
    ],
    [{ kind: 'verified', success: false }, '{"success": false}', '{"success": true}'],
    [{ kind: 'not verified', success: true }, '{"success":true}', '{"success":false}'],
    [
      member({ pointer: '/enabled', rule: 'is', expected: true, seen: false }),
      '{"enabled": false}',
      '{"enabled": true, "x": 1}',
    ],
    [member({ pointer: '/email', rule: 'is', expected: null, seen: 'a@b' }), '{"email": "a@b"}', '{"x": 1}'],
    [member({ pointer: '/email', rule: 'is not', expected: null }), '{"enabled": true}', '{"email": "a@b"}'],
    [member({ pointer: '/totpUri', rule: 'is a text' }), '{"totpUri": ""}', `{"totpUri": "${key}"}`],
    [member({ pointer: '/totpUri', rule: 'is absent' }), '{"totpUri": "x"}', '{"totpUri":null}'],
    [
      member({ pointer: '/authenticationTypes', rule: 'lacks', expected: 'sms', seen: ['sms'] }),
      '{"authenticationTypes":["totp","sms"]}',
      '{"authenticationTypes":["totp"]}',
    ],
    [wellFormed('secret'), '{"totpSecretKey":"00ff19ab"}', '{"totpSecretKey":"GEZDGNBV"}'],
    [wellFormed('Key URI'), giving(key.replace('totp', 'hotp')), giving(key.replaceAll('&', '\\u0026'))],
    [wellFormed('URI parameters'), giving(`${key}&algorithm=SHA-1`), giving(key)],
    [wellFormed('canonical secret'), giving(key.replace('&', '%3D%3D&')), giving(key)],
    [
      { kind: 'count', of: 'seconds of a step', least: null, most: 120, seen: 300 },
      giving(`${key}&period=300`),
      giving(key),
    ],
    [
      { kind: 'same', pointer: '/totpSecretKey', with: 'its URI' },
      `{"totpSecretKey":"AAAA","totpUri":"${key}"}`,
      `{"totpSecretKey":"GEZDGNBVGY3TQOJQ","totpUri":"${key}"}`,
    ],
  ])('%j', (claim, faulty, right) => {
    const by = (given: Given | string) =>
      shows(checkOf(claim), [typeof given === 'string' ? { body: given } : given]);

    expect([by(faulty), by(right)]).toEqual([true, false]);
  });

  test('by what a login opens, if its session may be useless', () => {
    const login = { ...shownAt(7), status: 201, use: { ...shownAt(8), status: 200 } };
    const check = checkOf({ kind: 'refused', least: '4xx' }, [login]);

    expect(shows(check, [{ status: 201 }, { status: 200 }])).toBe(true);
    expect(shows(check, [{ status: 201 }, { status: 403 }])).toBe(false);
  });

  test('by two answers', () => {
    const claim: Claim = { kind: 'differ', pointer: '/totpSecretKey', with: 'an answer' };
    const same = checkOf(claim, [shownAt(7), shownAt(8)]);
    const [a, b] = [{ body: '{"totpSecretKey":"A"}' }, { body: '{"totpSecretKey":"B"}' }];

    expect([shows(same, [a, a]), shows(same, [a, b])]).toEqual([true, false]);
  });
});

test('gives the reason if curl can not tell', () => {
  expect(toldBy(checkOf({ kind: 'random', pattern: 'repeated' }), none)).toHaveProperty('why');
  expect(toldBy(checkOf({ kind: 'framed', rule: 'nothing', beyond: '2 bytes' }), none)).toHaveProperty('why');
});
