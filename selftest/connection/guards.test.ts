import { describe, expect, test } from 'vitest';
import { NotAllowedError } from '../../src/base/errors.js';
import { Secret } from '../../src/base/secret.js';
import type { Call } from '../../src/target/connection/call.js';
import { guards, scoped } from '../../src/target/connection/links/guards.js';
import { Scope } from '../../src/target/connection/scope.js';
import { answerOf, callOf } from './calls.js';
import { emulated } from './emulated.js';

const readOnly = 'nothing may be changed: the run is read-only';

const disposable = false;
const allow = { stateChanges: true, clusterMfa: true, replaceTotpOf: [], lockOut: false, disposable };

async function passes(method: string, why: string | undefined, options: Call['options'] = {}) {
  const sent = new Error('handed on');
  const request = { ...callOf().request, method };
  const call = callOf({ request, options, send: () => Promise.reject(sent) });
  try {
    await guards({ allow }, why)(call, ({ request, send }) => send(request).then(() => Promise.reject(sent)));
  } catch (error) {
    if (error === sent) return true;
    if (error instanceof NotAllowedError) return false;
    throw error;
  }
  throw new Error('nothing was sent, and nothing refused');
}

describe('if nothing may change', () => {
  test.each(['GET', 'HEAD', 'OPTIONS'])('%s is sent', async (method) => {
    expect(await passes(method, readOnly)).toBe(true);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PURGE'])('%s is not sent', async (method) => {
    expect(await passes(method, readOnly)).toBe(false);
    expect(await passes(method, undefined)).toBe(true);
  });

  test('a GET that a target may take for a write is not sent', async () => {
    expect(await passes('GET', readOnly, { mayChange: true })).toBe(false);
  });
});

const mayNot = { ...allow, clusterMfa: false };

test.each([
  ['off if it was on at the start', ['cluster-mfa-on-at-first'], true],
  ['on if it was off at the start', [], false],
])('if cluster MFA may not be switched, it is not switched %s', async (_, variants, enabled) => {
  const { open, state } = await emulated(variants);
  const cluster = await (await open({ allow: mayNot })).cluster();

  const switched = enabled ? cluster.off() : cluster.on(['totp']);

  await expect(switched).rejects.toThrow(NotAllowedError);
  expect(await state()).toMatchObject({ cluster: { enabled } });
});

test('cluster MFA is restored even if it may not be switched', async () => {
  const { open, state } = await emulated([]);
  await (await (await open({ allow })).cluster()).on(['totp']);

  const cluster = await (await open({ allow: mayNot })).cluster();
  await cluster.giveBack(await cluster.found());

  expect(await state()).toMatchObject({ cluster: { enabled: false } });
});

const authenticationTypes = ['totp', 'email'];
const retainUserMfaSettings = true;

const apiKey = new Secret('of-the-admin');

async function touchedBy(call: Partial<Call>) {
  const scope = new Scope('');
  const accounts = { admin: { role: 'admin', domain: 'LOCAL', apiKey } } as const;
  await scoped({ accounts }, { scope })(callOf(call), async () => answerOf(204));
  return scope.touched;
}

test.each([
  [{ enabled: true, authenticationTypes, retainUserMfaSettings }, 'on'],
  [{ enabled: true, authenticationTypes: ['email'], retainUserMfaSettings }, 'set'],
  [{ enabled: true, authenticationTypes, retainUserMfaSettings: null }, 'set'],
  [{ enabled: true, authenticationTypes: 'totp', retainUserMfaSettings }, 'set'],
  [{ enabled: false, authenticationTypes: [], retainUserMfaSettings }, 'off'],
  [{ enabled: false, authenticationTypes }, 'set'],
  [undefined, 'set'],
])('a change to %j uses the state %s of cluster MFA', async (json, cluster) => {
  const request = { ...callOf().request, method: 'PUT' };

  expect(await touchedBy({ operation: 'UpdateMFAConfig', request, json })).toEqual({ cluster });
});

test.each([
  ['CreateEmailOtp', undefined, 'of-the-admin', 3],
  ['CreateEmailOtp', { username: 'bob' }, 'of-the-admin', undefined],
  ['CreateEmailOtp', { username: 5 }, 'of-the-admin', undefined],
  ['SendEmailOtp', undefined, 'of-the-admin', 3],
  ['SendEmailOtp', undefined, 'of-the-viewer', undefined],
  ['SendSupportEmailOtp', undefined, 'of-the-admin', undefined],
] as const)('%s of %j by the key %s mails as many users as %j', async (operation, json, key, users) => {
  const credential = { scheme: 'APIKeyHeader', key: new Secret(key) } as const;

  expect((await touchedBy({ operation, credential, json })).users).toBe(users);
});
