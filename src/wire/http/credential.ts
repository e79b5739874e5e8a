import type { Secret } from '../../base/secret.js';

export type Credential =
  | { readonly scheme: 'APIKeyHeader'; readonly key: Secret }
  | { readonly scheme: 'Bearer'; readonly tokenType: string; readonly token: Secret }
  | { readonly scheme: 'SessionIdHeader'; readonly id: Secret }
  | { readonly scheme: 'none' };

export const anonymous: Credential = { scheme: 'none' };

export function headersOf(credential: Credential): Record<string, string> {
  switch (credential.scheme) {
    case 'APIKeyHeader':
      return { apiKey: credential.key.reveal() };
    case 'Bearer':
      return { Authorization: `${credential.tokenType} ${credential.token.reveal()}` };
    case 'SessionIdHeader':
      return { 'session-id': credential.id.reveal() };
    case 'none':
      return {};
  }
}
