import { CORE_SCHEMA, EVENT_ID, type Event, getScalarValue, load, parseEvents, YAMLException } from 'js-yaml';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import { isObject, type JsonObject, tokensOf } from './pointers.js';

/** The reader is recursive: deep nesting would exhaust the stack. */
const limits = { maxDepth: 200 } as const;
/** Vendors' full documents have about 100,000 nodes. */
const mostNodes = 2_000_000;

/** @throws ConfigurationError with the place of a mistake */
export function readYaml(source: string, text: string): JsonObject {
  let content: unknown;
  try {
    content = load(text, { schema: CORE_SCHEMA, ...limits });
  } catch (error) {
    const { reason, mark } =
      error instanceof YAMLException ? error : { reason: reasonOf(error), mark: undefined };
    const why = reason.startsWith('nesting') ? 'is nested too deeply to be read' : reason;
    throw new ConfigurationError(`${at(source, text, mark?.position ?? 0)}: ${why}`, { cause: error });
  }
  if (!isObject(content)) throw new ConfigurationError(`${source}:1:1: holds no OpenAPI document`);
  if (sizeOf(content, new Map()) <= mostNodes) return content;
  const alias = parseEvents(text, limits).find(({ type }) => type === EVENT_ID.ALIAS);
  const place = at(source, text, alias === undefined ? 0 : startOf(alias));
  throw new ConfigurationError(
    `${place}: has more than ${mostNodes} nodes with its aliases (*name) expanded`,
  );
}

/** Counts nodes with aliases expanded; Infinity if an alias contains itself. */
function sizeOf(value: unknown, known: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return 1;
  const seen = known.get(value);
  if (seen !== undefined) return seen;
  known.set(value, Number.POSITIVE_INFINITY);
  const size = Object.values(value).reduce<number>((sum, inner) => sum + sizeOf(inner, known), 1);
  known.set(value, size);
  return size;
}

/** Returns `source:line:column` of the node, or of its nearest existing parent. */
export function placeOf(source: string, text: string, pointer: string): string {
  let events: readonly Event[];
  try {
    events = parseEvents(text, limits);
  } catch {
    return `${source}:1:1`;
  }
  let node = 1;
  let offset = 0;
  for (const token of tokensOf(pointer)) {
    const children = childrenOf(events, node);
    const isList = events[node]?.type === EVENT_ID.SEQUENCE;
    const isName = (child: number, n: number) => {
      const event = events[child];
      return n % 2 === 0 && event?.type === EVENT_ID.SCALAR && getScalarValue(text, event) === token;
    };
    const found = isList ? Number(token) : children.findIndex(isName);
    const value = children[isList ? found : found + 1];
    const event = events[children[found] ?? -1];
    if (event === undefined || value === undefined) break;
    offset = startOf(event);
    node = value;
  }
  return at(source, text, offset);
}

function childrenOf(events: readonly Event[], parent: number): number[] {
  const children: number[] = [];
  let depth = 0;
  for (let index = parent; index < events.length; index += 1) {
    const type = events[index]?.type;
    if (depth === 1 && type !== EVENT_ID.POP) children.push(index);
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth += 1;
    else if (type === EVENT_ID.POP) depth -= 1;
    if (depth === 0) break;
  }
  return children;
}

function startOf(event: Event): number {
  if ('start' in event) return event.start;
  if ('valueStart' in event) return event.valueStart;
  return 'anchorStart' in event ? event.anchorStart : 0;
}

function at(source: string, text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${source}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
