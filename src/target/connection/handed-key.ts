import { textIn } from '../../contract/judging/body.js';
import { Authenticator } from '../../wire/otp/authenticator.js';
import { parseKeyUri } from '../../wire/otp/key-uri.js';

/** The members that return a key: both are optional, and one is enough. */
interface KeyFields {
  readonly totpSecretKey?: unknown;
  readonly totpUri?: unknown;
}

export function authenticatorOf(uri: string): Authenticator | undefined {
  const { keyUri, usable } = parseKeyUri(uri);
  const parameters = keyUri ?? usable;
  return parameters === undefined ? undefined : Authenticator.fromKeyUri(parameters);
}

/** The Key URI of a new key. If the target's URI is missing or unusable, the suite makes one of the secret. */
export function handedUri({ totpUri, totpSecretKey }: KeyFields): string | undefined {
  const uri = textIn(totpUri);
  if (uri !== undefined && authenticatorOf(uri) !== undefined) return uri;
  const secret = textIn(totpSecretKey);
  return secret === undefined ? undefined : `otpauth://totp/mfa?secret=${encodeURIComponent(secret)}`;
}

/** The authenticator of a new key; undefined if the answer has no usable one. */
export const handedKey = (fields: KeyFields) => authenticatorOf(handedUri(fields) ?? '');

/** The secret of a new key, from its own member or from the URI. */
export function handedSecret({ totpUri, totpSecretKey }: KeyFields): string | undefined {
  return textIn(totpSecretKey) ?? parseKeyUri(textIn(totpUri) ?? '').keyUri?.secret.reveal();
}
