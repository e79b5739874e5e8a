import type { CredentialScheme } from '../openapi/contract.js';
import type { SourceDocument } from '../openapi/document.js';
import type { CutDocument } from '../openapi/load.js';
import { type OperationId, operationIds } from '../openapi/operations.js';
import { childOf, isObject, itemsOf, type Located } from '../openapi/pointers.js';
import { type SchemaShape, schemaShape } from '../openapi/schema-shape.js';
import { schemesIn } from '../openapi/security.js';

export interface OperationShape {
  readonly method: string;
  readonly path: string;
  readonly deprecated: boolean;
  readonly credentials: readonly CredentialScheme[] | null;
  readonly parameters: ReadonlyMap<string, ParameterShape>;
  readonly body: (ContentShape & { readonly required: boolean }) | undefined;
  readonly successes: ReadonlyMap<string, ContentShape | undefined>;
  /** All other statuses, including `default`. */
  readonly others: readonly string[];
  readonly error: ContentShape | undefined;
  readonly privileges: string | undefined;
}

interface ParameterShape {
  readonly place: string;
  readonly name: string;
  readonly required: boolean;
  readonly schema: SchemaShape | undefined;
}

export interface ContentShape {
  readonly mediaTypes: readonly string[];
  readonly schema: SchemaShape | undefined;
}

export function operationShapes({ document, found }: CutDocument): ReadonlyMap<OperationId, OperationShape> {
  const shapes = operationIds.flatMap((id): [OperationId, OperationShape][] => {
    const one = found.known.get(id);
    const node = one === undefined ? undefined : document.find(one.node.pointer);
    if (one === undefined || node === undefined) return [];
    return [[id, { method: one.method.toUpperCase(), path: one.path, ...contentsOf(document, node) }]];
  });
  return new Map(shapes);
}

function contentsOf(document: SourceDocument, node: Located): Omit<OperationShape, 'method' | 'path'> {
  const value = isObject(node.value) ? node.value : {};
  const responses = document.members(document.member(node, 'responses'));
  const isSuccess = ([status]: readonly [string, Located]) => /^2/.test(status);
  const others = responses.filter((response) => !isSuccess(response)).map(([status]) => status);
  const errorName = ['default', '4XX', '4xx'].find((name) => others.includes(name)) ?? [...others].sort()[0];
  const error = responses.find(([status]) => status === errorName)?.[1];
  const body = document.member(node, 'requestBody');
  return {
    deprecated: value['deprecated'] === true,
    credentials: credentialsAsked(document, value['security']),
    parameters: parametersOf(document, node),
    body:
      body === undefined
        ? undefined
        : {
            required: isObject(body.value) && body.value['required'] === true,
            ...(contentOf(document, body) ?? { mediaTypes: [], schema: undefined }),
          },
    successes: new Map(
      responses
        .filter(isSuccess)
        // These statuses never have content (RFC 9110 15.3.5 and 15.3.6).
        .map(([status, response]) => [
          status,
          ['204', '205'].includes(status) ? undefined : contentOf(document, document.resolve(response)),
        ]),
    ),
    others: others.sort(),
    error: error === undefined ? undefined : contentOf(document, document.resolve(error)),
    privileges: Array.isArray(value['x-privileges'])
      ? value['x-privileges'].map(String).sort().join(', ') || 'none'
      : undefined,
  };
}

function credentialsAsked(document: SourceDocument, own: unknown): CredentialScheme[] | null {
  const alternatives = own ?? document.root['security'];
  if (!Array.isArray(alternatives)) return null;
  const all = alternatives.filter(isObject);
  if (all.length === 0 || all.some((one) => Object.keys(one).length === 0)) return null;
  return schemesIn(document, all);
}

function parametersOf(document: SourceDocument, node: Located): Map<string, ParameterShape> {
  const [, path = ''] = /^(\/paths\/[^/]+)\//.exec(node.pointer) ?? [];
  const shared = document.find(`${path}/parameters`);
  const own = document.member(node, 'parameters');
  const found = new Map<string, ParameterShape>();
  for (const item of [shared, own].flatMap((list) => itemsOf(list?.value, list?.pointer ?? ''))) {
    const parameter = document.resolve(item);
    if (!isObject(parameter.value)) continue;
    const { name, in: place, required } = parameter.value;
    const node = document.member(parameter, 'schema');
    const schema = node && schemaShape(document, node, String(name));
    const named = { place: String(place), name: String(name) };
    found.set(`${named.place} ${named.name}`, { ...named, required: required === true, schema });
  }
  return found;
}

function contentOf(document: SourceDocument, owner: Located): ContentShape | undefined {
  const contents = document.members(document.member(owner, 'content'));
  if (contents.length === 0) return undefined;
  const mediaTypes = contents.map(([name]) => name.toLowerCase().replace(/\s*;.*/, '')).sort();
  const json = contents.find(([name]) => /json/i.test(name)) ?? contents[0];
  // The reference stays unresolved: the comparison needs the schema's name.
  const holder = json === undefined ? undefined : document.resolve(json[1]);
  const value = childOf(holder?.value, 'schema');
  if (value === undefined) return { mediaTypes, schema: undefined };
  return { mediaTypes, schema: schemaShape(document, { value, pointer: `${holder?.pointer}/schema` }) };
}
