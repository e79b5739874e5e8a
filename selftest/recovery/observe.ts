import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { jsonOf, objectOf, type Shaped, shapes } from '../../src/base/shape.js';

const isState = objectOf({
  cluster: objectOf(
    { enabled: shapes.flag, authenticationTypes: shapes.orNull(shapes.listOf(shapes.text)) },
    ['authenticationTypes'],
  ),
  support: objectOf({ enabled: shapes.flag }),
});

export type State = Shaped<typeof isState>;

export async function stateOf({ control }: { readonly control: string }): Promise<State> {
  const text = await (await fetch(`${control}/state`)).text();
  const state = jsonOf(text, isState);
  if (state === undefined) throw new Error(`The emulator has the state ${text}`);
  const { authenticationTypes: types } = state.cluster;
  // authenticationTypes is a set, so its order is not part of the state.
  return {
    ...state,
    cluster: { ...state.cluster, ...(types && { authenticationTypes: [...types].sort() }) },
  };
}

/** Waits until a condition holds, without a time limit of its own. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(25);
}

export function journalsIn(stateDir: string): string[] {
  if (!existsSync(stateDir)) return [];
  return readdirSync(stateDir, { recursive: true, encoding: 'utf8' }).filter(
    (path) => basename(path) === 'journal.json',
  );
}

/** All descendants of a process, from /proc. */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid);
}

/** The fields after the program's name: the process's state, the parent's id, … */
function statOf(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

const parentOf = (pid: number) => Number(statOf(pid)[1] ?? -1);

export const isAlive = (pid: number) => !['Z', 'X', undefined].includes(statOf(pid)[0]);
