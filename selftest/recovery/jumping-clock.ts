import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `env` makes a process and its children read from a file how far to shift `Date`, but not timers. */
export function jumpingClock(folder: string) {
  const file = join(folder, 'clock-offset');
  const module = join(folder, 'clock.mjs');
  const set = (ms: number): void => writeFileSync(file, String(ms));
  set(0);
  writeFileSync(
    module,
    `import { readFileSync } from 'node:fs';
const Real = Date;
const now = () => Real.now() + Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
globalThis.Date = new Proxy(Real, {
  apply: () => new Real(now()).toString(),
  construct: (_, args, newTarget) => Reflect.construct(Real, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
`,
  );
  return { set, env: { NODE_OPTIONS: `--import=${module}` } };
}
