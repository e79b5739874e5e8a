import { defined } from '../../base/defined.js';
import { ArrangeError, ConfigurationError } from '../../base/errors.js';
import { jsonOf, objectOf, type Shaped, shapes } from '../../base/shape.js';
import type { MfaConfigInfo, SupportMfaConfigInfo } from '../../contract/openapi/generated/bodies.js';

const { text, flag, listOf, oneOf, orNull } = shapes;

export type ClusterConfig = Readonly<ReturnType<typeof clusterConfigOf>>;
export type SupportConfig = Readonly<ReturnType<typeof supportConfigOf>>;

/** GET /mfa-config, normalised: an absent property has its default, or null if nullable. */
export function clusterConfigOf(body: unknown) {
  const read = reader<keyof MfaConfigInfo>(body, 'GET /mfa-config');
  return {
    enabled: read('enabled', flag) ?? false,
    authenticationTypes: read('authenticationTypes', listOf(text)) ?? null,
    retainUserMfaSettings: read('retainUserMfaSettings', flag) ?? null,
  };
}

/** GET /support-user/mfa, normalised in the same way, without read-only and write-only properties. */
export function supportConfigOf(body: unknown) {
  const read = reader<keyof SupportMfaConfigInfo>(body, 'GET /support-user/mfa');
  return {
    enabled: read('enabled', flag) ?? false,
    mfaType: read('mfaType', text) ?? null,
    email: read('email', text) ?? null,
  };
}

/** A target may show unconfigured properties as null before the first PUT, and as empty or false after it. */
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

export const isStillOn =
  (mode: 'email' | 'totp') =>
  ({ enabled, mfaType }: SupportConfig): boolean =>
    enabled && mfaType === mode;

/** Matches a mask. The two x of `foxx@` are no mask, but three are: few real addresses have three. */
const hidden = /(?:[*•·…]|#{2,}|\.{3}|x{3,}|X{3,})+/;

/** Tells whether `shown` is the address itself, in any case, or masked as in `s***t@example.com`. */
export function isShownAs(shown: unknown, address: unknown): boolean {
  if (shown === address) return true;
  if (typeof shown !== 'string' || typeof address !== 'string') return false;
  const plain = (text: string) => text.replace(/[.+?^${}()|[\]\\*]/g, '\\$&');
  // A mask never covers the at sign.
  const any = shown.includes('@') ? '[^@]*' : '.*';
  return new RegExp(`^${shown.split(hidden).map(plain).join(any)}$`, 'i').test(address);
}

/** Like {@link isShownAs}, but each x may mask one character. Only for an address that is known to be set. */
export function mayBeShownAs(shown: unknown, address: unknown): boolean {
  if (isShownAs(shown, address)) return true;
  if (typeof shown !== 'string' || typeof address !== 'string') return false;
  const [signs, characters] = [shown.toLowerCase(), address.toLowerCase()];
  return (
    signs.length === characters.length &&
    [...signs].every((sign, at) => sign === characters[at] || (/[x#]/.test(sign) && characters[at] !== '@'))
  );
}

/** Joins types to a text that is equal for equal sets; empty for null. */
export const setOf = (types: readonly string[] | null): string => [...new Set(types)].sort().join(' ');

function reader<Name extends string>(body: unknown, what: string) {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ArrangeError(`${what} did not answer an object: the state of the target is unknown.`);
  const members = new Map<string, unknown>(Object.entries(body));
  return <T>(name: Name, is: (value: unknown) => value is T): T | undefined => {
    const value = members.get(name);
    if (value === undefined || value === null) return undefined;
    if (is(value)) return value;
    throw new ArrangeError(`${what} answered a wrongly typed ${name}: the state of the target is unknown.`);
  };
}

/** Some targets refuse null. */
export function withoutNulls(config: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}

const supportSet = objectOf({ mfaType: orNull(text), email: orNull(text) });
export type SupportSet = Shaped<typeof supportSet>;

const isJournal = objectOf(
  {
    version: oneOf([1]),
    baseUrl: text,
    startedAt: text,
    cluster: shapes.object,
    support: shapes.object,
    enrolledUri: text,
    /** The support user's mode and address as the suite last set them; GET may hide them. */
    supportSet,
    sessionId: text,
    residue: listOf(text),
  },
  ['cluster', 'support', 'enrolledUri', 'supportSet', 'sessionId'],
);

export type JournalContent = Omit<Shaped<typeof isJournal>, 'cluster' | 'support'> & {
  readonly cluster?: ClusterConfig;
  readonly support?: SupportConfig;
};

const hasVersion = objectOf({ version: shapes.any });

export function parseJournal(json: string, file: string): JournalContent {
  const value = jsonOf(json, hasVersion);
  if (value === undefined) throw damaged(file, 'is not a JSON object with a version');
  if (value.version !== 1)
    throw new ConfigurationError(
      `The journal ${file} has format ${String(value.version)}, this version knows 1: restore with the version that wrote it.`,
    );
  if (!isJournal(value))
    throw damaged(file, 'lacks baseUrl, startedAt or residue, or holds something else there');
  const { cluster, support, ...rest } = value;
  try {
    const found = {
      cluster: cluster && clusterConfigOf(cluster),
      support: support && supportConfigOf(support),
    };
    return { ...rest, ...defined(found) };
  } catch {
    throw damaged(file, 'holds an invalid configuration');
  }
}

function damaged(file: string, how: string): ConfigurationError {
  return new ConfigurationError(
    `The journal ${file} ${how}. It is kept because it records what a run changed. Compare the target by hand with its ` +
      'intended state, then delete the file.',
  );
}
