import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { EmulatorOptions } from '../../emulator/emulator.js';
import { TransportError } from '../../src/base/errors.js';
import { isSince, type ReleaseName, releaseNames } from '../../src/base/model/releases.js';
import { readTarget } from '../../src/input/target-file/read.js';
import type { Target } from '../../src/input/target-file/target.js';
import {
  type Detection,
  detect,
  detectRelease,
  judge,
  misfit,
  renderDetection,
  renderDetectionJson,
  withDetectedRelease,
} from '../../src/target/detect/detect.js';
import { answering, httpServer, listen } from '../cli/servers.js';
import { targetAt, temporaryFolder, writeTarget } from '../cli/suite.js';
import { emulate } from '../emulator/tools.js';

function target(baseUrl: string, more: object = {}): Target {
  return readTarget(writeTarget(temporaryFolder(), targetAt(baseUrl, more)), {});
}

async function served(listener: RequestListener, more: object = {}): Promise<Target> {
  const { port } = await listen(httpServer(listener));
  return target(`http://127.0.0.1:${port}/v2`, more);
}

async function emulatedTarget(options: EmulatorOptions, more: object = {}): Promise<Target> {
  const emulator = await emulate(options);
  const { username, password, apiKey } = emulator.accounts.admin;
  return target(emulator.baseUrl, { accounts: { admin: { username, password, apiKey } }, ...more });
}

const detected = async (aim: Target): Promise<Detection> => detect(aim, temporaryFolder());

/** The releases that reads can distinguish. Each of the others looks like the release before it. */
const showing: readonly ReleaseName[] = ['6.6.0d', '6.8.1', '7.0', '7.1.2_u3', '7.3', '7.3.1', '7.3.2'];

test.each(releaseNames)('the emulator in release %s fits the releases that look like it', async (release) => {
  const first = showing.findLast((each) => isSince(release, each));
  const next = showing.find((each) => !isSince(release, each));
  const alike = releaseNames
    .slice(releaseNames.indexOf(first ?? release))
    .filter((each) => next === undefined || !isSince(each, next));

  const { best, nearest } = await detected(await emulatedTarget({ release }));

  expect(best).toEqual(alike);
  expect(nearest).toBe(first);
});

test('without an API key less is known of the emulator, with the reason', async () => {
  const emulator = await emulate({ release: '7.2.1' });
  const admin = { username: 'admin', password: 'pass-of-admin' };

  const { best, credential } = await detected(target(emulator.baseUrl, { accounts: { admin } }));

  expect(best).toContain('7.2.1');
  expect(best).not.toContain('6.8.1');
  expect(credential).toContain('accounts.admin has no apiKey');
});

test('detecting sends only GET and OPTIONS', async () => {
  const methods = new Set<string>();
  const aim = await served((request, response) => {
    methods.add(request.method ?? '');
    answering(401, 'application/json', '{"message": "no"}')(request, response);
  });

  await detected(aim);

  expect([...methods].sort()).toEqual(['GET', 'OPTIONS']);
});

async function newest(): Promise<Target> {
  const support = { enabled: false, mfaType: null, otpVerificationState: null };
  const bodies: Readonly<Record<string, object>> = {
    '/v2/mfa-config': { enabled: true, authenticationTypes: ['salesforce'] },
    '/v2/support-user/mfa': { ...support, isQuorumManaged: null, requiresPasswordAuth: true },
  };
  return served((request, response) => {
    request.resume();
    const answer = (status: number, body: object, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    const body = bodies[request.url ?? ''];
    if (request.method === 'OPTIONS') return answer(405, {}, { allow: 'GET, HEAD,PATCH, PUT' });
    if (request.headers['apikey'] === undefined) return answer(401, { message: 'no', taskLogId: '1' });
    if (body !== undefined) return answer(200, body);
    return answer(/\/(totp-key|access-tokens|verify-otp)$/.test(request.url ?? '') ? 405 : 404, {});
  });
}

test('the newest form is recognised by path, method and properties', async () => {
  const found = await detected(await newest());

  expect(found.best).toEqual(releaseNames.filter((release) => isSince(release, '7.3.2')));
  const earlier = found.releases.find(({ release }) => release === '7.2.1');
  expect(earlier?.fits).toBe(false);
  expect(earlier?.against.map(({ text }) => text)).toEqual([
    '/users/verify-otp is there',
    '/support-user/mfa allows PUT (Allow)',
    'isQuorumManaged in the answer to GET /support-user/mfa was seen',
    'requiresPasswordAuth in the answer to GET /support-user/mfa was seen',
  ]);
});

test('a target that hides paths and Allow gives no such evidence', async () => {
  const body = '{"enabled": false, "mfaType": null, "message": "text", "taskLogId": "1"}';

  const { best, evidence } = await detected(await served(answering(403, 'application/json', body)));

  expect(evidence.map(({ text }) => text)).toEqual(['taskLogId in errors was seen']);
  expect(best).toEqual(releaseNames.filter((release) => isSince(release, '7.0')));
});

test('a target that contradicts itself fits no release, but has a nearest one', () => {
  const sign = (text: string, isSupported: (release: ReleaseName) => boolean) => ({
    text,
    supports: releaseNames.filter(isSupported),
    contradicts: releaseNames.filter((release) => !isSupported(release)),
    strength: 'strong' as const,
  });
  const { best, nearest } = judge([
    sign('old', (release) => release === '6.6.0d'),
    sign('new', (release) => isSince(release, '7.2.1')),
  ]);

  expect(best).toEqual([]);
  expect(nearest).toBe('6.6.0d');
});

test.each([
  ['that has none of the paths', answering(404, 'application/json', '{}')],
  ['that is a web page', answering(200, 'text/html', '<html></html>')],
])('a target: %s is not a target', async (_, listener) => {
  const aim = await served(listener);

  await expect(detected(aim)).rejects.toThrow(TransportError);
});

test('release: auto uses the detected release and gives the reason', async () => {
  const aim = await emulatedTarget({ release: '6.8.1' }, { release: 'auto' });

  const { release, fits, note } = await detectRelease(aim, temporaryFolder());

  expect([release, fits]).toEqual(['6.8.1', ['6.8.1']]);
  expect(note).toMatch(/^release 6\.8\.1 was detected: .*\/access-tokens is there/);
  expect((await withDetectedRelease(aim, temporaryFolder())).release).toBe('6.8.1');
});

test('release: auto: an unreachable target keeps the default, with the reason', async () => {
  const aim = target('http://127.0.0.1:1/v2', { release: 'auto' });

  const { release, note } = await detectRelease(aim, temporaryFolder());

  expect(release).toBe('7.1.2_u3');
  expect(note).toMatch(/could not be detected, so 7\.1\.2_u3 is assumed: /);
});

test('release: auto: a given release is not detected', async () => {
  const aim = target('http://127.0.0.1:1/v2', { release: '7.0' });

  expect(await withDetectedRelease(aim, temporaryFolder())).toBe(aim);
});

test('messages contain no value of the target', async () => {
  const aim = await newest();
  const found = await detected(aim);

  const text = renderDetection(aim, found) + renderDetectionJson(aim, found);

  expect(text).toContain('release 7.3.2, 7.4, 7.5 or latest');
  expect(text).not.toContain('key-of-the-admin');
  expect(JSON.parse(renderDetectionJson(aim, found))).toMatchObject({ schemaVersion: 1, fits: found.best });
});

describe('a release that the target file names', () => {
  const told = async (options: EmulatorOptions, release: ReleaseName) =>
    misfit(await emulatedTarget(options, { release }), temporaryFolder());

  test.each([
    [{}, '7.4', /: .*\/users\/verify-otp is not there.*does not allow PUT.* It fits 7\.1\.2_u3/],
    [{ release: '7.3.1' }, '7.3.2', /: .*does not allow PUT.* It fits 7\.3\.1/],
    [{ release: '7.1' }, '6.6.0d', /: \/access-tokens is there/],
  ] as const)('of %j is refuted by missing operations of %s', async (options, release, words) => {
    const why = await told(options, release);

    expect(why).toContain(`not speak release ${release}: `);
    expect(why).toMatch(words);
  });

  test('of which no other is nearer stands: the run reports what the target lacks', async () => {
    expect(await told({ release: 'latest', faults: ['absent/verify-user-otp'] }, 'latest')).toBeUndefined();
  });

  test('newer features and silence do not refute a release', async () => {
    expect(await told({ release: '7.5' }, '7.1')).toBeUndefined();
    const silent = await served(answering(401, 'text/plain', 'no'), { release: '7.5' });
    expect(await misfit(silent, temporaryFolder())).toBeUndefined();
  });
});
