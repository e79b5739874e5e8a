// biome-ignore-all lint/suspicious/noTemplateCurlyInString: target files hold ${VAR}
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { readTarget, secretsOf } from '../../src/input/target-file/read.js';
import type { Target } from '../../src/input/target-file/target.js';
import { temporaryFolder } from '../cli/suite.js';
import { certificateFor } from '../http/proxies.js';
import { messageOf, write } from './files.js';

const env = { KEY: 'key-1' };
const { cert: certificate, key } = await certificateFor('cluster.example');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = { type: 'pkcs8', format: 'pem' } as const;
const otherKey = String(privateKey.export(pem));
const encryptedKey = String(privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'x' }));
const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
const pin = createHash('sha256').update(spki).digest('base64');

type Files = Readonly<Record<string, string | Uint8Array>>;

function read(tls: object, files: Files = {}, more: NodeJS.ProcessEnv = {}): Target {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) write(folder, name, content);
  const content = { baseUrl: 'https://h/v2', accounts: { admin: { apiKey: '${KEY}' } }, tls };
  return readTarget(write(folder, 'lab.json', JSON.stringify(content)), { ...env, ...more });
}

function complaint(tls: object, files: Files = {}): string {
  return messageOf(() => read(tls, files)).replace(/^.*?lab\.json:\d+:\d+ /, '');
}

test('certificates and key come from files beside the target file', () => {
  const written = { ca: 'ca.pem', cert: 'client.pem', key: 'client.key' };
  const ca = `# ours\n${certificate}\n${certificate}`;
  const files = { 'ca.pem': ca, 'client.pem': certificate, 'client.key': key };
  const target = read({ ...written, pin, serverName: 'cluster.example', insecure: true }, files);

  expect(target.tls).toMatchObject({ cert: certificate, pin, serverName: 'cluster.example', insecure: true });
  expect(target.tls.ca).toContain(certificate);
  expect(target.tls.key?.reveal()).toBe(key);
  expect(secretsOf(target).map(({ what }) => what)).toContain('client key');
});

test('a variable may hold the PEM text itself', () => {
  const written = { cert: { fromFile: 'c.pem' }, key: '${CLIENT_KEY}' };
  const target = read(written, { 'c.pem': certificate }, { CLIENT_KEY: key });

  expect(target.tls.key?.reveal()).toBe(key);
  expect(target.tls.cert).toBe(certificate.trimEnd());
});

test("a pin may be written as curl's option has it", () => {
  expect(read({ pin: `sha256//${pin}` }).tls.pin).toBe(pin);
});

test('a key written out is a secret', () => {
  expect(complaint({ cert: certificate, key })).toMatch(/^tls\.key: a secret is written out/);
  expect(complaint({ cert: certificate, key })).not.toContain(key.split('\n')[1]);
});

test('an invalid certificate authority is refused', () => {
  const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

  expect(complaint({ ca: 'no.pem' })).toBe('tls.ca: no.pem: no such file');
  expect(complaint({ ca: 'ca.der' }, { 'ca.der': new Uint8Array([0x30, 0x82, 0xff]) })).toBe(
    'tls.ca: ca.der: holds no PEM text (-----BEGIN …): convert it with openssl',
  );
  expect(complaint({ ca: 'ca.txt' }, { 'ca.txt': 'hello' })).toContain('holds no PEM text');
  expect(complaint({ ca: 'k.pem' }, { 'k.pem': key })).toContain('tls.ca: holds no certificate');
  expect(complaint({ ca: 'ca.pem' }, { 'ca.pem': certificate + damaged })).toContain(
    'its certificate number 2 is damaged',
  );
});

test('a client key that does not fit is refused', () => {
  const withKey = (text: string) =>
    complaint({ cert: 'c.pem', key: 'k.pem' }, { 'c.pem': certificate, 'k.pem': text });

  expect(withKey(otherKey)).toBe('tls.key: is not the key of tls.cert');
  expect(withKey(encryptedKey)).toContain('tls.key: is encrypted');
  expect(withKey(certificate)).toContain('tls.key: holds no private key');
});

test.each(['abc', 'A'.repeat(44), '0'.repeat(64)])('%s is not a pin', (bad) => {
  expect(complaint({ pin: bad })).toMatch(/^tls\.pin: must be the SHA-256 of the public key in Base64/);
});

test.each(['10.2.0.7', 'host:443', 'https://host'])('%s is not a server name', (bad) => {
  expect(complaint({ serverName: bad })).toContain('tls.serverName: must be a host name');
});
