import { randomUUID } from 'node:crypto';
import type { Credential } from '../../src/http/credential.js';
import { Secret } from '../../src/secret.js';

/** Well formed, and nobody's. */
export const wrongKey = (): Credential => ({ scheme: 'APIKeyHeader', key: new Secret(randomUUID()) });
export const wrongToken = (): Credential => ({
  scheme: 'Bearer',
  tokenType: 'Bearer',
  token: new Secret(randomUUID()),
});
export const wrongSession = (): Credential => ({ scheme: 'SessionIdHeader', id: new Secret(randomUUID()) });

/** One of each kind but that of another credential, beside which it may be sent. */
export const wrongBeside = ({ scheme }: Credential): readonly Credential[] =>
  [wrongKey(), wrongToken(), wrongSession()].filter((wrong) => wrong.scheme !== scheme);
