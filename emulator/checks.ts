import { isObject, type Json, own } from './json.js';
import type { Release } from './releases.js';

type Came = 'supportPassword' | 'references';

type Kind = 'boolean' | 'string' | 'mechanism' | 'mechanisms' | 'purpose';

interface PropertyCheck {
  readonly kind: Kind;
  readonly nullable?: true;
  readonly required?: true;
  /** The emulator reads the property only in releases with this feature. */
  readonly cameWith?: Came;
}

export type BodyCheck = Readonly<Record<string, PropertyCheck>>;

const nullableString = { kind: 'string', nullable: true } as const;
const passwordString = { kind: 'string', nullable: true, cameWith: 'supportPassword' } as const;
const referenceString = { kind: 'string', nullable: true, cameWith: 'references' } as const;

export const bodyChecks = {
  mfaConfig: {
    enabled: { kind: 'boolean' },
    authenticationTypes: { kind: 'mechanisms', nullable: true },
    retainUserMfaSettings: { kind: 'boolean', nullable: true },
  },
  supportMfa: {
    enabled: { kind: 'boolean' },
    mfaType: { kind: 'mechanism', nullable: true },
    email: nullableString,
    mfaCode: nullableString,
    currentPassword: passwordString,
    referenceId: referenceString,
  },
  configureSupport: {
    currentPassword: nullableString,
    email: nullableString,
    mfaType: { kind: 'mechanism', nullable: true },
  },
  verifyTotp: {
    totpCode: nullableString,
    purpose: { kind: 'purpose', nullable: true, cameWith: 'references' },
    supportUserPassword: referenceString,
  },
  totpKey: { totpKeyName: nullableString },
  emailOtp: { username: nullableString, password: nullableString, domain: nullableString },
  session: {
    username: nullableString,
    password: nullableString,
    domain: nullableString,
    otpCode: nullableString,
    otpType: { kind: 'mechanism', nullable: true },
    certificate: nullableString,
    privateKey: nullableString,
  },
  userOtp: {
    otp: { kind: 'string', nullable: true, required: true },
    type: { kind: 'mechanism', nullable: true, required: true },
  },
  accessToken: {
    username: { kind: 'string', required: true },
    password: { kind: 'string', required: true },
    domain: nullableString,
  },
} as const satisfies Record<string, BodyCheck>;

/** Returns the mistakes in a body. The texts name properties but never repeat a value, which may be secret. */
export function problemsOf(body: Json, check: BodyCheck, release: Release): string[] {
  if (!isObject(body)) return ['The body must be a JSON object.'];
  return Object.entries(check).flatMap(([name, property]) => {
    if (property.cameWith !== undefined && !release[property.cameWith]) return [];
    const value = own(body, name);
    if (value === undefined) return property.required ? [`${name} is required.`] : [];
    if (value === null) return property.nullable ? [] : [`${name} may not be null.`];
    const wanted = expectation(value, property.kind, release);
    return wanted === undefined ? [] : [`${name} must be ${wanted}.`];
  });
}

function expectation(value: Json, kind: Kind, release: Release): string | undefined {
  const one = (item: Json): boolean => typeof item === 'string' && release.mechanisms.includes(item);
  const list = release.mechanisms.join(', ');
  switch (kind) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'a boolean';
    case 'string':
      return typeof value === 'string' ? undefined : 'a string';
    case 'purpose':
      return value === 'DisableMfa' || value === 'VerifyOtp' ? undefined : 'DisableMfa or VerifyOtp';
    case 'mechanism':
      return one(value) ? undefined : `one of ${list}`;
    case 'mechanisms':
      return Array.isArray(value) && value.every(one) ? undefined : `a list of ${list}`;
  }
}
