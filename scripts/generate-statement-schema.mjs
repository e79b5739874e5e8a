// Writes the claims of spec/claims.yaml to spec/statement.schema.json, for editors and authors of statements.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const at = (name) => new URL(`../spec/${name}`, import.meta.url);
const file = at('statement.schema.json');
const { claims } = parse(readFileSync(at('claims.yaml'), 'utf8'));
const schema = JSON.parse(readFileSync(file, 'utf8'));
schema.properties.claims.properties = Object.fromEntries(
  claims.map(({ name, text, true: whenTrue, count }) => [
    name,
    count === undefined
      ? { type: 'boolean', description: `${text} True: ${whenTrue}` }
      : {
          anyOf: [{ type: 'boolean' }, { type: 'integer', minimum: 1 }],
          description: `${text} True: ${whenTrue} A number: within a number of ${count.unit}.`,
        },
  ]),
);
writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
execFileSync(process.execPath, [biome, 'format', '--write', fileURLToPath(file)], {
  stdio: 'ignore',
});
