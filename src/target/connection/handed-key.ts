import { textIn } from '../../contract/judging/body.js';
import { Authenticator } from '../../wire/otp/authenticator.js';
import { asTyped, parseKeyUri } from '../../wire/otp/key-uri.js';

interface KeyFields {
  readonly totpSecretKey?: unknown;
  readonly totpUri?: unknown;
}

export function authenticatorOf(uri: string): Authenticator | undefined {
  const { keyUri } = parseKeyUri(uri);
  return keyUri && Authenticator.fromKeyUri(keyUri);
}

/** Returns the Key URI of a new key: the target's, or one of its secret. An unusable one only if both are. */
export function handedUri({ totpUri, totpSecretKey }: KeyFields): string | undefined {
  const [uri, secret] = [textIn(totpUri), textIn(totpSecretKey)];
  const own = secret && `otpauth://totp/mfa?secret=${encodeURIComponent(asTyped(secret))}`;
  return [uri, own].find((each) => each && authenticatorOf(each)) ?? uri ?? own;
}

export const handedKey = (fields: KeyFields) => authenticatorOf(handedUri(fields) ?? '');

export function handedSecret({ totpUri, totpSecretKey }: KeyFields): string | undefined {
  return textIn(totpSecretKey) ?? parseKeyUri(textIn(totpUri) ?? '').keyUri?.secret.reveal();
}
