// Gives each requirement a row in spec/uses.json, in the catalogue's order. The row makes its id a type, so a
// mistyped id doesn't compile. A new row is null until `npm run generate -- uses` has recorded what its test
// touches.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const spec = new URL('../spec/', import.meta.url);
const folder = new URL('requirements/', spec);
const file = new URL('uses.json', spec);
const uses = JSON.parse(readFileSync(file, 'utf8'));
const rows = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .flatMap((name) => parse(readFileSync(new URL(name, folder), 'utf8')).requirements)
  .map(({ id }) => `  ${JSON.stringify(id)}: ${JSON.stringify(uses[id] ?? null)}`);
writeFileSync(file, `{\n${rows.join(',\n')}\n}\n`);
