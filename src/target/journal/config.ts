import { ArrangeError } from '../../base/errors.js';
import type { MfaConfigInfo, SupportMfaConfigInfo } from '../../contract/openapi/generated/bodies.js';

/** Names of the contract's properties: one that it gives up is told where it is used. */
type Named<Body, Name extends keyof Body> = Readonly<Record<Name, unknown>>;

/** GET /mfa-config, normalised: absent is the default, or null where the property is nullable. */
export interface ClusterConfig
  extends Named<MfaConfigInfo, 'enabled' | 'authenticationTypes' | 'retainUserMfaSettings'> {
  readonly enabled: boolean;
  readonly authenticationTypes: readonly string[] | null;
  readonly retainUserMfaSettings: boolean | null;
}

/** GET /support-user/mfa, normalised likewise; read-only and write-only properties left out. */
export interface SupportConfig extends Named<SupportMfaConfigInfo, 'enabled' | 'mfaType' | 'email'> {
  readonly enabled: boolean;
  readonly mfaType: string | null;
  readonly email: string | null;
}

/** @throws ArrangeError when the body is no MfaConfigInfo: then nothing can be said about the state */
export function clusterConfigOf(body: unknown): ClusterConfig {
  const read = reader(body, 'GET /mfa-config');
  return {
    enabled: read('enabled', isBoolean) ?? false,
    authenticationTypes: read('authenticationTypes', isStrings) ?? null,
    retainUserMfaSettings: read('retainUserMfaSettings', isBoolean) ?? null,
  };
}

/** @throws ArrangeError when the body is no SupportMfaConfigInfo */
export function supportConfigOf(body: unknown): SupportConfig {
  const read = reader(body, 'GET /support-user/mfa');
  return {
    enabled: read('enabled', isBoolean) ?? false,
    mfaType: read('mfaType', isString) ?? null,
    email: read('email', isString) ?? null,
  };
}

/**
 * Whether two configurations are the same to a user: authenticationTypes is a set, and what was never configured may be
 * shown as null before, and as nothing and false after the first PUT.
 */
export function sameCluster(a: ClusterConfig, b: ClusterConfig): boolean {
  return (
    a.enabled === b.enabled &&
    (a.retainUserMfaSettings ?? false) === (b.retainUserMfaSettings ?? false) &&
    setOf(a.authenticationTypes) === setOf(b.authenticationTypes)
  );
}

export function sameSupport(a: SupportConfig, b: SupportConfig): boolean {
  const sameAddress = isShownAs(a.email, b.email) || isShownAs(b.email, a.email);
  return a.enabled === b.enabled && a.mfaType === b.mfaType && sameAddress;
}

/** What a refused change must leave in force; `address` where that counts too. */
export function isStillOn(mode: 'email' | 'totp', address?: string): (config: SupportConfig) => boolean {
  return ({ enabled, mfaType, email }) =>
    enabled && mfaType === mode && (address === undefined || email === address);
}

/** What stands for characters that are not shown, and hardly ever in an address: `foxx@` hides nothing. */
const hidden = /(?:[*•·…]|#{2,}|\.{3}|x{3,}|X{3,})+/;

/** Of an address characters may be hidden, `s***t@example.com`, and capitals be small letters. */
export function isShownAs(shown: unknown, address: unknown): boolean {
  if (shown === address) return true;
  if (typeof shown !== 'string' || typeof address !== 'string') return false;
  const plain = (text: string) => text.replace(/[.+?^${}()|[\]\\*]/g, '\\$&');
  // What is hidden on one side of the at sign is no part of the other.
  const any = shown.includes('@') ? '[^@]*' : '.*';
  return new RegExp(`^${shown.split(hidden).map(plain).join(any)}$`, 'i').test(address);
}

/**
 * The same of an address that is known to have been set: then also a sign for each hidden character, `bxx@example.com`.
 * By itself that may be another address as well, so it does not tell which one is in force.
 */
export function mayBeShownAs(shown: unknown, address: unknown): boolean {
  if (isShownAs(shown, address)) return true;
  if (typeof shown !== 'string' || typeof address !== 'string') return false;
  const [signs, characters] = [shown.toLowerCase(), address.toLowerCase()];
  return (
    signs.length === characters.length &&
    [...signs].every((sign, at) => sign === characters[at] || (/[x#]/.test(sign) && characters[at] !== '@'))
  );
}

/** The types as a comparable text; null is none. */
export function setOf(types: readonly string[] | null): string {
  return [...new Set(types)].sort().join(' ');
}

function reader(body: unknown, what: string) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ArrangeError(`${what} did not answer an object: the state of the target can't be told.`);
  }
  const members = new Map<string, unknown>(Object.entries(body));
  return <T>(name: string, is: (value: unknown) => value is T): T | undefined => {
    const value = members.get(name);
    if (value === undefined || value === null) return undefined;
    if (is(value)) return value;
    throw new ArrangeError(
      `${what} answered a wrongly typed ${name}: the state of the target can't be told.`,
    );
  };
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isString);
}

/** What is null left out: some targets take no null. */
export function withoutNulls(config: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}
