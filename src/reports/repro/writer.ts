import type { Again, Origin } from '../../base/model/event.js';
import type { Verdict } from '../../base/model/verdict.js';
import type { Step } from './arranged.js';
import type { Assertion } from './check-scripts.js';
import { happens } from './happens.js';
import { type LogIndex, statusOf } from './log.js';
import { helpersFor } from './shell.js';
import {
  changesState,
  isHalfLogin,
  isProbe,
  isTriedBefore,
  madeUpIn,
  mayHaveSupportOn,
  modeIn,
  namedStateIn,
  supportOn,
  supportStateIn,
  variableOf,
} from './step.js';

export type Failure = Pick<Verdict['outcomes'][number], 'id' | 'title' | 'source' | 'reason'>;

/** Writes one script down. */
export class Writer {
  readonly #lines: string[] = [];
  /** Of the lines those that are commands, not bodies. */
  readonly #commands: string[] = [];
  readonly #defined = new Set<string>();
  readonly #variables = new Set<string>();
  /** The step of the last code of each key. */
  readonly #codes = new Map<string, number>();
  /** Whose answers are judged once a later request of their connection is sent. */
  #waiting: Step[] = [];
  readonly #changes: boolean;
  #lastTime: number | undefined;

  constructor(
    private readonly failure: Failure,
    private readonly assertion: Assertion,
    private readonly steps: readonly Step[],
    private readonly log: LogIndex,
  ) {
    this.#changes = steps.some(changesState);
  }

  text(): string {
    const { id, title, reason, source } = this.failure;
    if (this.#changes) this.#admin();
    for (const step of this.steps) this.#step(step);
    this.#command(`shows ${quoted(title)}`);
    const helpers = helpersFor(this.#commands);
    const variables = [...this.#variables];
    const ways = helpers.join('\n');
    const options = [
      ...variables.map((name) => `${name}: ${wordsOf(name)}`),
      `BASE_URL: the API's root; default: ${this.log.began?.target.baseUrl ?? ''}`,
      "CURL_OPTIONS: such as '--cacert FILE'",
      ...(/\bmailed_code\(\)/.test(ways)
        ? ['MAILED_CODE: a command that prints the newest code mailed to the address it gets']
        : []),
      ...(/\bpause\(\)/.test(ways) ? ['CLOCK_CONTROL: the clock protocol of an emulator'] : []),
    ];
    return `#!/bin/sh
${comment(`${id}: ${title}\n${reason}\nSource: ${source}\n\nWhat happens:\n${happens(this.steps, this.assertion, this.log).join('\n')}`)}
#
# Exit status: 1 the fault shows, 0 the target answers as it must, 2 it can't be tried here. Needs curl${/\btotp\(\)/.test(ways) ? ' and openssl' : ''}.${this.#changes ? '\n# What it changes it restores in the end.' : ''}
# Environment:
${comment(options.map((line) => `  ${line}`).join('\n'))}

[ "\${1:-}" != --help ] || { sed -n '2,/^$/s/^# \\{0,1\\}//p' "$0"; exit 0; }
set -u
: "\${BASE_URL:=${this.log.began?.target.baseUrl ?? ''}}"${variables.map((name) => ` "\${${name}:?${wordsOf(name)}}"`).join('')}
T=$(mktemp -d) && : >"$T/curl" && : >"$T/asked" && : >"$T/none.head" || exit 2
number=none at=0
trap '${this.#changes ? 'result=$?; trap - EXIT; give_back; rm -rf "$T"; exit "$result"' : 'rm -rf "$T"'}' EXIT
trap 'exit 130' INT TERM HUP

${ways}
${/\bsecret\(\)/.test(ways) ? `${variables.map((name) => `secret "$${name}"`).join('; ')}\n` : ''}${this.#lines.join('\n')}
`;
  }

  #command(...lines: readonly string[]): void {
    this.#lines.push(...lines);
    this.#commands.push(...lines);
  }

  #admin(): void {
    const again = this.log.byAdminKey ?? this.steps.find(changesState)?.again;
    if (again === undefined) return;
    this.#define(again);
    const fields = Object.entries(again.headers)
      .filter(([name]) => /^(?:apikey|authorization|session-id)$/i.test(name))
      .map(([name, value]) => ` ${word(`${name}: ${value}`)}`);
    this.#command(`as_admin() { send "$@"${fields.join('')}; }`);
    this.#commands.push('give_back');
    const modes = this.steps.flatMap((step) => (mayHaveSupportOn(step) ? [modeIn(step)] : []));
    this.#commands.push(...modes.map((mode) => `switch_off_${mode}`));
    if (this.steps.some((step) => changesState(step) && !mayHaveSupportOn(step)))
      this.#command('keep_config');
    if (this.steps.some(mayHaveSupportOn)) this.#command('support_is_off');
  }

  #step(step: Step): void {
    const { index, exchange, again, together } = step;
    this.#pause(step);
    this.#define(again);
    const silent = this.assertion.conditions.some(({ at, shows }) => at === index && shows.endsWith(' 000'));
    if (silent) this.#command('silence=yes');
    const body = again.body === undefined || again.body === '' ? undefined : again.body;
    const hasType = Object.keys(again.headers).some((name) => name.toLowerCase() === 'content-type');
    const fields = Object.entries(again.headers)
      .filter(([name, value]) => !usual.has(`${name}: ${value}`))
      .map(([name, value]) => word(value === '' ? `${name};` : `${name}: ${value}`));
    if (body !== undefined && !hasType) fields.push("'Content-Type:'");
    const verb = together === true ? 'later' : 'send';
    const call = [verb, index, exchange.request.method, word(again.path), ...fields].join(' ');
    this.#command(
      '',
      `# ${exchange.operation ?? 'no operation of the API'}${step.arranges === true ? ', prepares' : ''}`,
    );
    if (body === undefined) this.#command(`${call} </dev/null`);
    else {
      this.#command(
        `${call} <<'END'`.replace(/'END'$/, /\{\{/.test(body) || /[\\$`]/.test(body) ? 'END' : "'END'"),
      );
      this.#lines.push(this.#body(body, again), 'END');
    }
    if (silent) this.#command('silence=');
    this.#waiting.push(step);
    if (together === true) return;
    const answered = this.#waiting;
    this.#waiting = [];
    for (const each of answered) this.#answered(each);
  }

  #answered(step: Step): void {
    const { index, again, exchange } = step;
    // Before the answer is judged: a script that ends here gives back as well.
    if (this.#changes && mayHaveSupportOn(step)) this.#command(supportOn(step));
    const looksForSecrets = this.assertion.conditions.some(
      ({ at, shows }) => at === index && shows.includes('_shows_a_secret'),
    );
    if (looksForSecrets) for (const value of madeUpIn(again)) this.#command(`secret ${quoted(value)}`);
    this.#judge(step);
    const { conditions } = this.assertion;
    // Nothing else may hold it from now on.
    if (
      conditions.some(({ shows }) => shows.includes('_shows_a_secret')) &&
      /"totp(?:Uri|SecretKey)"/.test(exchange.response?.body ?? '')
    )
      this.#command(`hands_out ${index}`);
    this.#capture(step);
  }

  /** Time that the run let pass, and what a second code of one key needs. */
  #pause({ again, arranges }: Step): void {
    const { targetTime, origins } = again;
    const own = arranges !== true;
    const passed = own && this.#lastTime !== undefined ? targetTime - this.#lastTime : 0;
    if (own) this.#lastTime = targetTime;
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
      if (this.#codes.get(origin.of) === origin.steps) seconds = Math.max(seconds, 31);
      this.#codes.set(origin.of, origin.steps);
    }
    // How late a code comes again is counted in its own steps, wherever in one of them the script stands.
    if (seconds > 0 && isCodeAgain && stepsPassed > 0) this.#command(`pause_steps ${stepsPassed}`);
    else if (seconds > 0) this.#command(`pause ${seconds}`);
  }

  #define({ origins }: Again): void {
    for (const origin of origins) {
      if (this.#defined.has(origin.name)) continue;
      const variable = variableOf(origin.name);
      if (origin.kind === 'target file') this.#variables.add(variable);
      else if (origin.kind === 'answer' || origin.kind === 'mailed') continue;
      else this.#command(...made(variable, origin));
      this.#defined.add(origin.name);
    }
  }

  /** What later requests hold of this answer. */
  #capture({ index }: Step): void {
    const later = this.steps.filter((step) => step.index > index);
    for (const origin of later.flatMap(({ again }) => again.origins)) {
      if (!('exchange' in origin) || origin.exchange !== index || this.#defined.has(origin.name)) continue;
      this.#defined.add(origin.name);
      const variable = variableOf(origin.name);
      if (origin.kind === 'answer')
        this.#command(
          `${variable}=$(member ${index} ${origin.member})`,
          `[ -n "$${variable}" ] || cannot 'answer ${index} has no ${origin.member}'`,
        );
      else if (origin.kind === 'mailed')
        this.#command(
          `${variable}=$(mailed_code ${word(origin.to)})`,
          `[ -n "$${variable}" ] || cannot 'no code was mailed to ${origin.to.replaceAll("'", '')}'`,
        );
    }
  }

  /** Whether the answer shows the fault; whether an answer of the arrangement is the one of the run. */
  #judge(step: Step): void {
    const { index } = step;
    const { conditions, decisive, refusal } = this.assertion;
    const deciding = conditions.filter(({ at }) => at === index);
    for (const { shows } of deciding) this.#command(`{ ${shows}; } || gone ${index}`);
    if (deciding.length > 0 || index >= decisive) return;
    const own = this.steps.filter(({ arranges }) => arranges !== true);
    const mayBeRefused =
      isHalfLogin(step, this.steps, decisive) || (refusal === true && isTriedBefore(step, own, decisive));
    if (mayBeRefused && step.arranges !== true) this.#command(`! status ${index} '4??' || gone ${index}`);
    // What a session opens shows by what is done with it.
    if (isProbe(step)) return;
    const kind = Math.floor(statusOf(step) / 100);
    // A server error on the way may be the fault as well: a good target answers otherwise.
    if (kind === 2 || kind === 4) this.#command(`prepared ${index} '${kind}??'`);
    const last = this.steps.find((each) => each.index === decisive);
    for (const [name, value] of isProbe(step) ? [] : namedStateIn(step, last))
      this.#command(
        `[ "$(value ${index} ${name})" = '${value}' ] || otherwise="${name} of the support user's MFA"`,
      );
    for (const text of supportStateIn(step))
      this.#command(
        `holds ${index} '${text}' || cannot "the support user's MFA is not as it was in the run"`,
      );
  }

  #body(text: string, { origins }: Again): string {
    const ofFile = new Set(
      origins.flatMap(({ kind, name }) => (kind === 'target file' ? [variableOf(name)] : [])),
    );
    if (!/\{\{/.test(text) && !/[\\$`]/.test(text)) return text;
    return withVariables(text, /[\\$`]/g, (variable) =>
      ofFile.has(variable) ? `$(in_json "$${variable}")` : `\${${variable}}`,
    );
  }
}

/** What requests of the suite carry unless they say otherwise: the script's functions know it. */
const usual: ReadonlySet<string> = new Set(['Accept: application/json', 'Content-Type: application/json']);

/** Which step of TOTP a moment of the target's clock lies in. */
const stepAt = (targetTime: number): number => Math.floor(targetTime / 30_000);

/** For `tr`. */
const letters = {
  upper: ['a-z', 'A-Z'],
  lower: ['A-Z', 'a-z'],
  other: ['a-zA-Z', 'A-Za-z'],
} as const;

type Made = Exclude<Origin, { readonly kind: 'target file' | 'answer' | 'mailed' }>;

/** The commands that make a value of another one. */
function made(variable: string, origin: Made): string[] {
  const of = `"$${variableOf(origin.of)}"`;
  switch (origin.kind) {
    case 'code':
      return [
        ...(origin.zero ? [`until_zero ${of}`] : []),
        `${variable}=$(totp ${of} ${origin.steps}) || exit 2`,
      ];
    case 'part':
      return [`${variable}=\${${variableOf(origin.of)}%${'?'.repeat(origin.cut)}}`];
    case 'recased': {
      const [from, to] = letters[origin.case];
      return [`${variable}=$(printf '%s' ${of} | LC_ALL=C tr '${from}' '${to}')`];
    }
    case 'near':
      return [`${variable}=$(near ${of} ${origin.digit} ${origin.plus})`];
    case 'apart': {
      const { after, by } = origin;
      const half = (range: string) => `$(printf '%s' ${of} | cut -c ${range})`;
      return [`${variable}=${half(`-${after}`)}${quoted(by)}${half(`${after + 1}-`)}`];
    }
  }
}

const wordsOf = (variable: string): string => {
  const [who = '', what] = variable.split('_');
  const whose = who === 'SUPPORT' ? 'the support user' : `the account ${who.toLowerCase()}`;
  return `${what === 'KEY' ? 'API key' : 'password'} of ${whose}`;
};

export const comment = (text: string): string =>
  text
    .split('\n')
    .map((line) => `# ${line}`.trimEnd())
    .join('\n');

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** One word of the shell, with variables for names. */
function word(text: string): string {
  if (!text.includes('{{')) return /^[\w./:?=&%-]+$/.test(text) ? text : quoted(text);
  return `"${withVariables(text, /["\\$`]/g, (variable, isWithinWord) =>
    isWithinWord ? `\${${variable}}` : `$${variable}`,
  )}"`;
}

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
