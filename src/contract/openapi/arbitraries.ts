import fc from 'fast-check';
import type { Judge } from './contract.js';
import { isObject } from './pointers.js';
import type { PropertyShape, SchemaShape } from './schema-shape.js';

/** A way in which a body is valid or invalid, with a generator of such bodies. */
export interface BodyKind {
  readonly what: string;
  readonly bodies: fc.Arbitrary<unknown>;
}

type Members = Readonly<Record<string, unknown>>;

/** Most kinds give one property an extreme value. `fixed` members stay. */
export function validBodies(schema: SchemaShape, judge: Judge, fixed: Members = {}): BodyKind[] {
  const free = sendable(schema).filter(([name]) => !Object.hasOwn(fixed, name));
  const whole = objectOf(free);
  const kinds: BodyKind[] = [
    {
      what: 'no property that is not required',
      bodies: objectOf(free.filter(([, { required }]) => required)),
    },
    ...free.flatMap(([name, { schema: property }]) =>
      extremesOf(property).map(([what, extreme]) => ({
        what: `${name} is ${what}`,
        bodies: fc.tuple(whole, extreme).map(([body, value]) => ({ ...body, [name]: value })),
      })),
    ),
    {
      what: 'a property that the document does not know',
      bodies: fc
        .tuple(whole, fc.string({ unit: codePoint, minLength: 1, maxLength: 20 }), fc.boolean())
        .map(([body, name, value]) => ({ ...body, [`x-${name}`]: value })),
    },
    { what: 'anything', bodies: whole },
    { what: 'anything else', bodies: whole },
  ];
  const all = kinds.map(({ what, bodies }) => ({
    what,
    bodies: bodies.map((body) => (isObject(body) ? { ...body, ...fixed } : body)),
  }));
  return possible(all, (body) => judge.mismatches(body).length === 0);
}

/** Each kind puts one mistake into the valid `base`, but not into the members in `keep`. */
export function invalidBodies(
  schema: SchemaShape,
  judge: Judge,
  base: Members,
  keep: readonly string[] = [],
): BodyKind[] {
  const kinds: BodyKind[] = [
    ...sendable(schema)
      .filter(([name]) => !keep.includes(name))
      .flatMap(([name, { required, schema: property }]) => {
        const { [name]: _, ...others } = base;
        return [
          ...spoiledOf(property).map(([what, wrong]) => ({
            what: `${name} is ${what}`,
            bodies: wrong.map((value) => ({ ...base, [name]: value })),
          })),
          ...(required ? [{ what: `${name} is left out`, bodies: fc.constant(others) }] : []),
        ];
      }),
    // A schema that accepts 0 has no type, so no body can have a wrong type.
    ...(judge.mismatches(0).length === 0
      ? []
      : [
          {
            what: 'the body is not an object',
            bodies: fc.oneof(fc.constantFrom(0, '', true, null), fc.array(values.object, { maxLength: 3 })),
          },
          { what: 'the body is an empty list', bodies: fc.constant([]) },
        ]),
  ];
  return possible(kinds, (body) => judge.mismatches(body).length > 0);
}

/** A kind is impossible if none of this many draws fits. */
const draws = 200;

/** Drops bodies that don't fit, and kinds without any fitting body: a generator would search one forever. */
function possible(kinds: readonly BodyKind[], fits: (body: unknown) => boolean): BodyKind[] {
  const draw = (bodies: BodyKind['bodies'], numRuns: number) => fc.sample(bodies, { seed: 1, numRuns });
  return kinds
    .filter(({ bodies }) => draw(bodies, 1).some(fits) || draw(bodies, draws).some(fits))
    .map(({ what, bodies }) => ({ what, bodies: bodies.filter(fits) }));
}

/** Any code point but surrogates, which JSON forbids. The library's units are slow to build. */
const codePoint = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code));

const letter = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0xa1, max: 0x24f }).map((code) => String.fromCodePoint(code)),
  fc.constantFrom(
    ...['\u00df', '\u0130', '\u03c2', '\u0416', '\u05d0', '\u0627', '\u0e01', '\u4e2d', '\uac00'],
    ...['\u{1f511}', 'e\u0301'],
  ),
);

const texts = {
  unusual: fc.oneof(
    fc.string({ unit: letter, minLength: 1, maxLength: 40 }),
    fc.string({ unit: codePoint, minLength: 1, maxLength: 20 }),
    fc.constantFrom(' ', '0', 'null', '../..', "' OR '1'='1", '%00', '\u0000', '\u202e', '{{7*7}}'),
  ),
  nonAscii: fc
    .tuple(fc.string({ unit: letter, maxLength: 10 }), fc.constantFrom('é', 'ß', '中', '🔑', '\u0301'))
    .map(([text, letter]) => text + letter),
  long: fc
    .tuple(fc.integer({ min: 600, max: 3000 }), fc.constantFrom('a', 'é', '🔑', '0'))
    .map(([length, letter]) => letter.repeat(length)),
};

/** Strings begin with a tilde, so that they equal no enumerated value and look like no other type. */
const values = {
  boolean: fc.boolean(),
  number: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  string: fc.string({ unit: letter, maxLength: 20 }).map((text) => `~${text}`),
  array: fc.array(fc.oneof(fc.string({ unit: letter, maxLength: 8 }), fc.integer(), fc.constant(null)), {
    maxLength: 3,
  }),
  object: fc.dictionary(
    fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 }),
    fc.oneof(fc.integer(), fc.boolean()),
    { maxKeys: 3, noNullPrototype: true },
  ),
} as const;

type Kind = readonly [what: string, values: fc.Arbitrary<unknown>];

export const sendable = ({ properties }: SchemaShape): [name: string, PropertyShape][] =>
  [...properties].filter(([, { readOnly }]) => !readOnly);

function objectOf(properties: readonly [name: string, PropertyShape][]): fc.Arbitrary<Members> {
  const members = Object.fromEntries(properties.map(([name, { schema }]) => [name, anyValueOf(schema)]));
  const requiredKeys = properties.filter(([, { required }]) => required).map(([name]) => name);
  return fc.record(members, { requiredKeys, noNullPrototype: true });
}

function anyValueOf(schema: SchemaShape): fc.Arbitrary<unknown> {
  const value = nonNullOf(schema);
  return takesNull(schema) ? fc.option(value, { nil: null, freq: 5 }) : value;
}

const takesNull = ({ types, nullable, disputesNull }: SchemaShape): boolean =>
  nullable && !disputesNull && types.length > 0;

function nonNullOf(schema: SchemaShape): fc.Arbitrary<unknown> {
  const { types, values: enumValues = [], items, limits } = schema;
  switch (types.length === 1 ? types[0] : 'any') {
    case 'boolean':
      return values.boolean;
    case 'string':
      return enumValues.length > 0 ? fc.constantFrom(...enumValues) : textWithin(limits);
    case 'integer':
      return integerWithin(limits);
    case 'number':
      return values.number;
    case 'array':
      return fc.array(
        items === undefined ? texts.unusual : anyValueOf(items),
        lengthWithin(limits, 'minItems', 'maxItems', 4) ?? { minLength: 1, maxLength: 4 },
      );
    case 'object':
      return objectOf(sendable(schema));
    default:
      return fc.oneof(texts.unusual, values.boolean, values.number);
  }
}

/** If a schema asks for longer texts or lists, the suite generates none. */
const mostUnits = 10_000;

type Limits = SchemaShape['limits'];

function textWithin(limits: Limits): fc.Arbitrary<string> {
  const pattern = limits.get('pattern');
  try {
    if (typeof pattern === 'string' && shortestOf(pattern) <= mostUnits)
      return fc.stringMatching(new RegExp(pattern));
  } catch {
    // The generator supports fewer patterns than the judge.
  }
  const length = lengthWithin(limits, 'minLength', 'maxLength', 40);
  return length === undefined ? texts.unusual : fc.string({ unit: letter, ...length });
}

/** The product of the pattern's counts, such as `{8}`, estimates the length of the shortest match. */
function shortestOf(pattern: string): number {
  return [...pattern.matchAll(/\{(\d+)/g)].reduce(
    (product, [, count]) => product * Math.max(1, Number(count)),
    1,
  );
}

/** Lengths reach from the minimum to `more` above it. Undefined without limits or for a huge minimum. */
function lengthWithin(limits: Limits, least: string, most: string, more: number) {
  const minLength = Number(limits.get(least) ?? 0);
  const maxLength = Math.min(Number(limits.get(most) ?? Number.POSITIVE_INFINITY), minLength + more);
  const isSet = limits.has(least) || limits.has(most);
  return isSet && minLength >= 0 && minLength <= Math.min(maxLength, mostUnits)
    ? { minLength, maxLength }
    : undefined;
}

function integerWithin(limits: Limits): fc.Arbitrary<number> {
  const [minimum, maximum] = [limits.get('minimum'), limits.get('maximum')];
  const isLimit = (limit: unknown) => typeof limit === 'number' && Number.isSafeInteger(limit);
  if (!isLimit(minimum) && !isLimit(maximum)) return fc.integer();
  const min = isLimit(minimum) ? Number(minimum) : Number.MIN_SAFE_INTEGER;
  const max = isLimit(maximum) ? Number(maximum) : Number.MAX_SAFE_INTEGER;
  return min <= max ? fc.integer({ min, max }) : fc.integer();
}

function extremesOf(schema: SchemaShape): Kind[] {
  const nothing: Kind[] = takesNull(schema) ? [['null', fc.constant(null)]] : [];
  const [type, another] = schema.types;
  if (type === 'array' && another === undefined) {
    const item = schema.items === undefined ? texts.unusual : nonNullOf(schema.items);
    const repeated = item.map((value) => [value, value]);
    return [...nothing, ['empty', fc.constant([])], ['a list with repetitions', repeated]];
  }
  if (type === 'string' && another === undefined && (schema.values ?? []).length === 0) {
    return [
      ...nothing,
      ['empty', fc.constant('')],
      ['not of ASCII', texts.nonAscii],
      ['long', texts.long],
      ['unusual', texts.unusual],
    ];
  }
  return [...nothing, ['any value of its own', nonNullOf(schema)]];
}

function spoiledOf({ types, nullable, values: enumValues = [], items }: SchemaShape): Kind[] {
  const [type, another] = types;
  if (type === undefined || another !== undefined) return [];
  const own = type === 'integer' ? 'number' : type;
  const others = (['boolean', 'number', 'string', 'array', 'object'] as const).filter((kind) => kind !== own);
  const kinds: Kind[] = others.map((kind) => [`${/^[ao]/.test(kind) ? 'an' : 'a'} ${kind}`, values[kind]]);
  if (!nullable) kinds.push(['null', fc.constant(null)]);
  if (enumValues.length > 0) kinds.push(['outside its enumeration', values.string]);
  if (type === 'array' && items !== undefined) {
    const right = nonNullOf(items);
    // Lenient servers wrap such an item in a list.
    kinds.push(['an item without its list', right]);
    for (const [what, wrong] of spoiledOf(items)) {
      kinds.push([`a list with an item that is ${what}`, fc.tuple(right, wrong).map((pair) => [...pair])]);
    }
  }
  return kinds;
}
