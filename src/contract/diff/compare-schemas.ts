import {
  type Breaks,
  breaksBy,
  breaksClients,
  type ChangeKind,
  type Direction,
  eachOfOne,
  type FoundChange,
  harmless,
  type Report,
} from './change.js';
import type { PropertyShape, SchemaShape } from './schema-shape.js';

/** The value whose two schemas are compared. */
export interface Place {
  readonly direction: Direction;
  readonly subject: string;
}

export function compareSchemas(from: SchemaShape, to: SchemaShape, place: Place, report: Report): void {
  const { direction, subject } = place;
  const tell: Tell = (kind, text, breaks) => report({ kind, subject, text, direction, ...breaks });
  const change = direction === 'request' ? 'may be sent' : 'may come';

  if (from.types.join() !== to.types.join()) {
    const text = `the type was ${named(from.types)} and is ${named(to.types)}`;
    const width = covers(from.types, to.types)
      ? 'narrower'
      : covers(to.types, from.types)
        ? 'wider'
        : 'other';
    tell('type-changed', text, breaksBy(width, direction));
  }
  if (from.nullable !== to.nullable) {
    const text = to.nullable ? `null ${change}` : 'may not be null any more';
    tell('nullability-changed', text, breaksBy(to.nullable ? 'wider' : 'narrower', direction));
  }
  compareValues(from.values, to.values, direction, tell);
  compareLimits(from.limits, to.limits, direction, tell);
  if (from.defaultValue !== to.defaultValue) {
    const text = `the default was ${from.defaultValue ?? 'none'} and is ${to.defaultValue ?? 'none'}`;
    // Omitting the value now has another meaning.
    const means = direction === 'request' && from.defaultValue !== undefined;
    tell('default-changed', text, means ? breaksClients : harmless);
  }
  if (from.rest !== to.rest) {
    tell('alternatives-changed', 'anyOf, oneOf or not differ', breaksBy('other', direction));
  }
  if (from.closed !== to.closed) {
    const text = to.closed ? 'other properties are not allowed any more' : 'other properties are allowed';
    tell('additional-properties-changed', text, breaksBy(to.closed ? 'narrower' : 'wider', direction));
  }
  compareProperties(from, to, place, report);
  if (from.items !== undefined && to.items !== undefined) {
    compareSchemas(from.items, to.items, { direction, subject: `${subject}[]` }, report);
  }
}

function compareProperties(from: SchemaShape, to: SchemaShape, place: Place, report: Report): void {
  const before = goingThisWay(from, place.direction);
  const after = goingThisWay(to, place.direction);
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const one = before.get(name);
    const other = after.get(name);
    const owner = (other ?? one)?.owner || place.subject;
    const inner = { direction: place.direction, subject: `${owner}.${name}` };
    if (one === undefined && other !== undefined) report(added(other, to, inner));
    else if (one !== undefined && other === undefined) report(removed(one, inner));
    else if (one !== undefined && other !== undefined) {
      compareProperty(one, other, inner, report);
    }
  }
}

/** Requests hold no read-only properties; answers hold no write-only ones. */
function goingThisWay({ properties }: SchemaShape, direction: Direction): Map<string, PropertyShape> {
  const goes = ({ readOnly, writeOnly }: PropertyShape) => (direction === 'request' ? !readOnly : !writeOnly);
  return new Map([...properties].filter(([, property]) => goes(property)));
}

function compareProperty(one: PropertyShape, other: PropertyShape, place: Place, report: Report): void {
  const { direction, subject } = place;
  if (one.required !== other.required) {
    const breaks = breaksBy(other.required ? 'narrower' : 'wider', direction);
    const text = other.required ? 'is required' : 'is optional';
    report({ kind: 'required-changed', subject, text, direction, ...breaks });
  }
  if (!one.deprecated && other.deprecated) {
    report({ kind: 'property-deprecated', subject, text: 'is deprecated', direction, ...harmless });
  }
  compareSchemas(one.schema, other.schema, place, report);
}

function added(property: PropertyShape, to: SchemaShape, { direction, subject }: Place): FoundChange {
  const text = property.required ? 'is new and required' : 'is new';
  const known = { kind: 'property-added', subject, text, direction } as const;
  // Clients ignore unknown properties. A server must start to accept, or to send, the new one.
  if (direction === 'request') return { ...known, breaksClients: property.required, breaksServers: true };
  return { ...known, breaksClients: to.closed, breaksServers: property.required };
}

function removed(property: PropertyShape, { direction, subject }: Place): FoundChange {
  const text = property.required ? 'is gone, and was required' : 'is gone';
  // The server ignores it in requests, and readers miss it in answers.
  return { kind: 'property-removed', subject, text, direction, ...breaksClients };
}

type Tell = (kind: ChangeKind, text: string, breaks: Breaks) => void;

function compareValues(
  from: readonly string[] | undefined,
  to: readonly string[] | undefined,
  direction: Direction,
  tell: Tell,
): void {
  const removed = (text: string) => tell('enum-value-removed', text, breaksBy('narrower', direction));
  const added = (text: string) => tell('enum-value-added', text, breaksBy('wider', direction));
  if (from !== undefined && to !== undefined) {
    eachOfOne(
      from,
      to,
      (value) => removed(`has no value ${value} any more`),
      (value) => added(`has the new value ${value}`),
    );
  } else if (to !== undefined) removed(`is one of ${to.join(', ')} only`);
  else if (from !== undefined) added('any value is allowed');
}

function compareLimits(
  from: ReadonlyMap<string, string | number>,
  to: ReadonlyMap<string, string | number>,
  direction: Direction,
  tell: Tell,
): void {
  for (const name of new Set([...from.keys(), ...to.keys()])) {
    const one = from.get(name);
    const other = to.get(name);
    if (one === other) continue;
    const text = `${name} was ${one ?? 'open'} and is ${other ?? 'open'}`;
    tell('limit-changed', text, breaksBy(limitWidth(name, one, other), direction));
  }
}

function limitWidth(
  name: string,
  one: string | number | undefined,
  other: string | number | undefined,
): 'narrower' | 'wider' | 'other' {
  if (one === undefined) return 'narrower';
  if (other === undefined) return 'wider';
  if (typeof one !== 'number' || typeof other !== 'number' || name === 'multipleOf') return 'other';
  const least = /^(min|exclusiveMin)/.test(name);
  return other > one === least ? 'narrower' : 'wider';
}

/** Whether `outer` allows all of `inner`. An empty list allows every type, and an integer is a number. */
function covers(outer: readonly string[], inner: readonly string[]): boolean {
  if (outer.length === 0) return true;
  if (inner.length === 0) return false;
  return inner.every((type) => outer.includes(type) || (type === 'integer' && outer.includes('number')));
}

function named(types: readonly string[]): string {
  return types.length === 0 ? 'any' : types.join(' or ');
}
