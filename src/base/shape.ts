import { orElse } from './errors.js';

/** Checks the type of data from another process of the suite. Objects may have further members. */
export type Shape<T> = (value: unknown) => value is T;

export type Shaped<S> = S extends Shape<infer T> ? T : never;

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const shapes = {
  any: (value: unknown): value is unknown => value !== undefined,
  text: (value: unknown): value is string => typeof value === 'string',
  number: (value: unknown): value is number => Number.isFinite(value),
  flag: (value: unknown): value is boolean => typeof value === 'boolean',
  object: (value: unknown): value is object => isObject(value),
  listOf:
    <T>(fits: Shape<T>) =>
    (value: unknown): value is readonly T[] =>
      Array.isArray(value) && value.every(fits),
  mapOf:
    <T>(fits: Shape<T>) =>
    (value: unknown): value is Readonly<Record<string, T>> =>
      isObject(value) && Object.values(value).every(fits),
  oneOf: <const T extends string | number>(values: readonly T[]) => {
    const known = new Set<unknown>(values);
    return (value: unknown): value is T => known.has(value);
  },
  either:
    <A, B>(a: Shape<A>, b: Shape<B>) =>
    (value: unknown): value is A | B =>
      a(value) || b(value),
  orNull:
    <T>(fits: Shape<T>) =>
    (value: unknown): value is T | null =>
      value === null || fits(value),
  tuple:
    <T extends readonly unknown[]>(...fits: { readonly [At in keyof T]: Shape<T[At]> }) =>
    (value: unknown): value is T =>
      Array.isArray(value) && value.length === fits.length && fits.every((each, at) => each(value[at])),
};

type Members = Readonly<Record<string, Shape<unknown>>>;
type ObjectOf<M extends Members, Optional extends keyof M> = {
  readonly [Name in Exclude<keyof M, Optional>]: Shaped<M[Name]>;
} & { readonly [Name in Optional]?: Shaped<M[Name]> };

export function objectOf<M extends Members>(members: M): Shape<ObjectOf<M, never>>;
export function objectOf<M extends Members, Optional extends keyof M>(
  members: M,
  optional: readonly Optional[],
): Shape<ObjectOf<M, Optional>>;
export function objectOf(members: Members, optional: readonly string[] = []): Shape<unknown> {
  const all = Object.entries(members);
  return (value): value is unknown =>
    isObject(value) &&
    all.every(([name, fits]) => (value[name] === undefined ? optional.includes(name) : fits(value[name])));
}

export const parsedJson = (text: string): unknown => orElse<unknown>(undefined, () => JSON.parse(text));

export const uriDecoded = (text: string): string | undefined =>
  orElse<string | undefined>(undefined, () => decodeURIComponent(text));

/** Returns undefined for any other text, such as a line cut off by a kill. */
export function jsonOf<T>(text: string, isShaped: (value: unknown) => value is T): T | undefined {
  const value = parsedJson(text);
  return isShaped(value) ? value : undefined;
}

/** Yields all members at any depth. A recursion would fail at hostile depths. */
export function* membersIn(value: unknown): Generator<readonly [name: string, value: unknown]> {
  const open = [value];
  for (const each of open) {
    if (typeof each !== 'object' || each === null) continue;
    for (const member of Object.entries(each)) {
      yield member;
      open.push(member[1]);
    }
  }
}
