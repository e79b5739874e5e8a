import { createHmac } from 'node:crypto';

export type Algorithm = 'SHA1' | 'SHA256' | 'SHA512';

export interface TotpParameters {
  readonly algorithm: Algorithm;
  readonly digits: number;
  /** In seconds. */
  readonly period: number;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 of RFC 4648 section 6, without padding. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(pending >> bits) & 31];
      pending &= (1 << bits) - 1;
    }
  }
  if (bits > 0) text += alphabet[(pending << (5 - bits)) & 31];
  return text;
}

/** HOTP of RFC 4226 section 5.3, with the hash functions that RFC 6238 allows. */
export function hotp(secret: Uint8Array, counter: number, parameters: TotpParameters): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac(parameters.algorithm.toLowerCase(), secret).update(message).digest();
  const offset = mac.readUInt8(mac.length - 1) & 15;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** parameters.digits).padStart(parameters.digits, '0');
}

export function stepAt(epochMs: number, period: number): number {
  return Math.floor(epochMs / 1000 / period);
}

export function totp(secret: Uint8Array, epochMs: number, parameters: TotpParameters): string {
  return hotp(secret, stepAt(epochMs, parameters.period), parameters);
}
