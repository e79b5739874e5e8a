import type { RunEvent } from '../../base/model/event.js';
import type { Verdict } from '../../base/model/verdict.js';
import { arrangedFor } from './arranged.js';
import { assertionOf } from './conditions.js';
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

function textOf(log: LogIndex, failure: Failure): string | { readonly why: string } {
  const of = log.of(failure.id);
  const assertion = assertionOf(of);
  if ('why' in assertion) return assertion;
  const arranged = arrangedFor(log, of.own, assertion);
  if ('why' in arranged) return arranged;
  const { steps } = arranged;
  if (steps.length > mostSteps) return { why: `it takes ${steps.length} requests` };
  return new Writer(failure, assertion, steps, log).text();
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
