import type { Again, Origin } from '../../base/model/event.js';
import type { Verdict } from '../../base/model/verdict.js';
import { shellQuoted as quoted } from '../../base/words.js';
import type { Assertion } from './check-scripts.js';
import { type LogIndex, statusOf } from './log.js';
import { helpersFor } from './shell.js';
import {
  changesState,
  isCredential,
  isProbe,
  mayBeRefused,
  mayHaveSupportOn,
  modeIn,
  type Step,
  sameSupportState,
  supportOn,
  variableOf,
} from './step.js';
import { happens } from './told.js';

export type Failure = Pick<Verdict['outcomes'][number], 'id' | 'title' | 'source' | 'reason'>;

export class Writer {
  readonly #lines: string[] = [];
  /** Functions that the script calls only when it exits. */
  readonly #implied: string[] = [];
  readonly #defined = new Set<string>();
  readonly #variables = new Set<string>();
  /** For each key, the time step of its last code, counted from the target's current step. */
  readonly #codes = new Map<string, number>();
  #lastTime: number | undefined;

  constructor(
    private readonly failure: Failure,
    private readonly assertion: Assertion,
    private readonly steps: readonly Step[],
    private readonly log: LogIndex,
  ) {}

  text(): string {
    const { id, title, reason, source } = this.failure;
    if (this.steps.some(changesState)) this.#admin();
    for (const [at, step] of this.steps.entries()) {
      this.#send(step);
      const before = this.steps[at - 1];
      // If two steps share a connection, the script sends both before it reads the answers.
      if (before?.together === true) this.#take(before);
      if (step.together !== true) this.#take(step);
    }
    this.#lines.push(`shows ${quoted(title)}`);
    const ways = helpersFor([...this.#lines, ...this.#implied]).join('\n');
    const where = (helper: string, text: string) => (ways.includes(`\n${helper}() {`) ? text : '');
    const variables = [...this.#variables];
    const baseUrl = this.log.began?.target.baseUrl ?? '';
    const head = `${id}: ${title}
${reason}
Source: ${source}

What happens:
${happens(this.steps, this.log).join('\n')}

Exit status: 1 the fault shows, 0 the target meets the requirement, 2 the script can't decide here. Needs curl${where('totp', ' and openssl')}.
${where('give_back', 'The script restores its changes at the end.\n')}Environment:
${variables.map((name) => `  ${name}: ${wordsOf(name)}\n`).join('')}  BASE_URL: the API's root; default: ${baseUrl}
  CURL_OPTIONS: further options of curl, such as '--cacert FILE'
${where('mailed_code', '  MAILED_CODE: a command that prints the newest code mailed to the address it gets\n')}${where('pause', '  CLOCK_CONTROL: the clock protocol of an emulator\n')}`;
    return `#!/bin/sh
${comment(head.trimEnd())}

# shellcheck disable=SC2034,SC2254 # patterns are given, and few scripts read the time
[ "\${1:-}" != --help ] || { sed -n '2,/^$/s/^# \\{0,1\\}//p' "$0"; exit 0; }
set -u
: "\${BASE_URL:=${baseUrl}}"${variables.map((name) => ` "\${${name}:?${wordsOf(name)}}"`).join('')}
T=$(mktemp -d) && : >"$T/curl" && : >"$T/asked" && : >"$T/none.head" || exit 2
number=none at=0
trap '${where('give_back', 'give_back $?') || 'rm -rf "$T"'}' EXIT
trap 'exit 130' INT TERM HUP

${ways}
${this.#lines.join('\n')}
`;
  }

  #admin(): void {
    const again = this.log.byAdminKey ?? this.steps.find(changesState)?.again;
    if (again === undefined) return;
    this.#define(again);
    const own = Object.entries(again.headers).filter(([name]) => isCredential(name));
    const fields = own.map(([name, value]) => word(`${name}: ${value}`));
    this.#lines.push(`as_admin() { ${['send "$@"', ...fields].join(' ')}; }`);
    const onSupport = this.steps.filter(mayHaveSupportOn);
    this.#implied.push('give_back', ...onSupport.map((step) => `switch_off_${modeIn(step)}`));
    if (this.steps.some((step) => changesState(step) && !onSupport.includes(step)))
      this.#lines.push('keep_config');
    if (onSupport.length > 0) this.#lines.push('support_is_off');
  }

  #send(step: Step): void {
    const { index, exchange, again, together } = step;
    this.#pause(step);
    this.#define(again);
    const body = again.body || undefined;
    const hasType = Object.keys(again.headers).some((name) => name.toLowerCase() === 'content-type');
    const fields = Object.entries(again.headers)
      .filter(([name, value]) => !usual.has(`${name}: ${value}`))
      .map(([name, value]) => word(value === '' ? `${name};` : `${name}: ${value}`));
    if (body !== undefined && !hasType) fields.push("'Content-Type:'");
    const verb = together === true ? 'later' : 'send';
    const call = [verb, index, exchange.request.method, word(again.path), ...fields];
    const what = `${exchange.operation ?? 'no operation of the API'}${step.arranges === true ? ', prepares' : ''}`;
    const input = body === undefined ? '</dev/null' : document(body);
    this.#lines.push('', `# ${what}`, `${call.join(' ')} ${input}`);
  }

  #take(step: Step): void {
    // Comes before the judgement, which may end the script: the state must be restored even then.
    if (mayHaveSupportOn(step)) this.#lines.push(supportOn(step));
    this.#judge(step);
    this.#capture(step);
  }

  /** Adds a wait if the run waited here, or if a second code of the same key must be of another step. */
  #pause({ again: { targetTime, origins }, arranges }: Step): void {
    const since = arranges === true ? targetTime : (this.#lastTime ?? targetTime);
    if (arranges !== true) this.#lastTime = targetTime;
    const codes = origins.filter((origin) => origin.kind === 'code');
    const isAgain = codes.some(({ name }) => this.#defined.has(name));
    const fresh = codes.filter(({ name }) => !this.#defined.has(name));
    const second = fresh.some(({ of, steps }) => this.#codes.get(of) === steps) ? 31 : 0;
    for (const { of, steps } of fresh) this.#codes.set(of, steps);
    const passed = targetTime - since > 3_000 ? Math.ceil((targetTime - since) / 1000) : 0;
    const stepsPassed = stepAt(targetTime) - stepAt(since);
    // A code that is sent again must be as many steps old as in the run.
    const wait =
      isAgain && stepsPassed > 0 ? `pause_steps ${stepsPassed}` : `pause ${Math.max(passed, second)}`;
    if (passed > 0 || second > 0) this.#lines.push(wait);
  }

  #define({ origins }: Again): void {
    for (const origin of origins) {
      if (this.#defined.has(origin.name)) continue;
      const variable = variableOf(origin.name);
      if (origin.kind === 'target file') this.#variables.add(variable);
      else if (origin.kind === 'answer' || origin.kind === 'mailed') continue;
      else this.#lines.push(made(variable, origin));
      this.#defined.add(origin.name);
    }
  }

  #capture({ index }: Step): void {
    const later = this.steps.filter((step) => step.index > index);
    for (const origin of later.flatMap(({ again }) => again.origins)) {
      if (!('exchange' in origin) || origin.exchange !== index || this.#defined.has(origin.name)) continue;
      this.#defined.add(origin.name);
      const taken =
        origin.kind === 'answer' ? `taken ${index} ${origin.member}` : `code_mailed_to ${word(origin.to)}`;
      this.#lines.push(`${variableOf(origin.name)}=$(${taken}) || exit 2`);
    }
  }

  /** Adds checks that the answer shows the fault, or that a preparing step went as in the run. */
  #judge(step: Step): void {
    const { index } = step;
    const { conditions, decisive } = this.assertion;
    const deciding = conditions.filter(({ at }) => at === index);
    if (deciding.some(({ shows }) => !shows.endsWith(' 000')))
      this.#lines.push(`prepared ${index} '[1-5]??'`);
    for (const { shows } of deciding) this.#lines.push(`{ ${shows}; } || gone ${index}`);
    if (deciding.length > 0 || index >= decisive) return;
    if (mayBeRefused(step, this.steps, this.assertion))
      this.#lines.push(`! status ${index} '4??' || gone ${index}`);
    // A probe only tests a credential. Later requests show whether it works, so the answer needs no check.
    if (isProbe(step)) return;
    const kind = Math.floor(statusOf(step) / 100);
    // A server error here may be part of the fault, and a fixed target answers otherwise.
    if (kind === 2 || kind === 4) this.#lines.push(`prepared ${index} '${kind}??'`);
    const change = this.steps.find((each) => each.index === decisive);
    this.#lines.push(...sameSupportState(step, change));
  }
}

/** Header fields that the script's functions add to all requests. */
const usual: ReadonlySet<string> = new Set(['Accept: application/json', 'Content-Type: application/json']);

const stepAt = (targetTime: number): number => Math.floor(targetTime / 30_000);

const letters = { upper: 'a-z A-Z', lower: 'A-Z a-z', other: 'a-zA-Z A-Za-z' } as const;

type Made = Exclude<Origin, { readonly kind: 'target file' | 'answer' | 'mailed' }>;

function made(variable: string, origin: Made): string {
  const of = `"$${variableOf(origin.of)}"`;
  switch (origin.kind) {
    case 'code':
      return `${variable}=$(totp ${of} ${origin.steps}) || exit 2`;
    case 'part':
      return `${variable}=\${${variableOf(origin.of)}%${'?'.repeat(origin.cut)}}`;
    case 'recased':
      return `${variable}=$(printf '%s' ${of} | LC_ALL=C tr ${letters[origin.case]})`;
    case 'near':
      return `${variable}=$(near ${of} ${origin.digit} ${origin.plus})`;
    case 'apart':
      return `${variable}=$(printf '%s' ${of} | sed ${quoted(`s/^.\\{${origin.after}\\}/&${origin.by}/`)})`;
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

function word(text: string): string {
  if (text.includes('{{')) return `"${spelt(text, '"\\\\$`', (name) => `\${${variableOf(name)}}`)}"`;
  return /^[\w./:?=&%-]+$/.test(text) ? text : quoted(text);
}

/** Returns a here document. Each `{{name}}` becomes a shell variable, as in a word. */
function document(text: string): string {
  if (!/\{\{|[\\$`]/.test(text)) return `<<'END'\n${text}\nEND`;
  return `<<END\n${spelt(text, '\\\\$`', (name) => `$(in_json "$${variableOf(name)}")`)}\nEND`;
}

/** Escapes the `special` characters of a text, and replaces each `{{name}}` by the result of `of`. */
const spelt = (text: string, special: string, of: (name: string) => string): string =>
  text.replace(new RegExp(`\\{\\{([\\w-]+)\\}\\}|[${special}]`, 'g'), (whole, name?: string) =>
    name === undefined ? `\\${whole}` : of(name),
  );
