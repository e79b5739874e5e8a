import { describe, expect, test } from 'vitest';
import { rooms, roomsTable } from './rooms.js';
import { importsOf, type Source, sourceAt, sourcesIn } from './sources.js';

const shipped = ['cli', 'src', 'fixtures', 'tests', 'emulator'];
const config = sourceAt('playwright.config.ts');

/** The folders from which a folder may import, itself included: tests -> fixtures -> src, and the emulator alone. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  tests: ['tests', 'fixtures'],
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
    const text = "import { a } from '../../../emulator/clock.js';\nexport * from './near.js';\n";
    const path = 'src/wire/otp/x.ts';
    const source = { path, text: `${text}const b = await import('../../../tests/y.js');\n` };

    expect(importsOf(source)).toEqual(['emulator/clock.js', 'src/wire/otp/near.js', 'tests/y.js']);
    expect(breaches([source], ['src'])).toEqual([`${path} -> emulator/clock.js`, `${path} -> tests/y.js`]);
  });

  test('the plain modules do not import Playwright, except where it is started', () => {
    const isPlaywright = (name: string) => /^@?playwright\b/.test(name);
    const users = sourcesIn('src').filter((source) => importsOf(source).some(isPlaywright));

    expect(users.map(({ path }) => path)).toEqual(['src/cli/playwright-process.ts']);
  });

  test('one file sleeps on the way to a target, for all tests', () => {
    const timers = /\bnode:timers|(?<![.\w])setTimeout\((?!ms: number)|AbortSignal\.timeout/;
    const sleeping = sourcesIn('src/target', 'fixtures', 'tests').filter(({ text }) => timers.test(text));

    expect(sleeping.map(({ path }) => path)).toEqual(['src/target/sleep.ts']);
  });

  test('a spec imports the vocabulary, and files of its own folder', () => {
    const isOwn = (path: string, name: string) =>
      name.startsWith('node:') ||
      name === 'fixtures/index.js' ||
      name.split('/').slice(0, -1).join('/') === path.split('/').slice(0, -1).join('/');
    const others = sourcesIn('tests').flatMap((source) =>
      importsOf(source)
        .filter((name) => !isOwn(source.path, name))
        .map((name) => `${source.path} -> ${name}`),
    );

    expect(others).toEqual([]);
  });

  test('the suite knows the emulator only as a program, by its path in one place', () => {
    const naming = sourcesIn('src', 'fixtures', 'tests')
      .filter(({ text }) => /['"`](?:[./\w]*\/)?emulator(?:\/[\w./-]*)?['"`],?\s*['"`]main\.js/.test(text))
      .map(({ path }) => path);

    expect(naming).toEqual(['src/cli/emulator-process.ts']);
  });
});

describe('the rooms of src/', () => {
  const sources = sourcesIn('src');
  const names = rooms.map(({ name }) => name);

  test('are those of the table', () => {
    expect([...new Set(sources.map(({ path }) => roomOf(path)))].sort()).toEqual([...names].sort());
  });

  test('lie in the wings of the table, each with a README', () => {
    const places = new Map(sources.map(({ path }) => [roomOf(path), path.split('/')[1]]));

    expect(rooms.filter(({ name, wing }) => places.get(name) !== wing)).toEqual([]);
    for (const wing of new Set(rooms.map((room) => room.wing))) {
      expect(sourceAt(`src/${wing}/README.md`).text.split('\n').length).toBeLessThanOrEqual(12);
    }
  });

  test('import only from rooms below them', () => {
    const upward = rooms.flatMap(({ name, imports }) =>
      imports
        .filter((other) => names.indexOf(other) >= names.indexOf(name) || !names.includes(other))
        .map((other) => `${name} -> ${other}`),
    );

    expect(upward).toEqual([]);
  });

  test('import exactly the listed rooms', () => {
    const found = new Map(names.map((name) => [name, new Set<string>()]));
    for (const source of sources) {
      for (const path of importsWithin(source)) found.get(roomOf(source.path))?.add(roomOf(path));
    }

    for (const { name, imports } of rooms) {
      const others = [...(found.get(name) ?? [])].filter((other) => other !== name);
      expect({ [name]: others.sort() }).toEqual({ [name]: [...imports].sort() });
    }
  });

  test('are shown in docs/architecture.md', () => {
    const squeezed = (text: string) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

    expect(squeezed(sourceAt('docs/architecture.md').text)).toContain(squeezed(roomsTable()));
  });
});

describe('no file imports itself through others', () => {
  test.each(['src', 'fixtures', 'tests', 'cli', 'emulator'])('%s', (folder) => {
    const graph = new Map(sourcesIn(folder).map((source) => [source.path, importsWithin(source)]));

    expect(circleIn(graph)).toEqual([]);
  });

  test('a circle would be found', () => {
    const graph = new Map(Object.entries({ a: ['b'], b: ['c'], c: ['b'] }));

    expect(circleIn(graph)).toEqual(['b', 'c', 'b']);
  });
});

const manifest: Readonly<Record<'dependencies' | 'peerDependencies', object>> = JSON.parse(
  sourceAt('package.json').text,
);
const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
const imported = new Set(
  [...sourcesIn(...shipped), config]
    .flatMap(importsOf)
    .filter((name) => !/\.js(on)?$/.test(name) && !name.startsWith('node:')),
);

test('the package depends on all that its modules import', () => {
  expect([...imported].filter((name) => !declared.includes(name))).toEqual([]);
});

test('the package depends only on what its modules import', () => {
  // package.json names light-my-request to fix its version for Node 20, and openapi-types for its types.
  const held = ['light-my-request', 'openapi-types'];

  expect(declared.filter((name) => !imported.has(name) && !held.includes(name))).toEqual([]);
});

/** The room of a file: `src/cli/x.ts` is in cli, `src/wire/otp/x.ts` in otp. */
function roomOf(path: string): string {
  const [, wing = '', room = ''] = path.split('/');
  return wing === 'cli' ? wing : room.replace(/\.[jt]s$/, '');
}

function importsWithin(source: Source): string[] {
  const folder = `${source.path.split('/')[0]}/`;
  return importsOf(source)
    .filter((name) => name.startsWith(folder) && name.endsWith('.js'))
    .map((name) => name.replace(/\.js$/, '.ts'));
}

function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] => {
    const at = way.indexOf(file);
    if (at >= 0) return [...way.slice(at), file];
    if (done.has(file)) return [];
    done.add(file);
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...way, file]);
      if (circle.length > 0) return circle;
    }
    return [];
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
