export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

let made: Promise<Certificate | undefined> | undefined;

/**
 * A self-signed certificate for STARTTLS, made once per process and before the first mail, since that takes long.
 * Undefined if it fails: mails then come in clear text. Elliptic curves are faster than RSA.
 */
export function mailCertificate(): Promise<Certificate | undefined> {
  made ??= make();
  return made;
}

async function make(): Promise<Certificate | undefined> {
  try {
    const { generate } = (await import('selfsigned')).default;
    const pems = await generate([{ name: 'commonName', value: 'mfa-conformance' }], {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
    });
    return { key: pems.private, cert: pems.cert };
  } catch {
    return undefined;
  }
}
