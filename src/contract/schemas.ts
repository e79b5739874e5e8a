import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import type { Anomaly, Judge } from './contract.js';
import {
  isObject,
  type JsonObject,
  type Located,
  messageOf,
  pointerTo,
  type SourceDocument,
} from './document.js';
import { type Broken, mismatchesOf } from './mismatches.js';

/** Members of an OpenAPI schema that describe and don't judge; strict Ajv would refuse most of them. */
const annotations = new Set([
  'title',
  'description',
  'default',
  'example',
  'externalDocs',
  'xml',
  'discriminator',
  'readOnly',
  'writeOnly',
  'deprecated',
]);

/** Turns the schemas of one document into judges: translated at once, compiled at first use. */
export class SchemaCompiler {
  readonly #document: SourceDocument;
  readonly #ajv: Ajv;
  /** Translated schemas by the pointer of what they were translated from. */
  readonly #translated = new Map<string, JsonObject>();
  readonly #origins = new WeakMap<object, string>();
  readonly #compilations = new Map<string, () => ValidateFunction>();
  readonly #anomalies = new Map<string, Anomaly>();

  constructor(document: SourceDocument) {
    this.#document = document;
    // Patterns of OpenAPI 3.0 are of ECMA 262 5.1, which has no Unicode mode. Verbose: an error then names the
    // schema object it comes from, which leads back to the document.
    this.#ajv = new Ajv({
      strict: true,
      allErrors: true,
      coerceTypes: false,
      unicodeRegExp: false,
      verbose: true,
      logger: false,
    });
    ajvFormats.default(this.#ajv);
  }

  get anomalies(): readonly Anomaly[] {
    return [...this.#anomalies.values()];
  }

  /** @throws ConfigurationError for a schema that contains itself */
  judge(schema: Located): Judge {
    const { pointer } = this.#document.resolve(schema);
    const translated = this.#translate(schema, []);
    if (!this.#compilations.has(pointer)) {
      let compiled: ValidateFunction | undefined;
      this.#compilations.set(pointer, () => {
        compiled ??= this.#compile(translated, pointer);
        return compiled;
      });
    }
    return {
      mismatches: (value) => {
        const validate = this.#compilations.get(pointer)?.();
        if (validate === undefined || validate(value)) return [];
        return mismatchesOf((validate.errors ?? []).map((error) => this.#broken(error)));
      },
    };
  }

  /** @throws ConfigurationError naming the schema that does not compile */
  compileAll(): void {
    for (const compile of this.#compilations.values()) compile();
  }

  #compile(schema: JsonObject, pointer: string): ValidateFunction {
    try {
      return this.#ajv.compile(schema);
    } catch (error) {
      throw this.#document.error(pointer, `the schema cannot be used: ${messageOf(error)}`, error);
    }
  }

  #broken(error: ErrorObject): Broken {
    const rule: JsonObject = error.parentSchema ?? {};
    return { error, rule, pointer: pointerTo(this.#origins.get(rule) ?? '', error.keyword) };
  }

  /** The schema as Ajv wants it: references put in place, annotations left out, OpenAPI's own words reworded. */
  #translate(node: Located, within: readonly string[]): JsonObject {
    const { value, pointer } = this.#document.resolve(node);
    if (!isObject(value)) throw this.#document.error(pointer, 'is no schema');
    if (within.includes(pointer)) throw this.#document.error(pointer, 'the schema contains itself');
    const known = this.#translated.get(pointer);
    if (known !== undefined) return known;

    const inside = [...within, pointer];
    const child = (childValue: unknown, ...tokens: string[]) =>
      this.#translate({ value: childValue, pointer: pointerTo(pointer, ...tokens) }, inside);
    const result: Record<string, unknown> = {};
    for (const [keyword, content] of Object.entries(value)) {
      if (annotations.has(keyword) || keyword.startsWith('x-')) continue;
      if (keyword === 'properties' && isObject(content)) {
        const entries = Object.entries(content).map(([name, part]) => [name, child(part, keyword, name)]);
        result[keyword] = Object.fromEntries(entries);
      } else if (Array.isArray(content) && ['allOf', 'anyOf', 'oneOf'].includes(keyword)) {
        result[keyword] = content.map((part: unknown, index) => child(part, keyword, String(index)));
      } else if (isObject(content) && ['items', 'not', 'additionalProperties'].includes(keyword)) {
        result[keyword] = child(content, keyword);
      } else {
        result[keyword] = content;
      }
    }
    this.#reword(result, pointer);
    this.#translated.set(pointer, result);
    this.#origins.set(result, pointer);
    return result;
  }

  #reword(schema: Record<string, unknown>, pointer: string): void {
    // Without a type, nullable has no effect (OpenAPI 3.0.3), and Ajv refuses it.
    if (schema['nullable'] !== true || schema['type'] === undefined) delete schema['nullable'];
    const values = schema['enum'];
    if (schema['nullable'] === true && Array.isArray(values) && !values.includes(null)) {
      schema['enum'] = [...values, null];
      const message = 'nullable, but null is not among the values; null is accepted';
      this.#anomalies.set(pointer, { pointer: pointerTo(pointer, 'enum'), message });
    }
    // Formats are open: one that nobody knows judges nothing.
    const format = schema['format'];
    if (typeof format === 'string' && this.#ajv.formats[format] === undefined) delete schema['format'];
    for (const [flag, limit] of [
      ['exclusiveMinimum', 'minimum'],
      ['exclusiveMaximum', 'maximum'],
    ] as const) {
      if (typeof schema[flag] !== 'boolean') continue;
      const exclusive = schema[flag];
      delete schema[flag];
      if (!exclusive || schema[limit] === undefined) continue;
      schema[flag] = schema[limit];
      delete schema[limit];
    }
  }
}
