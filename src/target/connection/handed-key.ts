import { textIn } from '../../contract/judging/body.js';
import { Authenticator } from '../../wire/otp/authenticator.js';
import { parseKeyUri } from '../../wire/otp/key-uri.js';

interface KeyFields {
  readonly totpSecretKey?: unknown;
  readonly totpUri?: unknown;
}

export function authenticatorOf(uri: string): Authenticator | undefined {
  const { keyUri, usable } = parseKeyUri(uri);
  const parameters = keyUri ?? usable;
  return parameters === undefined ? undefined : Authenticator.fromKeyUri(parameters);
}

/** Returns the Key URI of a new key. If the target's URI is missing or unusable, builds one from the secret. */
export function handedUri({ totpUri, totpSecretKey }: KeyFields): string | undefined {
  const uri = textIn(totpUri);
  if (uri !== undefined && authenticatorOf(uri) !== undefined) return uri;
  const secret = textIn(totpSecretKey);
  return secret === undefined ? undefined : `otpauth://totp/mfa?secret=${encodeURIComponent(secret)}`;
}

export const handedKey = (fields: KeyFields) => authenticatorOf(handedUri(fields) ?? '');

export function handedSecret({ totpUri, totpSecretKey }: KeyFields): string | undefined {
  return textIn(totpSecretKey) ?? parseKeyUri(textIn(totpUri) ?? '').keyUri?.secret.reveal();
}
