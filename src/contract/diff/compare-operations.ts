import {
  type Breaks,
  breaksBoth,
  breaksBy,
  breaksClients,
  breaksServers,
  type ChangeKind,
  type Direction,
  eachOfOne,
  type FoundChange,
  harmless,
  type Report,
} from './change.js';
import type { ContentShape, OperationShape } from './operation-shape.js';
import type { PropertyShape, SchemaShape } from './schema-shape.js';

export function compareOperations(from: OperationShape, to: OperationShape): FoundChange[] {
  const changes: FoundChange[] = [];
  const report = (change: FoundChange): void => void changes.push(change);
  const place = `${to.method} ${to.path}`;
  const tell = (kind: ChangeKind, text: string, breaks: Breaks) =>
    report({ kind, subject: place, text, direction: null, ...breaks });
  if (from.method !== to.method || from.path !== to.path) {
    tell('operation-moved', `was ${from.method} ${from.path}`, breaksBoth);
  }
  if (!from.deprecated && to.deprecated) tell('operation-deprecated', 'is deprecated', harmless);
  if (to.privileges !== undefined && from.privileges !== to.privileges) {
    tell('privileges-documented', `privileges are documented: ${to.privileges}`, harmless);
  }
  compareCredentials(from.credentials, to.credentials, report);
  compareParameters(from, to, place, report);
  const body = `body of ${place}`;
  compareRequestPart('body', from.body, to.body, body, report, (before, after) =>
    compareContents(before, after, 'request', body, report),
  );
  compareAnswers(from, to, place, report);
  return changes;
}

function compareCredentials(
  from: OperationShape['credentials'],
  to: OperationShape['credentials'],
  report: Report,
): void {
  const removed = (subject: string, text: string) =>
    report({ kind: 'credential-removed', subject, text, direction: null, ...breaksClients });
  const added = (subject: string, text: string) =>
    report({ kind: 'credential-added', subject, text, direction: null, ...breaksServers });
  const none = 'no credential';
  if (from !== null && to !== null) {
    eachOfOne(
      from,
      to,
      (scheme) => removed(scheme, 'is not accepted any more'),
      (scheme) => added(scheme, 'is accepted'),
    );
  } else if (from !== null) added(none, 'is needed any more');
  else if (to !== null) removed(none, `is not enough any more: ${to.join(' or ')}`);
}

function compareParameters(from: OperationShape, to: OperationShape, place: string, report: Report): void {
  for (const key of new Set([...from.parameters.keys(), ...to.parameters.keys()])) {
    const one = from.parameters.get(key);
    const other = to.parameters.get(key);
    const { name = '', place: where = '' } = other ?? one ?? {};
    // Many operations share a header, but a path or query parameter belongs to one operation.
    const subject = where === 'header' ? `header ${name}` : `${where} parameter ${name} of ${place}`;
    compareRequestPart('parameter', one, other, subject, report, (before, after) => {
      if (before.schema !== undefined && after.schema !== undefined) {
        compareSchemas(before.schema, after.schema, { direction: 'request', subject }, report);
      }
    });
  }
}

/** @param compare compares the rest of a part that both contracts have */
function compareRequestPart<Part extends { readonly required: boolean }>(
  what: 'parameter' | 'body',
  from: Part | undefined,
  to: Part | undefined,
  subject: string,
  report: Report,
  compare: (from: Part, to: Part) => void,
): void {
  const tell = (kind: ChangeKind, text: string, breaks: Breaks) =>
    report({ kind, subject, text, direction: 'request', ...breaks });
  if (from === undefined && to !== undefined) {
    const text = to.required ? 'is new and required' : 'is new';
    tell(`${what}-added`, text, { breaksClients: to.required, breaksServers: true });
  } else if (from !== undefined && to === undefined) {
    tell(`${what}-removed`, 'is gone', breaksClients);
  } else if (from !== undefined && to !== undefined) {
    if (!from.required && to.required) tell('required-changed', 'is required', breaksClients);
    if (from.required && !to.required) tell('required-changed', 'is optional', breaksServers);
    compare(from, to);
  }
}

function compareAnswers(from: OperationShape, to: OperationShape, place: string, report: Report): void {
  const compareStatuses = (
    one: readonly string[],
    other: readonly string[],
    gone: Breaks,
    added: Breaks,
  ): void => {
    const tell = (kind: ChangeKind, status: string, text: string, breaks: Breaks) => {
      const direction = status.startsWith('2') ? 'answer' : 'error';
      report({ kind, subject: `status ${status} of ${place}`, text, direction, ...breaks });
    };
    eachOfOne(
      one,
      other,
      (status) => tell('status-removed', status, 'is gone', gone),
      (status) => tell('status-added', status, 'is new', added),
    );
  };
  const before = [...from.successes.keys()];
  const after = [...to.successes.keys()];
  compareStatuses(before, after, breaksServers, breaksClients);
  // Clients treat errors as one class, so listing them or not breaks nobody.
  compareStatuses(from.others, to.others, harmless, harmless);
  const moved = before.length === 1 && after.length === 1;
  for (const [status, content] of to.successes) {
    const earlier = from.successes.get(moved ? (before[0] ?? status) : status);
    if (!moved && !from.successes.has(status)) continue;
    comparePossibleContents(earlier, content, 'answer', `answer of ${place}`, report);
  }
  comparePossibleContents(from.error, to.error, 'error', `error of ${place}`, report);
}

function comparePossibleContents(
  from: ContentShape | undefined,
  to: ContentShape | undefined,
  direction: Direction,
  subject: string,
  report: Report,
): void {
  if (from === undefined && to !== undefined) {
    report({ kind: 'body-added', subject, text: 'has content', direction, ...breaksServers });
  } else if (from !== undefined && to === undefined) {
    report({ kind: 'body-removed', subject, text: 'has no content any more', direction, ...breaksClients });
  } else if (from !== undefined && to !== undefined) compareContents(from, to, direction, subject, report);
}

function compareContents(
  from: ContentShape,
  to: ContentShape,
  direction: Direction,
  subject: string,
  report: Report,
): void {
  const tell = (kind: ChangeKind, text: string, breaks: Breaks) =>
    report({ kind, subject, text, direction, ...breaks });
  const [gone, added] =
    direction === 'request' ? [breaksClients, breaksServers] : [breaksServers, breaksClients];
  eachOfOne(
    from.mediaTypes,
    to.mediaTypes,
    (type) => tell('media-type-removed', `${type} is gone`, gone),
    (type) => tell('media-type-added', `${type} is new`, added),
  );
  if (from.schema === undefined || to.schema === undefined) return;
  const name = to.schema.name ?? from.schema.name ?? subject;
  compareSchemas(from.schema, to.schema, { direction, subject: name }, report);
}

/** The value whose two schemas are compared. */
interface Place {
  readonly direction: Direction;
  readonly subject: string;
}

function compareSchemas(from: SchemaShape, to: SchemaShape, place: Place, report: Report): void {
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
