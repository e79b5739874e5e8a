import type { Again, Origin } from '../../base/model/event.js';
import { secretNames } from '../../base/redaction/positions.js';
import { isObviousCode, type Redactor } from '../../base/redaction/redactor.js';
import type { Secret } from '../../base/secret.js';
import { membersIn, parsedJson } from '../../base/shape.js';
import { steadyNow } from '../../base/steady-now.js';
import { secretsIn, secretsInHeaders } from '../../contract/judging/secrets-in.js';
import { type OperationId, operationsWith } from '../../contract/openapi/operations.js';
import type { WireRequest } from '../../wire/http/transport.js';
import type { Authenticator } from '../../wire/otp/authenticator.js';
import type { Call, RequestOptions } from './call.js';
import { authenticatorOf } from './handed-key.js';

/** Shorter values also occur in other words by accident. */
const shortest = 4;
const longestBody = 16_384;

const handedOut = new Set(['sessionId', 'accessToken', 'totpSecretKey', 'totpUri', 'referenceId']);
const mailing: ReadonlySet<string> = new Set(operationsWith('mails'));

type Sent = Pick<Call, 'request' | 'json'> & Pick<RequestOptions, 'madeUp'>;

interface Made {
  readonly of: string;
  readonly step: number;
  readonly authenticator: Authenticator;
  readonly zero?: true;
}

/** Knows the origins of secrets in requests, so that requests can be recorded without the secrets. */
export class Origins {
  baseUrl = '';
  readonly #byValue = new Map<string, Origin>();
  readonly #byName = new Map<string, Origin>();
  readonly #keys: { readonly name: string; readonly authenticator: Authenticator }[] = [];
  readonly #codes = new Map<string, Made>();
  /** The keys of all codes that the suite made, also of wrong ones. */
  readonly #triedOn = new Map<string, Authenticator>();
  readonly #madeUp = new Map<string, string>();
  readonly #plain = new Set<string>();
  /** Maps the beginnings of spellings to the values, because most texts contain only few of the values. */
  readonly #byBeginning = new Map<string, Set<string>>();
  readonly #latestMailing = new Map<string | undefined, number>();
  #count = 0;

  constructor(
    private readonly now: () => number,
    private readonly redactor: Redactor,
    private readonly lane: () => string | undefined = () => undefined,
  ) {}

  ofTargetFile(value: Secret, variable: string): void {
    this.#learn(value.reveal(), { name: variable, kind: 'target file' });
  }

  /** Records names in the target file. They are never secrets, even if a test sends one as a password. */
  isPlain(values: Iterable<string>): void {
    for (const value of values) this.#plain.add(value);
  }

  mailed(code: string, to: string): void {
    const exchange = this.#latestMailing.get(this.lane());
    if (this.#byValue.has(code) || exchange === undefined) return;
    this.#learn(code, { name: this.#next('mailed'), kind: 'mailed', to, exchange });
  }

  made(code: string, authenticator: Authenticator, step: number): void {
    const key = this.#keys.find(({ authenticator: known }) =>
      [1, 2].every((each) => known.codeAt(each) === authenticator.codeAt(each)),
    );
    if (key !== undefined) this.#codes.set(code, { of: key.name, step, authenticator });
  }

  tried(code: string, authenticator: Authenticator): void {
    this.#triedOn.set(code, authenticator);
  }

  /** Returns the codes near now of the keys whose codes the request holds, except those codes themselves. */
  otherCodesOf(json: unknown): string[] {
    const held = secretsIn(json).map(([value]) => value);
    return held.flatMap((value) => {
      const key = this.#triedOn.get(value);
      if (key === undefined) return [];
      const step = key.stepAt(this.now());
      return [step - 1, step, step + 1]
        .map((near) => key.codeAt(near))
        .filter((code) => !held.includes(code));
    });
  }

  /** Records that the test waited for a code that begins with 0. A repro script must wait for one itself. */
  waitedForZero(code: string): void {
    const known = this.#codes.get(code);
    if (known !== undefined) this.#codes.set(code, { ...known, zero: true });
  }

  handedOut(index: number, operation: OperationId | null, body: unknown): void {
    if (operation !== null && mailing.has(operation)) this.#latestMailing.set(this.lane(), index);
    if (typeof body !== 'object' || body === null) return;
    for (const [member, value] of Object.entries(body)) {
      if (!handedOut.has(member) || typeof value !== 'string' || value.length < shortest) continue;
      const known = this.#byValue.get(value);
      // If two answers return the same key, the later one counts: after a fix, it may return a new key.
      const isNewest = known?.kind === 'answer' && member.startsWith('totp');
      if (known !== undefined && !isNewest) continue;
      const name = `${member}-${index}`;
      this.#byValue.delete(value);
      this.#learn(value, { name, kind: 'answer', exchange: index, member });
      const key = member === 'totpUri' ? authenticatorOf(value) : undefined;
      if (key !== undefined) this.#keys.unshift({ name, authenticator: key });
    }
  }

  /** Returns the request with names in place of secrets. Undefined if that is impossible. */
  again(sent: Sent, sentAt: number): Again | undefined {
    const { request } = sent;
    const body = textOf(request.body);
    if (body === null) return undefined;
    // If the body was sent as text, no parsed members distinguish secrets from made-up values.
    const isBytes = body !== undefined && sent.json === undefined;
    if (isBytes && this.#holdsSecrets(body, request.headers['Content-Type'] ?? '')) return undefined;
    if (sent.madeUp !== true) for (const [value] of secretsIn(sent.json)) this.#recognise(value);
    for (const [value] of secretsInHeaders(request.headers)) this.#recognise(value);
    const names = new Set<string>();
    const path = request.url.startsWith(this.baseUrl) ? request.url.slice(this.baseUrl.length) : request.url;
    const written = {
      path: this.#named(path, names, inPath),
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, this.#named(value, names)]),
      ),
      ...(body === undefined ? {} : { body: this.#named(body, names, inJson) }),
    };
    const texts = [written.path, ...Object.values(written.headers), written.body ?? ''];
    if (texts.some((text) => this.redactor.redact(text) !== text || looksLikeCode.test(text)))
      return undefined;
    if (sent.madeUp === true && !isBytes && !tellsNothing(written.body)) return undefined;
    return { ...written, origins: this.#withTheirs(names), targetTime: this.now() - steadyNow() + sentAt };
  }

  #holdsSecrets(body: string, type: string): boolean {
    // Only redactBody parses forms. It also cuts long bodies, so a long form counts as holding secrets.
    const isForm = type.includes('form');
    return (isForm ? this.redactor.redactBody(body, type) : this.redactor.redactPrinted(body)) !== body;
  }

  #learn(value: string, origin: Origin): void {
    if (value.length < shortest || this.#byValue.has(value)) return;
    this.#byValue.set(value, origin);
    this.#byName.set(origin.name, origin);
    this.#note(value);
  }

  #next(word: string): string {
    this.#count += 1;
    return `${word}-${this.#count}`;
  }

  /** Names an unknown value in the place of a secret: as a code, as a part of a known value, or as made up. */
  #recognise(value: string): void {
    if (value.length < shortest || this.#byValue.has(value) || this.#madeUp.has(value)) return;
    if (plainWord.test(value) || this.#plain.has(value)) return;
    if (isObviousCode(value) && !this.#codes.has(value)) return;
    const apart = inTwo.exec(value)?.groups;
    const joined = apart === undefined ? value : `${apart['first']}${apart['last']}`;
    // The value may be a code, a part of a code, or contain a code.
    for (const code of this.#codes.keys()) {
      const origin = value.includes(code) || code.startsWith(joined) ? this.#codeOf(code) : undefined;
      if (origin !== undefined) this.#learn(code, origin);
    }
    if (this.#byValue.has(value)) return;
    const of = this.#byValue.get(joined)?.name;
    if (apart !== undefined && of !== undefined) {
      const { first = '', by = '' } = apart;
      this.#learn(value, { name: this.#next('apart'), kind: 'apart', of, after: first.length, by });
      return;
    }
    if (this.#isNear(value)) return;
    const known = [...this.#byValue];
    const whole = known.find(([longer]) => longer.startsWith(value));
    if (whole !== undefined) {
      const [longer, { name: of }] = whole;
      this.#learn(value, { name: this.#next('part'), kind: 'part', of, cut: longer.length - value.length });
      return;
    }
    const sameLetters = known.filter(([other]) => other.toLowerCase() === value.toLowerCase());
    for (const letters of ['upper', 'lower', 'other'] as const) {
      const other = sameLetters.find(([each]) => inCase(each, letters) === value);
      if (other === undefined) continue;
      const [, { name: of }] = other;
      this.#learn(value, { name: this.#next('recased'), kind: 'recased', of, case: letters });
      return;
    }
    if (known.some(([part]) => value.includes(part))) return;
    this.#madeUp.set(value, likeness(value, this.#madeUp.size + 1));
    this.#note(value);
  }

  /** Tells whether a value differs in one digit from a recent code. If so, learns both. */
  #isNear(value: string): boolean {
    if (!/^\d+$/.test(value)) return false;
    const mailed = [...this.#byValue].flatMap(([code, { kind }]) => (kind === 'mailed' ? [code] : []));
    for (const code of [...mailed.slice(-2), ...[...this.#codes.keys()].slice(-4)].reverse()) {
      const digit = placeOf(code, value);
      const made = digit === undefined ? undefined : (this.#byValue.get(code) ?? this.#codeOf(code));
      if (digit === undefined || made === undefined) continue;
      this.#learn(code, made);
      const plus = (Number(value[digit]) - Number(code[digit]) + 10) % 10;
      this.#learn(value, { name: this.#next('near'), kind: 'near', of: made.name, digit, plus });
      return true;
    }
    return false;
  }

  #codeOf(value: string): Origin | undefined {
    const made = this.#codes.get(value);
    if (made === undefined) return undefined;
    const steps = made.step - made.authenticator.stepAt(this.now());
    return {
      name: this.#next('code'),
      kind: 'code',
      of: made.of,
      steps,
      ...(made.zero && { zero: made.zero }),
    };
  }

  #named(text: string, names: Set<string>, spell: (value: string) => string = (value) => value): string {
    let named = text;
    for (const value of this.#maybeIn(text)) {
      const origin = this.#byValue.get(value);
      const other = origin === undefined ? (this.#madeUp.get(value) ?? value) : `{{${origin.name}}}`;
      for (const spelling of new Set([value, spell(value)])) {
        if (!named.includes(spelling)) continue;
        named = named.replaceAll(spelling, () => other);
        if (other.startsWith('{{')) names.add(other.slice(2, -2));
      }
    }
    return named;
  }

  #note(value: string): void {
    for (const spelling of spellingsOf(value)) {
      const beginning = spelling.slice(0, shortest);
      const values = this.#byBeginning.get(beginning) ?? new Set();
      this.#byBeginning.set(beginning, values.add(value));
    }
  }

  /** Lists the values that a text may contain, longest first, because one may be part of another. */
  #maybeIn(text: string): readonly string[] {
    const found = new Set<string>();
    for (let at = 0; at + shortest <= text.length; at += 1)
      for (const value of this.#byBeginning.get(text.slice(at, at + shortest)) ?? []) found.add(value);
    return [...found].sort((a, b) => b.length - a.length);
  }

  #withTheirs(names: ReadonlySet<string>): Origin[] {
    const all = new Map<string, Origin>();
    const add = (name: string): void => {
      const origin = this.#byName.get(name);
      if (origin === undefined || all.has(name)) return;
      if ('of' in origin) add(origin.of);
      all.set(name, origin);
    };
    for (const name of names) add(name);
    return [...all.values()];
  }
}

/** Tells whether a made-up body has only placeholders, JSON words and impossible codes in the places of secrets. */
function tellsNothing(body = '{}'): boolean {
  const made = parsedJson(body);
  if (made === undefined) return false;
  return [...membersIn(made)].every(([name, value]) => {
    if (!secretPlaces.has(name.toLowerCase())) return true;
    const text = (JSON.stringify(value) ?? '').replace(/\{\{[\w-]+\}\}/g, '');
    return (/code$/i.test(name) ? canBeNoCode : jsonWords).test(text);
  });
}

const secretPlaces: ReadonlySet<string> = new Set(secretNames.map((name) => name.toLowerCase()));
const jsonWords = /^(?:[[\]{}",: ]|null|true|false)*$/;
/** Matches texts with at most one distinct digit, which can't hold a code. */
const canBeNoCode = /^[ -/:-~]*(?:(\d)(?:[ -/:-~]|\1)*)?$/;

/** Words that occur in a secret's place and in other texts as well. */
const plainWord = /^(?:null|true|false|bearer|basic)$/i;

function inCase(value: string, letters: 'upper' | 'lower' | 'other'): string {
  return value.replace(/[a-z]/gi, (each) => {
    const isUpper = letters === 'upper' || (letters === 'other' && each === each.toLowerCase());
    return isUpper ? each.toUpperCase() : each.toLowerCase();
  });
}

function placeOf(code: string, other: string): number | undefined {
  if (code.length !== other.length) return undefined;
  const places = [...code].flatMap((digit, at) => (digit === other[at] ? [] : [at]));
  return places.length === 1 ? places[0] : undefined;
}

const inTwo = /^(?<first>\d+)(?<by>[ .-])(?<last>\d+)$/;

/** Matches an unknown code. Replacements for made-up codes begin with zeros. */
const looksLikeCode = /(?:otp|otpCode|totpCode|mfaCode)"\s*:\s*"?(?!000)\d{6,8}/;

const spellingsOf = (value: string) => new Set([value, inPath(value), inJson(value)]);

/** Halves of surrogate pairs can't be written in a path. */
const inPath = (value: string) => encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\ufffd'));

const inJson = (value: string) => JSON.stringify(value).slice(1, -1);

function textOf(body: WireRequest['body']): string | undefined | null {
  if (body === undefined) return undefined;
  if (body.length > longestBody) return null;
  const text = Buffer.from(body).toString('utf8');
  const isText = Buffer.from(text).equals(Buffer.from(body));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a script can't hold
  return isText && !/[\u0000-\u0008\u000b-\u001f]/.test(text) ? text : null;
}

function likeness(value: string, n: number): string {
  if (/^\d+$/.test(value)) return String(n).padStart(value.length, '0').slice(-value.length);
  return value.replace(/\p{L}/gu, 'x').replace(/\d/g, '0');
}
