import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The emulator's configuration, as shown by its control port. */
export interface State {
  readonly cluster: {
    readonly enabled: boolean;
    readonly authenticationTypes?: readonly string[] | undefined;
  };
  readonly support: { readonly enabled: boolean };
}

export async function stateOf({ control }: { readonly control: string }): Promise<State> {
  const state: unknown = await (await fetch(`${control}/state`)).json();
  if (isState(state)) return asSet(state);
  throw new Error(`The emulator has the state ${JSON.stringify(state)}`);
}

/** authenticationTypes is a set: its order is not state. */
function asSet(state: State): State {
  const { authenticationTypes: types } = state.cluster;
  return { ...state, cluster: { ...state.cluster, authenticationTypes: types && [...types].sort() } };
}

function isState(value: unknown): value is State {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['cluster', 'support'].every((name) => isSwitch(Object.entries(value).find(([key]) => key === name)?.[1]))
  );
}

const isSwitch = (value: unknown) =>
  typeof value === 'object' && value !== null && 'enabled' in value && typeof value.enabled === 'boolean';

/** Waits until it holds, without a time limit of its own. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(25);
}

/** Paths of the open journals below a state folder. */
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

/** The fields after the program's name: its state, the parent's id, … */
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
