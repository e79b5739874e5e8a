import type { CoverageParts } from '../../base/model/event.js';
import type { Contract } from './contract.js';
import type { OperationId } from './operations.js';
import { isObject, pointerTo, tokensOf } from './pointers.js';

/** Returns all that traffic could show, by the keys of the verdict's coverage. */
export function coverageUniverse(contract: Contract): CoverageParts {
  const operations = [...contract.operations.values()];
  const answers = operations.flatMap(({ id, success, error }) => [
    { key: `${id} ${success.status}`, answer: success },
    { key: `${id} default`, answer: error },
  ]);
  const properties = answers.flatMap(({ key, answer }) =>
    answer.properties.map((one) => `${key} ${one.pointer}`),
  );
  const enumValues = answers.flatMap(({ answer }) =>
    answer.properties.flatMap(({ schema, name, enumValues: values }) =>
      values.map((value) => `${schema}.${name}=${value}`),
    ),
  );
  // A call may succeed with each accepted credential and fail with or without it.
  const calls = operations.flatMap(({ id, success, security }) => [
    ...(security.length === 0 ? ['none'] : security).map((scheme) => `${id} ${success.status} ${scheme}`),
    ...[...security, 'none'].map((scheme) => `${id} default ${scheme}`),
  ]);
  return {
    operations: operations.map(({ id }) => id),
    responses: answers.map(({ key }) => key),
    properties: unique(properties),
    enumValues: unique(enumValues),
    credentials: [...contract.credentials, 'none'],
    calls,
  };
}

/** A property counts even if it is null. */
export function seenIn(contract: Contract, operationId: OperationId, status: number, body: unknown) {
  const found = answerOf(contract, operationId, status);
  const properties: string[] = [];
  const enumValues: string[] = [];
  for (const property of found?.answer.properties ?? []) {
    const values = valuesAt(body, tokensOf(property.pointer));
    if (values.length > 0) properties.push(`${found?.key} ${property.pointer}`);
    const texts = new Set(values.flat().map((value) => (typeof value === 'object' ? '' : String(value))));
    for (const value of property.enumValues) {
      if (texts.has(value)) enumValues.push(`${property.schema}.${property.name}=${value}`);
    }
  }
  return { properties: unique(properties), enumValues: unique(enumValues) };
}

function answerOf(contract: Contract, id: OperationId, status: number) {
  const { success, error } = contract.operations.get(id) ?? {};
  if (success?.status === status) return { answer: success, key: `${id} ${status}` };
  return error === undefined || status < 400 ? undefined : { answer: error, key: `${id} default` };
}

function valuesAt(value: unknown, [token, ...rest]: readonly string[]): unknown[] {
  if (token === undefined) return value === undefined ? [] : [value];
  if (Array.isArray(value))
    return token === '*' ? value.flatMap((item: unknown) => valuesAt(item, rest)) : [];
  return isObject(value) && Object.hasOwn(value, token) ? valuesAt(value[token], rest) : [];
}

const unique = (keys: readonly string[]): string[] => [...new Set(keys)];

/** An answer with more undocumented parts follows another document. */
const longestList = 20;

/** Names properties by `operationId status /pointer`, and values by `Schema.property=value`. */
export function undocumentedIn(
  contract: Contract,
  operationId: OperationId,
  status: number,
  body: unknown,
): string[] {
  const answered = answerOf(contract, operationId, status);
  if (answered?.answer.schemaName === undefined) return [];
  const { key, answer } = answered;
  const { properties } = answer;
  const known = new Set(properties.map(({ pointer }) => pointer));
  // A property without documented members may hold any members.
  const isOpen = (at: string) => at !== '' && ![...known].some((pointer) => pointer.startsWith(`${at}/`));
  const found = new Set<string>();
  const visit = (value: unknown, at: string): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, `${at}/*`);
      return;
    }
    if (!isObject(value) || isOpen(at)) return;
    for (const [name, inner] of Object.entries(value)) {
      const pointer = pointerTo(at, name);
      if (known.has(pointer)) visit(inner, pointer);
      else found.add(`${key} ${pointer}`);
    }
  };
  visit(body, '');
  for (const { pointer, schema, name, enumValues } of properties) {
    if (enumValues.length === 0) continue;
    for (const value of valuesAt(body, tokensOf(pointer)).flat()) {
      if (typeof value === 'string' && !enumValues.includes(value)) found.add(`${schema}.${name}=${value}`);
    }
  }
  return [...found].slice(0, longestList);
}
