import { expect, test } from 'vitest';
import { sourceAt } from '../structure/sources.js';

const { text } = sourceAt('spec/target.schema.json');

function walk(value: unknown, path: string, visit: (node: object, path: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  visit(value, path);
  for (const [key, child] of Object.entries(value)) walk(child, `${path}/${key}`, visit);
}

test('no object of the schema lets an unknown key pass', () => {
  const open: string[] = [];
  walk(JSON.parse(text), '', (node, path) => {
    // The conditions only select the kind of mail; the schemas that they select are closed.
    if (path.endsWith('/if') || path === '/properties/mail') return;
    const closed = 'additionalProperties' in node && node.additionalProperties === false;
    if ('properties' in node && 'type' in node && !closed) open.push(path);
  });

  expect(open).toEqual([]);
});

test('every key has a description', () => {
  const definitions: unknown = JSON.parse(text).$defs;
  const silent: string[] = [];
  walk(JSON.parse(text), '', (node, path) => {
    if (!/\/properties\/[^/]+$/.test(path) || path.endsWith('/kind') || path.includes('/if/')) return;
    const name = '$ref' in node ? String(node.$ref).replace('#/$defs/', '') : '';
    const definition = Object(definitions)[name];
    if (!('description' in node) && definition?.description === undefined) silent.push(path);
  });

  expect(silent).toEqual([]);
});
