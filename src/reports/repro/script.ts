import type { Again, Exchanged, RunEvent } from '../../base/model/event.js';
import type { Verdict } from '../../base/model/verdict.js';
import { type Assertion, assertionOf } from './conditions.js';
import { isSuccess, LogIndex, statusOf } from './log.js';
import { giveBack, prelude } from './shell.js';
import { type Slice, sliceOf } from './slice.js';
import {
  asksSupportOn,
  changesState,
  isCredentialled,
  isHalfLogin,
  isProbe,
  madeUpIn,
  mayHaveSupportOn,
  supportOn,
  supportStateIn,
  variableOf,
} from './step.js';

/** More requests than these nobody reads. */
const mostSteps = 120;

type Failure = Pick<Verdict['outcomes'][number], 'id' | 'title' | 'source' | 'reason'>;

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
    .map((failure) => scriptOf(log, failure));
}

function scriptOf(log: LogIndex, failure: Failure): Script {
  const { id } = failure;
  const file = scriptName(id);
  const of = log.of(id);
  const assertion = assertionOf(of);
  if ('why' in assertion)
    return { id, file, text: withoutAssertion(failure, assertion.why), lacks: assertion.why };
  const slice = sliceOf(log, of.own, assertion);
  const lacks = missingIn(slice, assertion);
  if (lacks !== undefined) return { id, file, text: withoutAssertion(failure, lacks), lacks };
  const baseUrl = log.began?.target.baseUrl ?? '';
  return {
    id,
    file,
    text: new Writer(failure, assertion, slice, baseUrl, log.byAdminKey).text(),
    lacks: undefined,
  };
}

function missingIn({ steps }: Slice, { conditions, decisive }: Assertion): string | undefined {
  const needed = new Set([decisive, ...conditions.map(({ at }) => at)]);
  for (const origin of steps.flatMap(({ again }) => again?.origins ?? []))
    if ('exchange' in origin) needed.add(origin.exchange);
  const unsendable = steps.find(({ again, index }) => again === undefined && needed.has(index));
  if (unsendable !== undefined)
    return 'a request that it takes holds bytes, or a secret in an encoding, that a script can not send';
  return steps.length > mostSteps ? `it takes ${steps.length} requests` : undefined;
}

const comment = (text: string) =>
  text
    .split('\n')
    .map((line) => `# ${line}`.trimEnd())
    .join('\n');

function heading({ id, title, source, reason }: Failure): string {
  return ['#!/bin/sh', comment(`${id}\n${title}\n\n${reason}\n\nSource: ${source}`)].join('\n');
}

const showsNothing = 'No script shows this';

/** Whether the text of a script ends in an assertion. */
export const canTell = (text: string): boolean => !text.includes(`# ${showsNothing}`);

function withoutAssertion(failure: Failure, why: string): string {
  return `${heading(failure)}
#
# ${showsNothing}: ${why}.
# Let the suite try it again instead:
#   mfa-conformance run -t FILE --grep '${failure.id}'
echo "${showsNothing}. Run: mfa-conformance run -t FILE --grep '${failure.id}'" >&2
exit 2
`;
}

class Writer {
  readonly #lines: string[] = [];
  readonly #defined = new Set<string>();
  readonly #variables = new Set<string>();
  readonly #codes = new Map<string, { steps: number; targetTime: number }>();
  #lastTime: number | undefined;

  constructor(
    private readonly failure: Failure,
    private readonly assertion: Assertion,
    private readonly slice: Slice,
    private readonly baseUrl: string,
    private readonly byAdminKey: Again | undefined,
  ) {}

  text(): string {
    const { steps } = this.slice;
    const changing = steps.find(
      ({ exchange, again }) =>
        again !== undefined && /^Update/.test(exchange.operation ?? '') && isCredentialled(again),
    );
    // Who was let in by a fault can give nothing back where it is mended.
    const admin = changing === undefined ? undefined : (this.byAdminKey ?? changing.again);
    const changes = admin !== undefined && steps.some(changesState);
    if (changes) {
      this.#define(admin);
      this.#lines.push(`as_admin() {\n${this.#credentials(admin)}\n}`, giveBack);
    } else this.#lines.push('give_back() { :; }');
    for (const step of steps) if (step.again !== undefined) this.#step(step, step.again, changes);
    const { wanted, got } = this.assertion;
    const { title } = this.failure;
    return `${heading(this.failure)}
#
# Needs a POSIX shell, curl, and mfa-conformance for one-time codes. Exit status: 1 while the fault shows, 0 when it
# does not, 2 when it could not be tried. What it changes, it restores in the end.
#
#   BASE_URL        the API's root
#   CURL_OPTIONS    --cacert FILE for a certificate of one's own
#   MAIL_CODE_CMD   a command that prints the newest code mailed to the address it gets; else you are asked
#   CLOCK_CONTROL   the clock protocol of an emulator; else waits are waited
#   CODE_CMD        instead of mfa-conformance code
${this.#secretsOfTarget()}
set -u
: "\${BASE_URL:=${this.baseUrl}}"
${[...this.#variables].map((name) => `: "\${${name}:?${wordsOf(name)}}"`).join('\n')}
${prelude}
${[...this.#variables].map((name) => `secret "$${name}"`).join('\n')}
${this.#lines.join('\n')}

# wanted: ${oneLine(wanted)}
# got:    ${oneLine(got)}
fault ${quoted(title)}
`;
  }

  #secretsOfTarget(): string {
    return [...this.#variables].map((name) => `#   ${name.padEnd(15)} ${wordsOf(name)}`).join('\n');
  }

  #step(step: Exchanged, again: Again, changes: boolean): void {
    const { index, exchange, requirement } = step;
    this.#pause(again, this.slice.own.has(index));
    this.#define(again);
    this.#lines.push(
      '',
      `# ${exchange.operation ?? 'no operation of the API'} (${requirement || 'before the tests'})`,
    );
    if (changes && exchange.operation === 'UpdateMFAConfig') this.#lines.push('keep_config');
    if (changes && mayHaveSupportOn(step)) this.#lines.push('needs_support_off');
    for (const [name, value] of Object.entries(again.headers)) this.#lines.push(this.#field(name, value));
    const maySay000 = this.assertion.conditions.some(
      ({ at, shows }) => at === index && shows.endsWith(' 000'),
    );
    if (maySay000) this.#lines.push('may_be_silent=yes');
    const ask = `ask ${index} ${exchange.request.method} ${this.#word(again.path)}`;
    if (again.body === undefined) this.#lines.push(`${ask} </dev/null`);
    else this.#lines.push(`${ask} <<END_OF_BODY`, this.#body(again.body, again), 'END_OF_BODY');
    if (maySay000) this.#lines.push('may_be_silent=');
    // Before the answer is judged: a script that ends here gives back as well.
    if (changes && mayHaveSupportOn(step)) this.#lines.push(supportOn(step));
    const looksForSecrets = this.assertion.conditions.some(
      ({ at, shows }) => at === index && shows.includes('_shows_a_secret'),
    );
    if (looksForSecrets) for (const value of madeUpIn(again)) this.#lines.push(`secret ${quoted(value)}`);
    this.#judge(step);
    // Nothing else may hold it from now on.
    if (/"totp(?:Uri|SecretKey)"/.test(exchange.response?.body ?? '')) this.#lines.push(`hands_out ${index}`);
    this.#capture(step);
  }

  /** Time that the run let pass, and what a second code of one key needs. */
  #pause(again: Again, isOwn: boolean): void {
    const { targetTime, origins } = again;
    const passed = isOwn && this.#lastTime !== undefined ? targetTime - this.#lastTime : 0;
    this.#lastTime = isOwn ? targetTime : undefined;
    const stepsPassed = stepAt(targetTime) - stepAt(targetTime - passed);
    let seconds = passed > 3_000 ? Math.ceil(passed / 1000) : 0;
    let isCodeAgain = false;
    for (const origin of origins) {
      if (origin.kind !== 'code') continue;
      if (this.#defined.has(origin.name)) {
        isCodeAgain = true;
        continue;
      }
      // It is waited for by itself.
      if (origin.zero) seconds = 0;
      const before = this.#codes.get(origin.of);
      if (before?.steps === origin.steps) seconds = Math.max(seconds, 31);
      this.#codes.set(origin.of, { steps: origin.steps, targetTime });
    }
    // How late a code comes again is counted in its own steps, wherever in one of them the script stands.
    if (seconds > 0 && isCodeAgain && stepsPassed > 0) this.#lines.push(`pause_steps ${stepsPassed}`);
    else if (seconds > 0) this.#lines.push(`pause ${seconds}`);
  }

  #define({ origins }: Again): void {
    for (const origin of origins) {
      if (this.#defined.has(origin.name)) continue;
      const variable = variableOf(origin.name);
      switch (origin.kind) {
        case 'target file':
          this.#variables.add(variable);
          break;
        case 'code':
          if (origin.zero) this.#lines.push(`until_zero "$${variableOf(origin.of)}"`);
          this.#lines.push(`${variable}=$(code "$${variableOf(origin.of)}" ${origin.steps}) || exit 2`);
          break;
        case 'part':
          this.#lines.push(`${variable}=\${${variableOf(origin.of)}%${'?'.repeat(origin.cut)}}`);
          break;
        case 'recased': {
          const [from, to] = letters[origin.case];
          this.#lines.push(
            `${variable}=$(printf '%s' "$${variableOf(origin.of)}" | LC_ALL=C tr '${from}' '${to}')`,
          );
          break;
        }
        case 'near':
          this.#lines.push(`${variable}=$(near "$${variableOf(origin.of)}" ${origin.digit} ${origin.plus})`);
          break;
        case 'apart': {
          const { of, after, by } = origin;
          const whole = `"$${variableOf(of)}"`;
          this.#lines.push(
            `${variable}=$(printf '%s' ${whole} | cut -c -${after})${quoted(by)}$(printf '%s' ${whole} | cut -c ${after + 1}-)`,
          );
          break;
        }
        default:
          // Set where they come: after the exchange that hands them out, or has them mailed.
          continue;
      }
      this.#defined.add(origin.name);
    }
  }

  /** What later requests hold of this answer. */
  #capture({ index, exchange }: Exchanged): void {
    const later = this.slice.steps.filter((step) => step.index > index);
    for (const origin of later.flatMap(({ again }) => again?.origins ?? [])) {
      if (!('exchange' in origin) || origin.exchange !== index || this.#defined.has(origin.name)) continue;
      this.#defined.add(origin.name);
      const variable = variableOf(origin.name);
      if (origin.kind === 'answer')
        this.#lines.push(
          `${variable}=$(member ${index} ${origin.member}); secret "$${variable}"`,
          `[ -n "$${variable}" ] || cannot '${exchange.request.method} gave no ${origin.member}'`,
        );
      else if (origin.kind === 'mailed')
        this.#lines.push(
          `${variable}=$(mailed_code ${this.#word(origin.to)}) || exit 2`,
          `[ -n "$${variable}" ] || cannot 'no code was mailed'`,
        );
    }
  }

  /** Whether the answer shows the fault; whether an answer of the arrangement is the one of the run. */
  #judge(step: Exchanged): void {
    const { index } = step;
    const { conditions, wanted } = this.assertion;
    const own = conditions.filter(({ at }) => at === index);
    for (const { shows } of own) this.#lines.push(`{ ${shows}; } || fixed ${quoted(oneLine(wanted))}`);
    if (own.length > 0 || index >= this.assertion.decisive) return;
    if (isHalfLogin(step, this.slice.steps, this.assertion.decisive))
      this.#lines.push(`! status ${index} '4??' || fixed 'no session by the password alone'`);
    // What a session opens shows by what is done with it.
    if (this.#showsTheSame(step) || isProbe(step)) return;
    const kind = Math.floor(statusOf(step) / 100);
    // A server error on the way may be the fault as well: a good target answers otherwise.
    if (kind !== 2 && kind !== 4) return;
    this.#lines.push(
      `status ${index} '${kind}??' || cannot "request ${index} was answered otherwise in the run"`,
    );
    // Where the run read something else than it had switched on, the reading shows the fault itself.
    const otherwise = this.#contradictsSupport(step)
      ? `fixed "the support user's MFA is as it was set"`
      : `cannot "the support user's MFA is not as it was in the run"`;
    for (const text of supportStateIn(step)) this.#lines.push(`holds ${index} '${text}' || ${otherwise}`);
  }

  /** What was switched on before reads as off. */
  #contradictsSupport({ index, exchange }: Exchanged): boolean {
    const set = this.slice.steps.findLast(
      (step) => step.index < index && step.exchange.operation === 'UpdateSupportMFAConfig' && isSuccess(step),
    );
    return asksSupportOn(set) && /"enabled":\s*false/.test(exchange.response?.body ?? '');
  }

  /** A test may try the same in several ways: one before the one that decides may show the fault as well. */
  #showsTheSame(step: Exchanged): boolean {
    const { own, steps } = this.slice;
    const kind = ({ exchange: { operation, request } }: Exchanged) => `${request.method} ${operation}`;
    const decisive = steps.find(({ index }) => index === this.assertion.decisive);
    if (decisive === undefined || kind(decisive) !== kind(step) || !own.has(step.index)) return false;
    // The first of them may be what prepares the state.
    const [first] = steps.filter((each) => kind(each) === kind(step));
    return first !== step;
  }

  #credentials(again: Again): string {
    return Object.entries(again.headers)
      .filter(([name]) => /^(?:apikey|authorization|session-id)$/i.test(name))
      .map(([name, value]) => `  ${this.#field(name, value)}`)
      .join('\n');
  }

  #field(name: string, value: string): string {
    return `field ${quoted(name)} ${this.#word(value)}`;
  }

  /** One word of the shell, with variables for names. */
  #word(text: string): string {
    return `"${withVariables(text, /["\\$`]/g, (variable, isWithinWord) =>
      isWithinWord ? `\${${variable}}` : `$${variable}`,
    )}"`;
  }

  #body(text: string, { origins }: Again): string {
    const ofFile = new Set(
      origins.flatMap(({ kind, name }) => (kind === 'target file' ? [variableOf(name)] : [])),
    );
    return withVariables(text, /[\\$`]/g, (variable) =>
      ofFile.has(variable) ? `$(in_json "$${variable}")` : `\${${variable}}`,
    );
  }
}

/** Which step of TOTP a moment of the target's clock lies in. */
const stepAt = (targetTime: number): number => Math.floor(targetTime / 30_000);

/** For `tr`. */
const letters = {
  upper: ['a-z', 'A-Z'],
  lower: ['A-Z', 'a-z'],
  other: ['a-zA-Z', 'A-Za-z'],
} as const;

const wordsOf = (variable: string): string => {
  const [who = '', what] = variable.split('_');
  const whose = who === 'SUPPORT' ? 'the support user' : `the account ${who.toLowerCase()}`;
  return `${what === 'KEY' ? 'API key' : 'password'} of ${whose}`;
};

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

function withVariables(
  text: string,
  special: RegExp,
  spelt: (variable: string, isWithinWord: boolean) => string,
): string {
  return text
    .split(/(\{\{[\w-]+\}\})/)
    .map((part, at, parts) =>
      at % 2 === 0
        ? part.replace(special, '\\$&')
        : spelt(variableOf(part.slice(2, -2)), /^\w/.test(parts[at + 1] ?? '')),
    )
    .join('');
}
