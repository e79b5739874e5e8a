import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Exchange } from '../../src/base/model/exchange.js';
import { Commands } from '../../src/verdict/derive/reproduce.js';

const baseUrl = 'https://lab/v2';

function exchanged(operation: string, method: string, body: string, answer = ''): Exchange {
  return {
    operation,
    request: {
      method,
      url: `${baseUrl}/users/sessions?sid=[session id]`,
      headers: { Accept: 'application/json', apiKey: '[apikey]', 'Content-Type': 'application/json' },
      body,
    },
    response: { status: 200, headers: {}, body: answer },
    startedAt: '2026-11-25T20:00:00.000Z',
    durationMs: 1,
  };
}

const login = exchanged(
  'CreateSession',
  'POST',
  `{"username":"o'bob","password":"[password]","otpCode":"[mailed code]","types":["email"]}`,
);

test('a command runs unchanged with the variables that it names', () => {
  const command = new Commands().of(login, baseUrl);
  const env = { BASE_URL: baseUrl, API_KEY: 'k', PASSWORD: 'p w', MAILED_CODE: '123', SESSION_ID: 's' };

  const script = `curl() { printf '%s\\n' "$@"; }\n${command}`;
  const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env });

  expect(stdout).toBe(`-i
-X
POST
${baseUrl}/users/sessions?sid=s
-H
apiKey: k
-H
Content-Type: application/json
--data-binary
{"username":"o'bob","password":"p w","otpCode":"123","types":["email"]}
`);
});

test('a comment before the command names the state that the request met', () => {
  const commands = new Commands();
  const on = '{"enabled":true,"authenticationTypes":["totp","email"]}';
  const patch = exchanged('UpdateSupportMFAConfig', 'PATCH', '{"enabled":false}', '{"enabled": false}');
  commands.take(exchanged('UpdateMFAConfig', 'PUT', on));
  const byTotp = '{"enabled":true,"mfaType":"totp"}';
  commands.take(exchanged('UpdateSupportMFAConfig', 'PATCH', byTotp, '{"enabled": true}'));
  commands.take(login);
  commands.take(patch);

  expect(commands.of(login, baseUrl)).toMatch(/^# Before: cluster MFA on, types totp and email\.\ncurl -i /);
  expect(commands.of(patch, baseUrl)).toMatch(/^# Before: support MFA on, type totp\.\ncurl -i /);
});
