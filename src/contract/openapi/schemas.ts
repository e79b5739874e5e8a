import { createContext, Script } from 'node:vm';
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { ConfigurationError, reasonOf } from '../../base/errors.js';
import { ajv, ajv2020, ajvFormats } from '../../base/libraries.js';
import type { BrokenRule } from '../../base/model/breach.js';
import type { Anomaly, Judge, Mismatch } from './contract.js';
import type { SourceDocument } from './document.js';
import { isObject, type JsonObject, type Located, pointerTo } from './pointers.js';

/** Reasonable patterns need a thousandth of this time. */
const longestMs = 1_000;

/** Ajv's time grows with the square of the alternatives. */
const mostAlternatives = 500;

const scope = createContext({ pattern: /(?:)/, text: '' });
const match = new Script('pattern.test(text)');

/** A document may be hostile, so matching has a time limit. @throws ConfigurationError (from `test`) */
function bounded(source: string, flags: string) {
  const pattern = new RegExp(source, flags);
  return {
    test(text: string): boolean {
      scope['pattern'] = pattern;
      scope['text'] = text;
      const started = process.cpuUsage();
      for (;;) {
        try {
          return Boolean(match.runInContext(scope, { timeout: longestMs }));
        } catch (error) {
          // The error may come from another realm, so `instanceof` fails.
          if (!isObject(error) || error['code'] !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        }
        // On a busy machine the time may pass without work, so only processor time counts.
        const { user, system } = process.cpuUsage(started);
        if (user + system < (longestMs * 1_000) / 2) continue;
        throw new ConfigurationError(
          `The document's pattern ${pattern.source} takes more than ${longestMs / 1000} s on ${text.length} ` +
            'characters (catastrophic backtracking): write it without nested repetitions.',
        );
      }
    },
    toString: () => String(pattern),
  };
}

const boundedPattern = Object.assign(bounded, { code: 'new RegExp' });

/** Members that only describe; strict Ajv refuses most of them. */
const annotations = new Set([
  ...['title', 'description', 'default', 'example', 'examples', 'externalDocs', 'xml', 'discriminator'],
  ...['readOnly', 'writeOnly', 'deprecated'],
]);

const keywords31 = new Set([
  ...['type', 'enum', 'const', 'nullable', 'allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'],
  ...['properties', 'patternProperties', 'additionalProperties', 'propertyNames', 'required'],
  ...['dependentRequired', 'dependentSchemas', 'minProperties', 'maxProperties', 'unevaluatedProperties'],
  ...['items', 'prefixItems', 'contains', 'minContains', 'maxContains', 'uniqueItems', 'unevaluatedItems'],
  ...['minItems', 'maxItems', 'minLength', 'maxLength', 'pattern', 'format', 'multipleOf'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
]);

/** Keywords whose value is one schema, a list of schemas (`listed`), or schemas by name (`mapped`). */
const single = new Set([
  ...['items', 'not', 'additionalProperties', 'if', 'then', 'else', 'propertyNames', 'contains'],
  ...['unevaluatedProperties', 'unevaluatedItems'],
]);
const listed = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const mapped = new Set(['properties', 'patternProperties', 'dependentSchemas']);

export interface Dialect {
  readonly version: '3.0' | '3.1';
  /** Refuses careless schemas, for the suite's own documents. */
  readonly strict: boolean;
}

export class SchemaCompiler {
  readonly #document: SourceDocument;
  readonly #version: Dialect['version'];
  readonly #ajv: Ajv | Ajv2020;
  readonly #translated = new Map<string, JsonObject>();
  /** The Ajv names of schemas that references lead to. */
  readonly #shared = new Map<JsonObject, string>();
  #alternatives = 0;
  readonly #compilations = new Map<string, () => ValidateFunction>();
  readonly #anomalies = new Map<string, Anomaly>();

  constructor(document: SourceDocument, dialect: Dialect) {
    this.#document = document;
    this.#version = dialect.version;
    // Patterns of OpenAPI 3.0 follow ECMA 262 5.1, without Unicode mode. `verbose` adds the rule to errors.
    const options = {
      ...(dialect.strict
        ? // The suite's own documents: self-tests check them by the meta schema, which takes long to compile.
          { strict: true, meta: false, validateSchema: false }
        : { strictSchema: true, strictTypes: false, strictTuples: false, strictRequired: false }),
      allErrors: true,
      coerceTypes: false,
      unicodeRegExp: dialect.version === '3.1',
      verbose: true,
      code: { regExp: boundedPattern },
      logger: false,
      // Copies of schemas with many references would multiply.
      inlineRefs: false,
    } as const;
    this.#ajv = dialect.version === '3.1' ? new (ajv2020().Ajv2020)(options) : new (ajv().Ajv)(options);
    ajvFormats().default(this.#ajv);
  }

  get anomalies(): readonly Anomaly[] {
    return [...this.#anomalies.values()];
  }

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
        return mismatchesOf(validate.errors ?? []);
      },
    };
  }

  compileAll(): void {
    for (const compile of this.#compilations.values()) compile();
  }

  #compile(schema: JsonObject, pointer: string): ValidateFunction {
    try {
      return this.#ajv.compile(schema);
    } catch (error) {
      throw this.#document.error(pointer, `the schema can't be used: ${reasonOf(error)}`, error);
    }
  }

  /** Ajv compiles the target of references once for all of them. */
  #inner(node: Located, within: readonly string[]): JsonObject {
    const translated = this.#translate(node, within);
    if (!isObject(node.value) || typeof node.value['$ref'] !== 'string') return translated;
    const known = this.#shared.get(translated);
    if (known !== undefined) return { $ref: known };
    const name = `shared-${this.#shared.size}`;
    this.#shared.set(translated, name);
    this.#ajv.addSchema(translated, name, undefined, false);
    return { $ref: name };
  }

  /** Expands references, drops annotations and rewrites OpenAPI's keywords. */
  #translate(node: Located, within: readonly string[]): JsonObject {
    const beside = this.#version === '3.1' ? besideReference(node.value) : undefined;
    if (beside !== undefined) {
      const target = this.#inner({ value: beside.reference, pointer: node.pointer }, within);
      const rest = this.#translate({ value: beside.rest, pointer: node.pointer }, within);
      return { allOf: [target, rest] };
    }
    const { value, pointer } = this.#document.resolve(node);
    if (value === true) return {};
    if (value === false) return { not: {} };
    if (!isObject(value)) throw this.#document.error(pointer, 'is not a schema');
    if (within.includes(pointer)) throw this.#document.error(pointer, 'the schema contains itself');
    const known = this.#translated.get(pointer);
    if (known !== undefined) return known;

    const inside = [...within, pointer];
    const child = (childValue: unknown, ...tokens: string[]) =>
      this.#inner({ value: childValue, pointer: pointerTo(pointer, ...tokens) }, inside);
    const result: Record<string, unknown> = {};
    this.#countAlternatives(value, pointer);
    for (const [keyword, content] of Object.entries(value)) {
      if (annotations.has(keyword) || keyword.startsWith('x-')) continue;
      if (this.#version === '3.1' && !keywords31.has(keyword)) continue;
      if (mapped.has(keyword) && isObject(content)) {
        const entries = Object.entries(content).map(([name, part]) => [name, child(part, keyword, name)]);
        result[keyword] = Object.fromEntries(entries);
      } else if (Array.isArray(content) && listed.has(keyword)) {
        result[keyword] = content.map((part: unknown, index) => child(part, keyword, String(index)));
      } else {
        result[keyword] = single.has(keyword) && isObject(content) ? child(content, keyword) : content;
      }
    }
    const reworded = this.#reword(result, pointer);
    this.#translated.set(pointer, reworded);
    return reworded;
  }

  /** @throws ConfigurationError above the limit: Ajv would need minutes or exhaust the stack */
  #countAlternatives(schema: JsonObject, pointer: string): void {
    for (const keyword of ['anyOf', 'oneOf']) {
      const list = schema[keyword];
      this.#alternatives += Array.isArray(list) ? list.length : 0;
    }
    if (this.#alternatives <= mostAlternatives) return;
    throw this.#document.error(
      pointer,
      `the operations have more than ${mostAlternatives} alternatives (anyOf, oneOf): merge those that differ little`,
    );
  }

  #reword(schema: Record<string, unknown>, pointer: string): JsonObject {
    const nullable = schema['nullable'] === true;
    if (!nullable || schema['type'] === undefined) delete schema['nullable'];
    const values = schema['enum'];
    if (nullable && Array.isArray(values) && !values.includes(null)) {
      schema['enum'] = [...values, null];
      const message = 'nullable, but null is not among the values; null is accepted';
      this.#anomalies.set(pointer, { pointer: pointerTo(pointer, 'enum'), message });
    }
    // An unknown format judges nothing: OpenAPI allows any.
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
    if (!nullable || schema['type'] !== undefined || Object.keys(schema).length === 0) return schema;
    // By OpenAPI 3.0.3 this has no effect, but authors mean that null is allowed.
    const message = 'nullable without a type; null is accepted';
    this.#anomalies.set(pointer, { pointer: pointerTo(pointer, 'nullable'), message });
    return { if: { enum: [null] }, else: schema };
  }
}

function besideReference(value: unknown): { reference: { $ref: string }; rest: JsonObject } | undefined {
  if (!isObject(value) || typeof value['$ref'] !== 'string') return undefined;
  const { $ref, ...rest } = value;
  const judging = Object.keys(rest).some((name) => keywords31.has(name));
  return judging && typeof $ref === 'string' ? { reference: { $ref }, rest } : undefined;
}

/** A value of the wrong type breaks other limits too; these are left out. */
function mismatchesOf(errors: readonly ErrorObject[]): Mismatch[] {
  const placeOf = ({ instancePath, schemaPath }: ErrorObject) =>
    `${instancePath} ${schemaPath.replace(/[^/]*$/, '')}`;
  const wrongTypes = new Set(errors.filter(({ keyword }) => keyword === 'type').map(placeOf));
  const mismatches = errors
    // `if` only repeats the error of its branch.
    .filter(({ keyword }) => keyword !== 'if')
    .filter((error) => error.keyword === 'type' || !wrongTypes.has(placeOf(error)))
    .map((error) => ({ instancePath: error.instancePath, rule: ruleOf(error) }));
  const keyed = mismatches.map((one): [string, Mismatch] => [JSON.stringify(one), one]);
  return [...new Map(keyed).values()];
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function ruleOf({ keyword, schema, params, data, parentSchema: rule = {} }: ErrorObject): BrokenRule {
  const orNull = rule['nullable'] === true && (keyword === 'type' || keyword === 'enum') ? ['null'] : [];
  // Takes only the document's own words, never the value.
  const said: unknown =
    keyword === 'type' ? rule['type'] : keyword === 'required' ? params['missingProperty'] : schema;
  const texts = (Array.isArray(said) ? said : [said]).filter(
    (each) => each !== null && typeof each !== 'object',
  );
  return { keyword, demands: [...texts.map(String), ...orNull], seen: kindOf(data) };
}
