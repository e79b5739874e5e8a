import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { orElse } from '../../base/errors.js';

/** The files of Debian, Red Hat, SUSE, Alpine and macOS. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

let found: readonly string[] | undefined;

/** Returns PEM: Node's and the system's authorities, those in NODE_EXTRA_CA_CERTS, and `more`. */
export function authorities(more?: string): readonly string[] {
  if (found === undefined) {
    const all = [...tls.rootCertificates, ...ofSystem(), ...ofFile(process.env['NODE_EXTRA_CA_CERTS'])];
    // Certificates may differ only in line breaks, and parsing each takes time.
    found = [...new Map(all.map((pem) => [pem.replace(/\s/g, ''), pem])).values()];
  }
  return more === undefined ? found : [...found, more];
}

function ofSystem(): readonly string[] {
  const get: unknown = Reflect.get(tls, 'getCACertificates');
  if (typeof get === 'function') {
    const system: unknown = Reflect.apply(get, tls, ['system']);
    if (Array.isArray(system)) return system.filter((each) => typeof each === 'string');
  }
  const files = [process.env['SSL_CERT_FILE'], ...bundles];
  return files.map(ofFile).find((certificates) => certificates.length > 0) ?? [];
}

function ofFile(file: string | undefined): readonly string[] {
  const text = file ? orElse('', () => readFileSync(file, 'utf8')) : '';
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
}
