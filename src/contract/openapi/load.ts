import { join } from 'node:path';
import type { ReleaseName } from '../../base/model/releases.js';
import { packageRoot } from '../../base/package-root.js';
import type {
  Anomaly,
  Answer,
  Contract,
  CredentialScheme,
  Mismatch,
  Operation,
  RequestBody,
  SuccessAnswer,
} from './contract.js';
import { SourceDocument } from './document.js';
import { excerpt } from './excerpt.js';
import { type FoundOperation, type FoundOperations, findOperations } from './find-operations.js';
import type { OperationId } from './operations.js';
import { isObject, type Located, type LocatedObject, schemaNameOf } from './pointers.js';
import { propertiesOf } from './properties.js';
import { schemaShape } from './schema-shape.js';
import { type Dialect, kindOf, SchemaCompiler } from './schemas.js';
import { credentialsOf, schemesIn } from './security.js';
import { requireBounded, requireValid, versionOf } from './validity.js';

export interface LoadOptions {
  readonly externalRefs?: boolean;
  /** Skips the validation: self-tests have validated the suite's own documents. */
  readonly trusted?: boolean;
}

export const releaseDocument = (release: ReleaseName): string =>
  join(packageRoot(), 'spec', 'releases', `${release}.yaml`);

export async function loadContract(release: ReleaseName): Promise<Contract> {
  return contractOf(await cutDocument(releaseDocument(release), { trusted: true }), release, true);
}

export async function loadContractFile(
  location: string,
  release: ReleaseName,
  options: LoadOptions = {},
): Promise<Contract> {
  return contractOf(await cutDocument(location, options), release);
}

export interface CutDocument {
  readonly document: SourceDocument;
  readonly version: Dialect['version'];
  readonly found: FoundOperations;
}

/** @throws ConfigurationError with the place in an unreadable or unusable document */
export async function cutDocument(location: string, options: LoadOptions = {}): Promise<CutDocument> {
  const whole = await SourceDocument.read(location);
  const version = versionOf(whole);
  const found = findOperations(whole);
  const pointers = [...found.known.values()].map(({ node }) => node.pointer);
  const document = await excerpt(whole, pointers, options.externalRefs ?? false);
  if (!options.trusted) {
    const nodes = pointers.flatMap((pointer) => document.find(pointer) ?? []);
    requireBounded(document, nodes);
    await requireValid(document, nodes);
  }
  return { document, version, found };
}

export function contractOf(
  { document, version, found }: CutDocument,
  release: ReleaseName,
  strict = false,
): Contract {
  return new Reader(document, { version, strict }).contract(release, found);
}

/** RFC 9110 15.3.5 and 15.3.6. */
const withoutContent = [204, 205];

class Reader {
  readonly #schemas: SchemaCompiler;
  readonly #anomalies: Anomaly[] = [];

  constructor(
    private readonly document: SourceDocument,
    dialect: Dialect,
  ) {
    this.#schemas = new SchemaCompiler(document, dialect);
  }

  contract(release: ReleaseName, { known }: FoundOperations): Contract {
    const operations = new Map([...known].map(([id, one]) => [id, this.#operation(id, one)] as const));
    const ignoredContent = [...operations.values()]
      .filter(({ success }) => withoutContent.includes(success.status))
      .map(({ pointer, success }) => this.document.find(`${pointer}/responses/${success.status}/content`))
      .filter((content) => content !== undefined)
      .filter((content) => this.document.members(content).length > 0)
      .map(({ pointer }) => ({
        pointer,
        message: 'content for a status that never has content; the answer must have no body',
      }));
    return {
      release,
      source: this.document.source,
      sha256: this.document.sha256,
      operations,
      credentials: [...new Set([...credentialsOf(this.document).values()].map(({ scheme }) => scheme))],
      anomalies: [...ignoredContent, ...this.#anomalies, ...this.#schemas.anomalies],
      excerpt: this.document.root,
      compileAll: () => this.#schemas.compileAll(),
    };
  }

  #operation(id: OperationId, { path, method, node: { pointer } }: FoundOperation): Operation {
    const found = this.document.find(pointer);
    if (found === undefined || !isObject(found.value))
      throw this.document.error(pointer, 'is not an operation');
    const node = { pointer, value: found.value };
    return {
      id,
      method: method.toUpperCase(),
      path,
      security: this.#security(node),
      request: this.#request(node),
      success: this.#success(node),
      error: this.#error(node),
      pointer: node.pointer,
    };
  }

  /** The suite can't combine credentials, so only those that are enough alone count. */
  #security({ value }: LocatedObject): CredentialScheme[] {
    const alternatives = value['security'] ?? this.document.root['security'];
    if (!Array.isArray(alternatives)) return [];
    const single = alternatives.filter(isObject).filter((one) => Object.keys(one).length === 1);
    return schemesIn(this.document, single);
  }

  #request(node: LocatedObject): RequestBody | undefined {
    const body = this.document.member(node, 'requestBody');
    const content = body === undefined ? undefined : this.#content(body);
    if (body === undefined || content === undefined) return undefined;
    const required = isObject(body.value) && body.value['required'] === true;
    const judge = this.#schemas.judge(content.schema);
    return {
      required,
      schema: schemaShape(this.document, content.schema),
      mismatches: (value) => {
        if (value !== undefined) return judge.mismatches(value);
        return required ? [mismatch('a body', value)] : [];
      },
    };
  }

  #success(node: LocatedObject): SuccessAnswer {
    const responses = this.document.members(this.document.member(node, 'responses'));
    const [status, ...others] = responses
      .map(([name]) => name)
      .filter((name) => /^2\d\d$/.test(name))
      .sort();
    if (status === undefined) {
      throw this.document.error(node.pointer, 'expected one 2xx status among the responses');
    }
    if (others.length > 0) {
      const message = `several 2xx statuses (${[status, ...others].join(', ')}); ${status} is taken for the success`;
      this.#anomalies.push({ pointer: `${node.pointer}/responses`, message });
    }
    const response = this.#response(node, status);
    const bodyless = withoutContent.includes(Number(status));
    return {
      status: Number(status),
      mediaType: bodyless ? undefined : this.#content(response)?.mediaType,
      ...this.#answer(response, bodyless),
    };
  }

  /** If there is no `default` response, another error response judges all errors. */
  #error(node: LocatedObject): Answer {
    const names = this.document.members(this.document.member(node, 'responses')).map(([name]) => name);
    const name = ['default', '4XX', '4xx'].find((each) => names.includes(each));
    const instead = name ?? names.filter((each) => /^[45]/.test(each)).sort()[0];
    if (name === undefined) {
      const what =
        instead === undefined
          ? 'error answers are not judged'
          : `all error answers are judged by the ${instead} response`;
      const message = `no default response for errors: ${what}`;
      this.#anomalies.push({ pointer: `${node.pointer}/responses`, message });
    }
    if (instead !== undefined) return this.#answer(this.#response(node, instead));
    return { schemaName: undefined, properties: [], mismatches: () => [] };
  }

  #response(node: LocatedObject, status: string): Located {
    const response = this.document.member(node, 'responses', status);
    if (response === undefined) throw this.document.error(node.pointer, `expected a ${status} response`);
    return response;
  }

  #answer(response: Located, bodyless = false): Answer {
    const content = bodyless ? undefined : this.#content(response);
    if (content === undefined) {
      return {
        schemaName: undefined,
        properties: [],
        mismatches: (value) => (value === undefined ? [] : [mismatch('nothing', value)]),
      };
    }
    const { mismatches } = this.#schemas.judge(content.schema);
    return {
      schemaName: schemaNameOf(this.document.resolve(content.schema).pointer),
      properties: propertiesOf(this.document, content.schema),
      mismatches,
    };
  }

  #content(owner: Located): { mediaType: string; schema: Located } | undefined {
    const contents = this.document.members(this.document.member(owner, 'content'));
    if (contents.length === 0) return undefined;
    const json =
      contents.find(([name]) => /^application\/(.+\+)?json\b/i.test(name)) ??
      contents.find(([name]) => /^(\*|application)\/\*/.test(name));
    const schema = json === undefined ? undefined : this.document.member(json[1], 'schema');
    if (json === undefined || schema === undefined) {
      throw this.document.error(`${owner.pointer}/content`, 'expected JSON content with a schema');
    }
    return { mediaType: json[0].includes('*') ? 'application/json' : json[0], schema };
  }
}

function mismatch(demanded: string, value: unknown): Mismatch {
  return { instancePath: '', rule: { keyword: 'content', demands: [demanded], seen: kindOf(value) } };
}
