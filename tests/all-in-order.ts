import { readdirSync } from 'node:fs';
import { declareInOrder, keepTests } from '../fixtures/index.js';

// Playwright loads this file in place of the spec files. It declares their tests in the suite's own order.
keepTests();
const specs = readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.spec\.[jt]s$/.test(name))
  .sort();
for (const name of specs) await import(new URL(name.replaceAll('\\', '/'), import.meta.url).href);
declareInOrder();
