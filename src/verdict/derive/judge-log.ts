import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../../base/errors.js';
import { replaceFile } from '../../base/files.js';
import type { RunEvent } from '../../base/model/event.js';
import type { Verdict } from '../../base/model/verdict.js';
import type { Redactor } from '../../base/redaction/redactor.js';
import { eventsIn, lineOf, readEvents } from '../events/log.js';
import { redactedEvent } from '../events/redact.js';
import { RunFold } from './fold.js';

export const judgeLog = (file: string): Verdict => judgeEvents(readEvents(file), file);

export function judgeEvents(events: readonly RunEvent[], file: string): Verdict {
  const fold = new RunFold();
  for (const event of events) fold.take(event);
  const verdict = fold.verdict();
  if (verdict === undefined)
    throw new ConfigurationError(`${file} is not the log of a run: it lacks its beginning.`);
  return verdict;
}

/** Removes secrets that became known late. Call it after all writers have ended. */
export function cleanLog(file: string, redactor: Redactor): void {
  const written = readFileSync(file, 'utf8').split('\n');
  const leaky = new Set(written.filter((line) => redactor.leaksIn(line).length > 0));
  if (leaky.size === 0) return;
  const lines = written
    .filter((line) => line !== '')
    .flatMap((line) =>
      leaky.has(line)
        ? eventsIn(line, file).map((event) => lineOf(redactedEvent(event, redactor)))
        : `${line}\n`,
    );
  replaceFile(file, lines.join(''), 0o600);
}
