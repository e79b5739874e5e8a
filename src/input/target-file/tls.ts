import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { defined } from '../../base/defined.js';
import { orElse } from '../../base/errors.js';
import { Secret } from '../../base/secret.js';
import type { KeyPath } from '../config-file/problems.js';
import { readTextFile } from '../config-file/text-file.js';
import type { Values } from '../config-file/values.js';
import { isHostName } from './urls.js';

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

export interface TlsSettings {
  /** PEM text of authorities to trust besides the system's. */
  readonly ca?: string;
  /** SHA-256 of the server's SubjectPublicKeyInfo in Base64. */
  readonly pin?: string;
  readonly serverName?: string;
  readonly cert?: string;
  readonly key?: Secret;
  readonly insecure: boolean;
}

export function readTls(values: Values, folder: string): TlsSettings {
  const ca = readAuthorities(values, ['tls', 'ca'], folder);
  const cert = pem(values, ['tls', 'cert'], folder);
  const key = pem(values, ['tls', 'key'], folder);
  const [certificate] = cert === undefined ? [] : certificates(values, ['tls', 'cert'], cert);
  const privateKey = key === undefined ? undefined : keyOf(values, key);
  if (certificate !== undefined && privateKey !== undefined && !certificate.checkPrivateKey(privateKey)) {
    values.problem(['tls', 'key'], 'is not the key of tls.cert');
  }
  const pin = readPin(values);
  const serverName = values.text(['tls', 'serverName']);
  if (serverName !== undefined && (!isHostName(serverName) || /^[\d.]+$/.test(serverName))) {
    values.problem(['tls', 'serverName'], 'must be a host name such as cluster.example, without port');
  }
  return defined({
    ca,
    pin,
    serverName,
    cert,
    key: key === undefined ? undefined : new Secret(key),
    insecure: values.flag(['tls', 'insecure']) ?? false,
  });
}

export function readAuthorities(values: Values, path: KeyPath, folder: string): string | undefined {
  const text = pem(values, path, folder);
  if (text !== undefined) certificates(values, path, text);
  return text;
}

function pem(values: Values, path: KeyPath, folder: string): string | undefined {
  const value = values.text(path);
  if (value === undefined || isPem(value)) return value;
  if (/[\r\n]/.test(value)) {
    values.problem(path, 'is not PEM text (-----BEGIN …) and not the name of a file');
    return undefined;
  }
  const read = readTextFile(resolve(folder, value));
  if ('text' in read && isPem(read.text)) return read.text;
  const file = values.isWrittenOut(path) ? `${value}: ` : '';
  const trouble = 'text' in read || /UTF-8/.test(read.trouble) ? notPem : read.trouble;
  values.problem(path, `${file}${trouble}`);
  return undefined;
}

const isPem = (text: string): boolean => /-----BEGIN [A-Z0-9 ]+-----/.test(text);

const notPem = 'holds no PEM text (-----BEGIN …): convert it with openssl';

function certificates(values: Values, path: KeyPath, text: string): X509Certificate[] {
  const blocks = text.match(certificateBlock) ?? [];
  if (blocks.length === 0) values.problem(path, 'holds no certificate (-----BEGIN CERTIFICATE-----)');
  return blocks.flatMap((block, index) => {
    const certificate = orElse<X509Certificate[]>([], () => [new X509Certificate(block)]);
    if (certificate.length === 0)
      values.problem(path, `its certificate number ${index + 1} is damaged: it can't be decoded`);
    return certificate;
  });
}

function keyOf(values: Values, text: string): KeyObject | undefined {
  const encrypted = /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text);
  // The library's message may quote the key.
  const key = encrypted ? undefined : orElse<KeyObject | undefined>(undefined, () => createPrivateKey(text));
  if (key !== undefined) return key;
  values.problem(
    ['tls', 'key'],
    encrypted
      ? 'is encrypted, but the target file can hold no passphrase: decrypt it with openssl pkey'
      : 'holds no private key (-----BEGIN PRIVATE KEY-----)',
  );
  return undefined;
}

function readPin(values: Values): string | undefined {
  // curl writes pins with this prefix.
  const pin = values.text(['tls', 'pin'])?.replace(/^sha256\/\//, '');
  if (pin === undefined) return undefined;
  const bytes = Buffer.from(pin, 'base64');
  if (bytes.length === 32 && bytes.toString('base64') === pin) return pin;
  values.problem(
    ['tls', 'pin'],
    'must be the SHA-256 of the public key in Base64, 44 characters: openssl x509 -in CERT -pubkey -noout | ' +
      'openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64',
  );
  return undefined;
}
