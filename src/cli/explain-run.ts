import { ConfigurationError } from '../base/errors.js';
import { isFile } from '../base/files.js';
import type { RunEvent } from '../base/model/event.js';
import { duration } from '../base/words.js';
import { eventsFile, readEvents } from '../verdict/events/log.js';

export function eventsOfRun(folder: string): RunEvent[] {
  const file = eventsFile(folder);
  if (isFile(file)) return readEvents(file);
  throw new ConfigurationError(
    `${file}: no such log: --run takes the folder of one target in a folder of reports, such as reports/emulator`,
  );
}

/**
 * What a run did for a requirement, in the order in which it was done: each request, and why it was delayed, repeated
 * or left out. Ends with a line break.
 */
export function renderRun(id: string, events: readonly RunEvent[]): string {
  const lines: string[] = [];
  const before = new Map<string, string>();
  const exchanges = new Set<number>();
  for (const event of events) {
    const isOwn = 'requirement' in event && event.requirement === id;
    if (isOwn && event.type === 'exchange') exchanges.add(event.index);
    if (isOwn && event.type === 'adopted') for (const index of event.exchanges) exchanges.add(index);
    if (event.type !== 'learned') lines.push(...(isOwn ? told(event) : []));
    else if (event.because.some((index) => exchanges.has(index))) lines.push(...told(event));
    else if (lines.length === 0) before.set(event.fact, learned(event));
  }
  const known = [...before.values()];
  return [
    `In this run: ${id}`,
    ...(lines.length > 0 ? lines : ['   Nothing: it was not planned, or the run ended before.']),
    ...(known.length > 0 ? ['', 'What the run had learned of the target before', ...known] : []),
    '',
  ].join('\n');
}

const learned = ({ fact, value, because }: Extract<RunEvent, { type: 'learned' }>): string => {
  const shown = typeof value === 'object' ? 'see events.jsonl' : String(value);
  return `       learned: ${fact}: ${shown}${because.length > 0 ? ` (by ${because.map((index) => `#${index}`).join(', ')})` : ''}`;
};

function told(event: RunEvent): string[] {
  switch (event.type) {
    case 'exchange': {
      const { request, response } = event.exchange;
      const { pathname, search } = new URL(request.url);
      const answer = response === undefined ? 'no answer' : String(response.status);
      return [`${`#${event.index}`.padStart(7)} ${request.method} ${pathname}${search} -> ${answer}`];
    }
    case 'wait':
      return [`       waited ${duration(event.ms)}: ${event.for}`];
    case 'retry':
      return [`       sent again: it was answered ${event.status}, which asks to wait`];
    case 'adopted':
      return [
        `       shown before, and not asked again: ${event.exchanges.map((index) => `#${index}`).join(', ')}`,
      ];
    case 'learned':
      return [learned(event)];
    case 'test began':
      if (event.again) return ['       failed beside tests of another lane, and begins again alone'];
      return event.lane === undefined
        ? []
        : [`       began in the ${event.lane} lane, beside tests of another`];
    case 'test ended':
      return [`       ${event.status} after ${duration(event.durationMs)}`];
    default:
      return 'reason' in event ? [`       ${event.type}: ${event.reason}`] : [];
  }
}
