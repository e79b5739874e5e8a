import SwaggerParser from '@apidevtools/swagger-parser';
import type { OpenAPIV3 } from 'openapi-types';
import { isObject, messageOf, type SourceDocument, tokensOf } from './document.js';
import { excerpt } from './excerpt.js';

/**
 * Holds the operations used against the OpenAPI 3.0 specification.
 *
 * @throws ConfigurationError with the place of the fault
 */
export async function requireValid(document: SourceDocument, operations: readonly string[]): Promise<void> {
  const { openapi } = document.root;
  if (typeof openapi !== 'string' || !/^3\.0\.[0-4]$/.test(openapi)) {
    throw document.error('/openapi', 'wanted an OpenAPI 3.0 document (openapi: "3.0.x")');
  }
  const version = document.find('/info/version');
  if (typeof version?.value !== 'string')
    throw document.error('/info/version', 'wanted a string; quote a number');
  const part: unknown = excerpt(document, operations);
  if (!isOpenApi3(part)) throw document.error('', 'wanted the objects info and paths');
  try {
    // Validation dereferences in place; the excerpt is a copy already. References out of the document are not followed.
    await SwaggerParser.validate(part, { resolve: { external: false } });
  } catch (error) {
    const fault = deepestOf(error);
    if (fault === undefined) throw document.error('', messageOf(error), error);
    throw document.error(
      originOf(document, fault.instancePath),
      `not valid OpenAPI: ${fault.message}`,
      error,
    );
  }
}

function isOpenApi3(value: unknown): value is OpenAPIV3.Document {
  return (
    isObject(value) &&
    typeof value['openapi'] === 'string' &&
    isObject(value['info']) &&
    isObject(value['paths'])
  );
}

interface Fault {
  readonly instancePath: string;
  readonly message: string;
}

/**
 * The specification's schema offers alternatives everywhere, so that one typing error fails many of them on the
 * way up; the deepest is nearest to it.
 */
function deepestOf(error: unknown): Fault | undefined {
  const details =
    error instanceof Error && 'details' in error && Array.isArray(error.details) ? error.details : [];
  const faults = details.filter(isFault).map(({ instancePath, message, ...more }) => {
    const name = 'params' in more && isObject(more.params) ? more.params['additionalProperty'] : undefined;
    return { instancePath, message: typeof name === 'string' ? `${message} (${name})` : message };
  });
  const depth = (fault: Fault) => tokensOf(fault.instancePath).length;
  return faults.sort((one, other) => depth(other) - depth(one))[0];
}

function isFault(value: unknown): value is Fault {
  return isObject(value) && typeof value['instancePath'] === 'string' && typeof value['message'] === 'string';
}

/** The pointer of the validated copy, where references are in place, as one of the document. */
function originOf(document: SourceDocument, pointer: string): string {
  return document.find(pointer)?.pointer ?? pointer;
}
