import type { RunEvent } from '../../base/model/event.js';
import type { Verdict } from '../../base/model/verdict.js';
import { arrangedFor } from './arranged.js';
import { assertionsOf } from './assertions.js';
import type { Untold } from './breach-scripts.js';
import { LogIndex } from './log.js';
import { comment, type Failure, Writer } from './writer.js';

/** More requests than these nobody reads. */
const mostSteps = 60;

/** A script that shows one failure again, and whether it can tell by itself. */
export interface Script {
  readonly id: string;
  readonly file: string;
  readonly text: string;
  /** Why it can't tell; undefined where it ends in an assertion. */
  readonly lacks: string | undefined;
}

/** The name of a requirement's script. */
export const scriptName = (id: string): string => `${id.replaceAll('/', '-')}.sh`;

/** Scripts of what failed, from the log of the run. */
export function scriptsOf(events: Iterable<RunEvent>, verdict: Pick<Verdict, 'outcomes'>): Script[] {
  const log = new LogIndex(events);
  return verdict.outcomes
    .filter(({ outcome }) => outcome === 'fail' || outcome === 'waived')
    .map((failure) => {
      const text = textOf(log, failure);
      const of = { id: failure.id, file: scriptName(failure.id) };
      return typeof text === 'string'
        ? { ...of, text, lacks: undefined }
        : { ...of, text: withoutAssertion(failure, text.why), lacks: text.why };
    });
}

/** Of so many ways to show it the first is taken that can be sent. */
const mostTried = 10;

function textOf(log: LogIndex, failure: Failure): string | Untold {
  const assertions = assertionsOf(log, failure.id);
  if ('why' in assertions) return assertions;
  const { own } = log.of(failure.id);
  let lacks: Untold | undefined;
  for (const assertion of assertions.slice(0, mostTried)) {
    const arranged = arrangedFor(log, own, assertion);
    if ('why' in arranged) lacks ??= arranged;
    else if (arranged.steps.length > mostSteps)
      lacks ??= { why: `it takes ${arranged.steps.length} requests` };
    else return new Writer(failure, assertion, arranged.steps, log).text();
  }
  return lacks ?? { why: 'no answer of the log shows it' };
}

const showsNothing = 'No script shows this';

/** Whether the text of a script ends in an assertion. */
export const canTell = (text: string): boolean => !text.includes(`# ${showsNothing}`);

function withoutAssertion({ id, title, source, reason }: Failure, why: string): string {
  return `#!/bin/sh
${comment(`${id}: ${title}\n${reason}\nSource: ${source}\n\n${showsNothing}: ${why}.`)}
# Let the suite try it again instead:
#   mfa-conformance run -t FILE --grep '${id}'
echo "${showsNothing}. Run: mfa-conformance run -t FILE --grep '${id}'" >&2
exit 2
`;
}
