import { isLeast, type PropertyShape, type SchemaShape } from '../openapi/schema-shape.js';
import {
  type Breaks,
  breaksClients,
  breaksServers,
  type ChangeKind,
  type Direction,
  type FoundChange,
} from './change.js';
import type { ContentShape, OperationShape } from './operation-shape.js';

const harmless: Breaks = { breaksClients: false, breaksServers: false };

type Width = 'narrower' | 'wider' | 'other';

/**
 * If requests allow fewer values, clients may still send the others. If they allow more, servers may not know
 * the new ones. For answers, clients and servers change places.
 */
function breaksBy(change: Width, direction: Direction | null): Breaks {
  if (change === 'other') return { breaksClients: true, breaksServers: true };
  return (change === 'narrower') === (direction === 'request') ? breaksClients : breaksServers;
}

/** `breaks`: whom the change breaks, or whether it allows more or fewer values. */
type Tell = (kind: ChangeKind, text: string, breaks: Breaks | Width) => void;

type At = (subject: string, direction: Direction | null) => Tell;

interface Place {
  readonly subject: string;
  readonly direction: Direction;
  readonly at: At;
}

export function compareOperations(from: OperationShape, to: OperationShape): FoundChange[] {
  const changes: FoundChange[] = [];
  const at: At = (subject, direction) => (kind, text, breaks) => {
    const whom = typeof breaks === 'string' ? breaksBy(breaks, direction) : breaks;
    changes.push({ kind, subject, text, direction, ...whom });
  };
  const place = `${to.method} ${to.path}`;
  const tell = at(place, null);
  if (from.method !== to.method || from.path !== to.path) {
    tell('operation-moved', `was ${from.method} ${from.path}`, 'other');
  }
  if (!from.deprecated && to.deprecated) tell('operation-deprecated', 'is deprecated', harmless);
  if (to.privileges !== undefined && from.privileges !== to.privileges) {
    tell('privileges-documented', `privileges are documented: ${to.privileges}`, harmless);
  }
  compareCredentials(from.credentials, to.credentials, at);
  compareParameters(from, to, place, at);
  const body = `body of ${place}`;
  compareRequestPart('body', from.body, to.body, at(body, 'request'), (before, after) =>
    compareContents(before, after, { subject: body, direction: 'request', at }),
  );
  compareAnswers(from, to, place, at);
  return changes;
}

function missingIn<T>(list: readonly T[], other: readonly T[]): T[] {
  return other.filter((each) => !list.includes(each));
}

function compareCredentials(
  from: OperationShape['credentials'],
  to: OperationShape['credentials'],
  at: At,
): void {
  const removed = (subject: string, text: string) =>
    at(subject, null)('credential-removed', text, breaksClients);
  const added = (subject: string, text: string) => at(subject, null)('credential-added', text, breaksServers);
  const none = 'no credential';
  if (from !== null && to !== null) {
    for (const scheme of missingIn(to, from)) removed(scheme, 'is no longer accepted');
    for (const scheme of missingIn(from, to)) added(scheme, 'is accepted');
  } else if (from !== null) added(none, 'is needed');
  else if (to !== null) removed(none, `is no longer enough: ${to.join(' or ')}`);
}

function compareParameters(from: OperationShape, to: OperationShape, place: string, at: At): void {
  for (const key of new Set([...from.parameters.keys(), ...to.parameters.keys()])) {
    const one = from.parameters.get(key);
    const other = to.parameters.get(key);
    const { name = '', place: where = '' } = other ?? one ?? {};
    // Many operations share a header; other parameters belong to one operation.
    const subject = where === 'header' ? `header ${name}` : `${where} parameter ${name} of ${place}`;
    compareRequestPart('parameter', one, other, at(subject, 'request'), (before, after) => {
      if (before.schema !== undefined && after.schema !== undefined) {
        compareSchemas(before.schema, after.schema, { subject, direction: 'request', at });
      }
    });
  }
}

interface Requirable {
  readonly required: boolean;
}

const newText = ({ required }: Requirable) => (required ? 'is new and required' : 'is new');

function compareRequired(from: Requirable, to: Requirable, tell: Tell): void {
  if (!from.required && to.required) tell('required-changed', 'is required', 'narrower');
  if (from.required && !to.required) tell('required-changed', 'is optional', 'wider');
}

function compareRequestPart<Part extends Requirable>(
  what: 'parameter' | 'body',
  from: Part | undefined,
  to: Part | undefined,
  tell: Tell,
  compare: (from: Part, to: Part) => void,
): void {
  if (from === undefined && to !== undefined) {
    tell(`${what}-added`, newText(to), { breaksClients: to.required, breaksServers: true });
  } else if (from !== undefined && to === undefined) {
    tell(`${what}-removed`, 'is gone', breaksClients);
  } else if (from !== undefined && to !== undefined) {
    compareRequired(from, to, tell);
    compare(from, to);
  }
}

function compareAnswers(from: OperationShape, to: OperationShape, place: string, at: At): void {
  const tell = (status: string): Tell =>
    at(`status ${status} of ${place}`, status.startsWith('2') ? 'answer' : 'error');
  const before = [...from.successes.keys()];
  const after = [...to.successes.keys()];
  const removed = (status: string, breaks: Breaks) => tell(status)('status-removed', 'is gone', breaks);
  const added = (status: string, breaks: Breaks) => tell(status)('status-added', 'is new', breaks);
  for (const status of missingIn(after, before)) removed(status, breaksServers);
  for (const status of missingIn(before, after)) added(status, breaksClients);
  for (const status of missingIn(to.others, from.others)) removed(status, harmless);
  for (const status of missingIn(from.others, to.others)) added(status, harmless);
  const moved = before.length === 1 && after.length === 1;
  for (const [status, content] of to.successes) {
    const earlier = from.successes.get(moved ? (before[0] ?? status) : status);
    if (!moved && !from.successes.has(status)) continue;
    comparePossibleContents(earlier, content, { subject: `answer of ${place}`, direction: 'answer', at });
  }
  comparePossibleContents(from.error, to.error, { subject: `error of ${place}`, direction: 'error', at });
}

function comparePossibleContents(
  from: ContentShape | undefined,
  to: ContentShape | undefined,
  place: Place,
): void {
  const tell = place.at(place.subject, place.direction);
  if (from === undefined && to !== undefined) tell('body-added', 'has content', breaksServers);
  else if (from !== undefined && to === undefined)
    tell('body-removed', 'no longer has content', breaksClients);
  else if (from !== undefined && to !== undefined) compareContents(from, to, place);
}

function compareContents(from: ContentShape, to: ContentShape, place: Place): void {
  const tell = place.at(place.subject, place.direction);
  for (const type of missingIn(to.mediaTypes, from.mediaTypes))
    tell('media-type-removed', `${type} is gone`, 'narrower');
  for (const type of missingIn(from.mediaTypes, to.mediaTypes))
    tell('media-type-added', `${type} is new`, 'wider');
  if (from.schema === undefined || to.schema === undefined) return;
  const subject = to.schema.name ?? from.schema.name ?? place.subject;
  compareSchemas(from.schema, to.schema, { ...place, subject });
}

function compareSchemas(from: SchemaShape, to: SchemaShape, place: Place): void {
  const { subject, direction, at } = place;
  const tell = at(subject, direction);
  const change = direction === 'request' ? 'may be sent' : 'may come';
  if (from.types.join() !== to.types.join()) {
    const text = `the type was ${named(from.types)} and is ${named(to.types)}`;
    const isWider = covers(to.types, from.types);
    tell('type-changed', text, covers(from.types, to.types) ? 'narrower' : isWider ? 'wider' : 'other');
  }
  if (from.nullable !== to.nullable) {
    const text = to.nullable ? `null ${change}` : 'may no longer be null';
    tell('nullability-changed', text, to.nullable ? 'wider' : 'narrower');
  }
  compareValues(from.values, to.values, tell);
  for (const name of new Set([...from.limits.keys(), ...to.limits.keys()])) {
    const one = from.limits.get(name);
    const other = to.limits.get(name);
    if (one === other) continue;
    const text = `${name} was ${one ?? 'open'} and is ${other ?? 'open'}`;
    tell('limit-changed', text, limitWidth(name, one, other));
  }
  if (from.defaultValue !== to.defaultValue) {
    const text = `the default was ${from.defaultValue ?? 'none'} and is ${to.defaultValue ?? 'none'}`;
    // A client that omits the value now sends a request with another meaning.
    const means = direction === 'request' && from.defaultValue !== undefined;
    tell('default-changed', text, means ? breaksClients : harmless);
  }
  if (from.rest.join() !== to.rest.join())
    tell('alternatives-changed', 'anyOf, oneOf or not differ', 'other');
  if (from.closed !== to.closed) {
    const text = to.closed ? 'other properties are no longer allowed' : 'other properties are allowed';
    tell('additional-properties-changed', text, to.closed ? 'narrower' : 'wider');
  }
  compareProperties(from, to, place);
  if (from.items !== undefined && to.items !== undefined) {
    compareSchemas(from.items, to.items, { ...place, subject: `${subject}[]` });
  }
}

function compareProperties(from: SchemaShape, to: SchemaShape, place: Place): void {
  const { subject, direction, at } = place;
  const before = goingThisWay(from, direction);
  const after = goingThisWay(to, direction);
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const one = before.get(name);
    const other = after.get(name);
    const inner = `${(other ?? one)?.owner || subject}.${name}`;
    const tell = at(inner, direction);
    if (one !== undefined && other !== undefined) {
      compareRequired(one, other, tell);
      if (!one.deprecated && other.deprecated) tell('property-deprecated', 'is deprecated', harmless);
      compareSchemas(one.schema, other.schema, { ...place, subject: inner });
    } else if (other !== undefined) {
      // In requests a server must accept the property; in answers clients ignore it unless the schema is
      // closed.
      const isSent = direction === 'request';
      const { required } = other;
      const clients = isSent ? required : to.closed;
      const breaks = { breaksClients: clients, breaksServers: isSent || required };
      tell('property-added', newText(other), breaks);
    } else if (one !== undefined) {
      tell('property-removed', one.required ? 'is gone, and was required' : 'is gone', breaksClients);
    }
  }
}

function goingThisWay({ properties }: SchemaShape, direction: Direction): Map<string, PropertyShape> {
  const goes = ({ readOnly, writeOnly }: PropertyShape) => (direction === 'request' ? !readOnly : !writeOnly);
  return new Map([...properties].filter(([, property]) => goes(property)));
}

function compareValues(
  from: readonly string[] | undefined,
  to: readonly string[] | undefined,
  tell: Tell,
): void {
  const removed = (text: string) => tell('enum-value-removed', text, 'narrower');
  const added = (text: string) => tell('enum-value-added', text, 'wider');
  if (from !== undefined && to !== undefined) {
    for (const value of missingIn(to, from)) removed(`no longer has the value ${value}`);
    for (const value of missingIn(from, to)) added(`has the new value ${value}`);
  } else if (to !== undefined) removed(`is one of ${to.toSorted().join(', ')} only`);
  else if (from !== undefined) added('any value is allowed');
}

function limitWidth(
  name: string,
  one: string | number | undefined,
  other: string | number | undefined,
): Width {
  if (one === undefined) return 'narrower';
  if (other === undefined) return 'wider';
  if (typeof one !== 'number' || typeof other !== 'number' || name === 'multipleOf') return 'other';
  return other > one === isLeast(name) ? 'narrower' : 'wider';
}

/** An empty list allows every type, and an integer is a number. */
function covers(outer: readonly string[], inner: readonly string[]): boolean {
  if (outer.length === 0) return true;
  if (inner.length === 0) return false;
  return inner.every((type) => outer.includes(type) || (type === 'integer' && outer.includes('number')));
}

const named = (types: readonly string[]): string => (types.length === 0 ? 'any' : types.join(' or '));
