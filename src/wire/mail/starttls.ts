export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

let made: Promise<Certificate | undefined> | undefined;

/**
 * A self-signed certificate for STARTTLS, made once a process, before the first mail: it takes longer than all else
 * that is started for a run without mails. Undefined where making it fails: then mail comes in the
 * clear. An elliptic curve, since an RSA key takes several times as long.
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
