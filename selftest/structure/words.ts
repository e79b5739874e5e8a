import { expect } from 'vitest';
import type { EventBody } from '../../src/base/model/event.js';
import { eventsIn, lineOf } from '../../src/verdict/events/log.js';
import { sourcesIn } from './sources.js';

const avoided: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\banew\b/i, 'again'],
  [/\bat last\b/i, 'finally'],
  [/\bin a row\b/i, 'consecutive'],
  [/\bso many\b/i, 'N, or how many'],
  [/\b(is|are|be) told\b/i, 'who tells it: the report names, the target returns'],
  [/\btold apart\b/i, 'distinguished'],
  [/\bnobody's\b/i, 'anonymous, or invalid'],
  [/\bwho may only view\b/i, 'view-only user'],
  [/\bwhat is no\b/i, 'the noun: a malformed code'],
  [/\bfirst-step session\b/i, 'pending session'],
  [/\bopens? (nothing|something)\b/i, 'what the session may read'],
  [/\b(neither|nor)\b/i, 'a second sentence'],
  [/\bhand(s|ed)? out\b/i, 'returns'],
  [/\blikewise\b/i, 'the same for'],
  [/\bbrings? about\b/i, 'causes'],
  [/\bfor want of\b/i, 'because … is missing'],
  [/\bany more\b/i, 'no longer'],
  [/\bthrow-away\b/i, 'disposable'],
];

/** How a requirement's text must not begin: with a condition in place of the actor, or with a negation. */
export const forbiddenOpenings = /^(No|None|Neither|Of|By|Where|Whatever|What|Who|Within|There)\b/;

export function avoidedIn(text: string): string[] {
  return avoided.filter(([word]) => word.test(text)).map(([word, instead]) => `${word.source}: ${instead}`);
}

/** Expects that an event passes through the log unchanged, and is rejected if members have another type. */
export function expectLogged(event: EventBody): void {
  const line = lineOf({ at: '2026-01-01T00:00:00.000Z', ...event });

  expect(eventsIn(line, 'events.jsonl')).toEqual([JSON.parse(line)]);
  expect(() => eventsIn(line.replace('"kind":"', '"kind":"other '), 'events.jsonl')).toThrow();
}

/** Expects `found` in no source below these folders, and once in each of the examples. */
export function expectNowhere(
  found: (text: string) => readonly string[],
  folders: readonly string[],
  examples: readonly string[],
): void {
  const finds = sourcesIn(...folders).map(({ path, text }) => [path, ...found(text)]);
  expect(finds.filter(({ length }) => length > 1)).toEqual([]);
  for (const example of examples) expect(found(example)).toHaveLength(1);
}
