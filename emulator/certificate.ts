import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { generate } from 'selfsigned';

export interface Certificate {
  /** PEM text. */
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the SubjectPublicKeyInfo, Base64. */
  readonly pin: string;
}

/** A self-signed certificate for this host and the loopback names, which is its own authority. */
export async function createCertificate(host: string): Promise<Certificate> {
  const names = new Set(['localhost', '127.0.0.1', '::1', host]);
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'MFA emulator' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    // The certificate is valid from yesterday on, because a client's clock may be a little behind.
    notBeforeDate: new Date(Date.now() - 24 * 3600 * 1000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [...names].map((name) =>
          isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name },
        ),
      },
    ],
  });
  const publicKey = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return { cert, key, pin: createHash('sha256').update(publicKey).digest('base64') };
}
