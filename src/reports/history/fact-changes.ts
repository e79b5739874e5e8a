import { isObject } from '../../base/shape.js';
import { cut, duration } from '../../base/words.js';

/** Network delay and the one-second resolution of Date explain a smaller change of the clock's offset. */
const clockNoiseMs = 2000;
/** A time counts as changed if it doubled or halved, by at least this many milliseconds. */
const timeNoiseMs = 500;
const longestValue = 60;

type Facts = Readonly<Record<string, unknown>>;

export const factChanges = (before: Facts, after: Facts, of = ''): string[] =>
  Object.keys(after)
    .filter((name) => Object.hasOwn(before, name))
    .sort()
    .flatMap((name) => sentencesOn(`${of}${name}`, before[name], after[name]));

function sentencesOn(name: string, before: unknown, after: unknown): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const own = (name.startsWith('credential ') ? credential(name) : particular[name])?.(before, after);
  if (own !== undefined) return own;
  if (isObject(before) && isObject(after)) return factChanges(before, after, `${name} `);
  if (typeof before === 'number' && typeof after === 'number') return numberChange(name, before, after);
  return [`${wordsOf(name)} was ${inWords(before)}, and is ${inWords(after)}.`];
}

type Sentences = (before: unknown, after: unknown) => string[] | undefined;

const particular: Readonly<Record<string, Sentences>> = {
  acceptedSteps: (before, after) => {
    const [was, is] = [windowOf(before), windowOf(after)];
    if (was === undefined || is === undefined) return undefined;
    const growth = is.to - is.from - (was.to - was.from);
    const verb = growth > 0 ? 'grew' : growth < 0 ? 'shrank' : 'moved';
    const both = isSymmetric(was) && isSymmetric(is);
    return [
      `The accepted code window ${verb} from ${both ? `±${was.to}` : windowText(was)} to ${windowText(is)}.`,
    ];
  },
  clockOffsetMs: (before, after) => {
    if (before === 'moved' || after === 'moved') return [];
    if (typeof before !== 'number' || typeof after !== 'number') return undefined;
    if (Math.abs(after - before) < clockNoiseMs) return [];
    return [`The target's clock is ${clockText(after)}; before, it was ${clockText(before)}.`];
  },
  throttleAfter: (before, after) => {
    const [was, is] = [throttleText(before), throttleText(after)];
    return was === undefined || is === undefined
      ? undefined
      : [`Wrong codes are ${is}; before, they were ${was}.`];
  },
  credentialModes: (before, after) =>
    isObject(before) && isObject(after) ? factChanges(before, after, 'credential ') : undefined,
};

const credential =
  (name: string): Sentences =>
  (before, after) =>
    [before, after].includes('accepted')
      ? [`The ${name} is ${after === 'accepted' ? 'accepted now' : 'no longer accepted'}.`]
      : undefined;

interface Window {
  readonly from: number;
  readonly to: number;
}

/** Reads `[-1,+1]`: the oldest and the newest time step whose code the target accepts. */
export function windowOf(value: unknown): Window | undefined {
  const match = typeof value === 'string' ? /^\[([+-]?\d+),\s*([+-]?\d+)\]$/.exec(value) : null;
  return match === null ? undefined : { from: Number(match[1]), to: Number(match[2]) };
}

function windowText({ from, to }: Window): string {
  if (from === 0 && to === 0) return 'the current step alone';
  if (isSymmetric({ from, to })) return `±${to} ${to === 1 ? 'step' : 'steps'}`;
  return `${signed(from)} to ${signed(to)} steps`;
}

const isSymmetric = ({ from, to }: Window): boolean => -from === to && to > 0;

const signed = (step: number): string => (step > 0 ? `+${step}` : String(step));

/** @param offset the target's time less the runner's, in milliseconds */
function clockText(offset: number): string {
  if (Math.abs(offset) < clockNoiseMs) return "in step with the runner's";
  return `${duration(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} the runner's`;
}

function throttleText(value: unknown): string | undefined {
  if (value === null || value === false) return 'not throttled';
  return typeof value === 'number' ? `throttled after ${value} consecutive attempts` : undefined;
}

function numberChange(name: string, before: number, after: number): string[] {
  const isTime = name.endsWith('Ms');
  const [small, large] = before < after ? [before, after] : [after, before];
  if (isTime && (large - small < timeNoiseMs || large < 2 * small)) return [];
  const text = isTime ? duration : String;
  const label = wordsOf(isTime ? name.slice(0, -2) : name);
  return [`${label} ${after > before ? 'grew' : 'fell'} from ${text(before)} to ${text(after)}.`];
}

/** Turns `newKeyRetiresOlder` into `New key retires older`. */
export function wordsOf(name: string): string {
  const text = name.replace(
    /([a-z0-9])([A-Z])(?=[a-z])/g,
    (_, left: string, right: string) => `${left} ${right.toLowerCase()}`,
  );
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function inWords(value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value === null) return 'nothing';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'unknown');
  const line = text.replace(/\s+/g, ' ');
  return cut(line, longestValue) || 'empty';
}
