import { describe, expect, test } from 'vitest';
import { importsOf, type Source, sourceAt, sourcesIn } from './sources.js';

const shipped = ['cli', 'src', 'fixtures', 'tests', 'emulator'];
const config = sourceAt('playwright.config.ts');

/** Which folders a folder may import from, itself included: tests -> fixtures -> src, and the emulator apart. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  tests: ['tests', 'fixtures', 'src'],
  fixtures: ['fixtures', 'src'],
  src: ['src'],
  cli: ['src'],
  emulator: ['emulator'],
};

/** Imports across folders that the rule does not allow: `from -> to`. */
function breaches(sources: readonly Source[], to: readonly string[]): string[] {
  return sources.flatMap((source) =>
    importsOf(source)
      .filter((name) => name.endsWith('.js'))
      .filter((name) => !to.includes(name.split('/')[0] ?? ''))
      .map((name) => `${source.path} -> ${name}`),
  );
}

describe('imports point one way', () => {
  test.each(Object.entries(allowed))('%s imports from %j only', (folder, to) => {
    const sources = sourcesIn(folder);

    expect(sources.length).toBeGreaterThan(0);
    expect(breaches(sources, to)).toEqual([]);
  });

  test('a breach of the rule would be found', () => {
    const text = "import { a } from '../../emulator/clock.js';\nexport * from './near.js';\n";
    const source = { path: 'src/otp/x.ts', text: `${text}const b = await import('../../tests/y.js');\n` };

    expect(importsOf(source)).toEqual(['emulator/clock.js', 'src/otp/near.js', 'tests/y.js']);
    expect(breaches([source], ['src'])).toEqual([
      'src/otp/x.ts -> emulator/clock.js',
      'src/otp/x.ts -> tests/y.js',
    ]);
  });

  test('the plain modules know nothing of Playwright, but where it is started', () => {
    const users = sourcesIn('src').filter((source) =>
      importsOf(source).some((name) => /^@?playwright\b/.test(name)),
    );

    expect(users.map(({ path }) => path)).toEqual(['src/cli/playwright-process.ts']);
  });

  test('the tests take their vocabulary from the fixtures alone', () => {
    const direct = sourcesIn('tests').filter((source) =>
      importsOf(source).some((name) => !/\.js$/.test(name) && !/^node:/.test(name)),
    );

    expect(direct.map(({ path }) => path)).toEqual([]);
  });

  test('the emulator is a program to the suite, found by its path in one place', () => {
    const naming = sourcesIn('src', 'fixtures', 'tests')
      .filter(({ text }) => /['"`](?:[./\w]*\/)?emulator(?:\/[\w./-]*)?['"`],?\s*['"`]main\.js/.test(text))
      .map(({ path }) => path);

    expect(naming).toEqual(['src/cli/emulator-process.ts']);
  });
});

describe('what is installed with the package', () => {
  const manifest: unknown = JSON.parse(sourceAt('package.json').text);
  const declared = namesIn(manifest, 'dependencies');
  const imported = new Set(
    [...sourcesIn(...shipped), config]
      .flatMap(importsOf)
      .filter((name) => !name.endsWith('.js') && !name.startsWith('node:')),
  );

  test('is all that its modules import', () => {
    expect([...imported].filter((name) => !declared.includes(name))).toEqual([]);
  });

  test('is nothing that none of them imports', () => {
    // Held at a version that runs on Node 20, for fastify; and types, which a later import would need.
    const held = ['light-my-request', 'openapi-types'];

    expect(declared.filter((name) => !imported.has(name) && !held.includes(name))).toEqual([]);
  });
});

function namesIn(manifest: unknown, key: string): string[] {
  if (typeof manifest !== 'object' || manifest === null) return [];
  const member: unknown = Object.entries(manifest).find(([name]) => name === key)?.[1];
  return typeof member === 'object' && member !== null ? Object.keys(member) : [];
}
