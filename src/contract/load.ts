import { join } from 'node:path';
import { packageRoot } from '../package-root.js';
import { bodySchemaOf } from './body-schema.js';
import {
  type Answer,
  type Contract,
  type CredentialScheme,
  isCredentialScheme,
  type Mismatch,
  type Operation,
  type RequestBody,
  type SuccessAnswer,
} from './contract.js';
import { isObject, type Located, type LocatedObject, SourceDocument } from './document.js';
import { methods } from './excerpt.js';
import { kindOf } from './mismatches.js';
import { isOperationId, type OperationId } from './operations.js';
import { propertiesOf, schemaNameOf } from './properties.js';
import type { ReleaseName } from './releases.js';
import { SchemaCompiler } from './schemas.js';
import { requireValid } from './validity.js';

/**
 * Reads the contract of a release from this package's own document.
 *
 * @throws ConfigurationError with file and place for a document that is broken
 */
export function loadContract(release: ReleaseName): Promise<Contract> {
  return loadContractFile(join(packageRoot(), 'spec', 'releases', `${release}.yaml`), release);
}

/**
 * Reads a contract from any OpenAPI 3.0 document, YAML or JSON, a vendor's full one included: of its operations
 * those are taken that the suite knows by their operationId. Relative paths start at the package's folder.
 *
 * @throws ConfigurationError with file and place for a document that can't be read or used
 */
export async function loadContractFile(file: string, release: ReleaseName): Promise<Contract> {
  const document = await SourceDocument.read(file);
  const found = findOperations(document);
  await requireValid(
    document,
    [...found.values()].map(({ node }) => node.pointer),
  );
  return new Reader(document).contract(release, found);
}

interface FoundOperation {
  readonly path: string;
  readonly method: string;
  readonly node: LocatedObject;
}

function findOperations(document: SourceDocument): Map<OperationId, FoundOperation> {
  const found = new Map<OperationId, FoundOperation>();
  for (const [path, item] of document.members(document.find('/paths'))) {
    for (const [method, { value, pointer }] of document.members(item)) {
      if (!methods.includes(method) || !isObject(value)) continue;
      const id = value['operationId'];
      if (typeof id !== 'string' || !isOperationId(id)) continue;
      if (found.has(id)) throw document.error(pointer, `the operationId ${id} is there twice`);
      found.set(id, { path, method, node: { value, pointer } });
    }
  }
  if (found.size === 0) throw document.error('/paths', 'none of the operations of the MFA API is there');
  return found;
}

/** Statuses whose answers have no content by HTTP itself (RFC 9110, 15.3.5 and 15.3.6). */
const withoutContent = [204, 205];

class Reader {
  readonly #document: SourceDocument;
  readonly #schemas: SchemaCompiler;

  constructor(document: SourceDocument) {
    this.#document = document;
    this.#schemas = new SchemaCompiler(document);
  }

  contract(release: ReleaseName, found: ReadonlyMap<OperationId, FoundOperation>): Contract {
    const operations = new Map([...found].map(([id, one]) => [id, this.#operation(id, one)] as const));
    const declared = this.#document.members(this.#document.find('/components/securitySchemes'));
    const ignoredContent = [...operations.values()]
      .filter(({ success }) => withoutContent.includes(success.status))
      .map(({ pointer, success }) => this.#document.find(`${pointer}/responses/${success.status}/content`))
      .filter((content) => content !== undefined)
      .filter((content) => this.#document.members(content).length > 0)
      .map(({ pointer }) => ({
        pointer,
        message: 'content for a status that cannot carry any; the answer must have no body',
      }));
    return {
      release,
      source: this.#document.source,
      sha256: this.#document.sha256,
      operations,
      credentials: declared.map(([name]) => name).filter(isCredentialScheme),
      anomalies: [...ignoredContent, ...this.#schemas.anomalies],
      compileAll: () => this.#schemas.compileAll(),
    };
  }

  #operation(id: OperationId, { path, method, node }: FoundOperation): Operation {
    const { summary } = node.value;
    return {
      id,
      method: method.toUpperCase(),
      path,
      summary: typeof summary === 'string' ? summary : '',
      security: this.#security(node),
      request: this.#request(node),
      success: this.#success(node),
      error: this.#answer(this.#response(node, 'default')),
      pointer: node.pointer,
    };
  }

  /** The single schemes that suffice; where two are asked for together, the suite has no use for them. */
  #security({ value }: LocatedObject): CredentialScheme[] {
    const alternatives = value['security'] ?? this.#document.root['security'];
    if (!Array.isArray(alternatives)) return [];
    const single = alternatives.filter(isObject).filter((one) => Object.keys(one).length === 1);
    return single.flatMap((one) => Object.keys(one)).filter(isCredentialScheme);
  }

  #request(node: LocatedObject): RequestBody | undefined {
    const body = this.#document.member(node, 'requestBody');
    const content = body === undefined ? undefined : this.#content(body);
    if (body === undefined || content === undefined) return undefined;
    const required = isObject(body.value) && body.value['required'] === true;
    const judge = this.#schemas.judge(content.schema);
    return {
      required,
      schema: bodySchemaOf(this.#document, content.schema),
      mismatches: (value) => {
        if (value !== undefined) return judge.mismatches(value);
        return required ? [mismatch('wanted a body, got nothing', body.pointer)] : [];
      },
    };
  }

  #success(node: LocatedObject): SuccessAnswer {
    const responses = this.#document.members(this.#document.member(node, 'responses'));
    const [status, ...others] = responses.map(([name]) => name).filter((name) => /^2\d\d$/.test(name));
    if (status === undefined || others.length > 0) {
      throw this.#document.error(node.pointer, 'wanted one 2xx status among the responses');
    }
    const response = this.#response(node, status);
    const bodyless = withoutContent.includes(Number(status));
    return {
      status: Number(status),
      mediaType: bodyless ? undefined : this.#content(response)?.mediaType,
      ...this.#answer(response, bodyless),
    };
  }

  #response(node: LocatedObject, status: string): Located {
    const responses = this.#document.member(node, 'responses');
    const response = responses === undefined ? undefined : this.#document.member(responses, status);
    if (response === undefined) throw this.#document.error(node.pointer, `wanted a ${status} response`);
    return response;
  }

  #answer(response: Located, bodyless = false): Answer {
    const content = bodyless ? undefined : this.#content(response);
    if (content === undefined) {
      return {
        schemaName: undefined,
        properties: [],
        mismatches: (value) =>
          value === undefined ? [] : [mismatch(`wanted no content, got ${kindOf(value)}`, response.pointer)],
      };
    }
    const { mismatches } = this.#schemas.judge(content.schema);
    return {
      schemaName: schemaNameOf(this.#document.resolve(content.schema).pointer),
      properties: propertiesOf(this.#document, content.schema),
      mismatches,
    };
  }

  /** The JSON content of a request or response; undefined where there is no content. */
  #content(owner: Located): { mediaType: string; schema: Located } | undefined {
    const contents = this.#document.members(this.#document.member(owner, 'content'));
    if (contents.length === 0) return undefined;
    const json = contents.find(([name]) => /^application\/(.+\+)?json\b/i.test(name));
    const schema = json === undefined ? undefined : this.#document.member(json[1], 'schema');
    if (json === undefined || schema === undefined) {
      throw this.#document.error(`${owner.pointer}/content`, 'wanted JSON content with a schema');
    }
    return { mediaType: json[0], schema };
  }
}

function mismatch(message: string, contractPointer: string): Mismatch {
  return { instancePath: '', message, contractPointer };
}
