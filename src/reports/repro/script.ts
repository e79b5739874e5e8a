import type { RunEvent } from '../../base/model/event.js';
import type { Verdict } from '../../base/model/verdict.js';
import { arrangedFor } from './arranged.js';
import { commandFor, type Untold } from './breach-scripts.js';
import { type Assertion, byAnswer, toldBy } from './check-scripts.js';
import { LogIndex } from './log.js';
import { comment, type Failure, Writer } from './writer.js';

export interface Script {
  readonly id: string;
  readonly file: string;
  readonly text: string;
  /** Why the script can't decide; undefined if it ends in an assertion. */
  readonly lacks: string | undefined;
}

export const scriptName = (id: string): string => `${id.replaceAll('/', '-')}.sh`;

export function scriptsOf(events: Iterable<RunEvent>, verdict: Pick<Verdict, 'outcomes'>): Script[] {
  const log = new LogIndex(events);
  return verdict.outcomes
    .filter(({ outcome }) => outcome === 'fail' || outcome === 'waived')
    .map((failure) => {
      const { id } = failure;
      const told = textOf(log, failure);
      const named = { id, file: scriptName(id) };
      if (typeof told === 'string') return { ...named, text: told, lacks: undefined };
      return { ...named, text: withoutAssertion(failure, told.why), lacks: told.why };
    });
}

const noAnswer: Untold = { why: 'no answer of the log shows it' };

/** Returns ways to detect that a requirement is broken, or why a script can't. Checks come before breaches. */
export function assertionsOf(log: LogIndex, id: string): readonly Assertion[] | Untold {
  const { own, failed, breaches } = log.of(id);
  const byChecks = failed.map((check) => toldBy(check, (index) => log.exchanges.get(index)));
  const byBreaches = breaches.map(({ exchange: index, breach }) => {
    const shows = commandFor(index, breach);
    return typeof shows === 'string' ? byAnswer(index, shows) : shows;
  });
  const all = [...byChecks, ...byBreaches];
  const told = all.flatMap((each) => ('why' in each ? [] : each));
  if (told.length === 0) return all.find((each) => 'why' in each) ?? noAnswer;
  return told.map((each) => {
    const last = Math.max(...each.conditions.map(({ at }) => at));
    // If a read shows a wrong state, the last request before it that is no GET decides.
    const sent = own.findLast(({ index, exchange }) => index < last && exchange.request.method !== 'GET');
    return { decisive: sent?.index ?? last, ...each };
  });
}

function textOf(log: LogIndex, failure: Failure): string | Untold {
  const assertions = assertionsOf(log, failure.id);
  if ('why' in assertions) return assertions;
  const { own } = log.of(failure.id);
  const texts = assertions.map((assertion) => {
    const arranged = arrangedFor(log, own, assertion);
    return 'why' in arranged ? arranged : new Writer(failure, assertion, arranged, log).text();
  });
  return texts.find((each) => typeof each === 'string') ?? texts.at(-1) ?? noAnswer;
}

const showsNothing = 'No script shows this';

/** Tells by a script's text whether the script can decide by itself. */
export const canTell = (text: string): boolean => !text.includes(`# ${showsNothing}`);

function withoutAssertion({ id, title, source, reason }: Failure, why: string): string {
  return `#!/bin/sh
${comment(`${id}: ${title}\n${reason}\nSource: ${source}\n\n${showsNothing}: ${why}.`)}
# Run the suite again instead:
#   mfa-conformance run -t FILE --grep '${id}'
echo "${showsNothing}. Run: mfa-conformance run -t FILE --grep '${id}'" >&2
exit 2
`;
}
