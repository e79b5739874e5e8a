import { Ajv, type AnySchema } from 'ajv';

// The validator of documents compiles OpenAPI's own schema again for each document: most of the time of these tests.
const core: Pick<Ajv, 'compile'> = Object.getPrototypeOf(Ajv.prototype);
const { compile } = core;
const known = new Map<string, ReturnType<typeof compile>>();

Reflect.set(core, 'compile', function compileOnce(this: Ajv, schema: AnySchema, isMeta?: boolean) {
  const { id = '', $id = id } = Object(schema);
  const isOpenApi = String($id).startsWith('https://spec.openapis.org/');
  const compiled = (isOpenApi && known.get($id)) || compile.call(this, schema, isMeta);
  if (isOpenApi) known.set($id, compiled);
  return compiled;
});
