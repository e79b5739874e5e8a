import { readdirSync } from 'node:fs';
import { declareInOrder, keepTests } from '../fixtures/index.js';

// Runs in place of the spec files: it declares their tests in the order that finds faults soonest.
keepTests();
const specs = readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.spec\.[jt]s$/.test(name))
  .sort();
for (const name of specs) await import(new URL(name.replaceAll('\\', '/'), import.meta.url).href);
declareInOrder();
