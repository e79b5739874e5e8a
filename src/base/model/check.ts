import type { Breach } from './breach.js';

/** An answer as evidence, with the parts that a sentence about it quotes. */
export interface Shown {
  readonly exchange: number;
  /** operationId of the contract; null for a probe outside the contract. */
  readonly operation: string | null;
  readonly method: string;
  readonly path: string;
  /** Null: no answer came. */
  readonly status: number | null;
  /** How this request differs from the test's other requests, such as `the code twice`. */
  readonly way?: string;
  /** A later request with a credential that this answer returned. If it succeeded, the credential works. */
  readonly use?: Shown;
}

export interface Member {
  readonly pointer: string;
  readonly rule: MemberRule;
  readonly expected?: unknown;
  /** JSON; absent if the member is missing or hidden. */
  readonly seen?: unknown;
  readonly hidden?: true;
}

/**
 * - `is`: the member has the value.
 * - `is not`: it has another value or is missing.
 * - `may be`: it has the value or a mask of it, or is missing.
 * - `lacks`: it is a list without the value.
 * - `is a text`: it is a non-empty text.
 * - `is absent`: it is missing or null.
 */
export type MemberRule = 'is' | 'is not' | 'may be' | 'lacks' | 'is a text' | 'is absent';

export interface Change {
  readonly part: 'cluster' | 'support';
  readonly member: string;
  /** JSON; absent if GET showed no such member. */
  readonly before?: unknown;
  readonly now?: unknown;
  /** Indexes of exchanges; null if unknown. */
  readonly readBefore: number | null;
  readonly readNow: number | null;
}

export interface Difference {
  /** `status`, or a JSON pointer into the body. */
  readonly at: string;
  readonly expected?: unknown;
  readonly seen?: unknown;
}

export const quantities = {
  'accepted answers': ['accepted answer', 'accepted answers'],
  bits: ['bit that differs', 'bits that differ'],
  'bits at equal distances': [
    'bit that does not follow from equal distances',
    'bits that do not follow from equal distances',
  ],
  'bits of text': ['bit besides names and times', 'bits besides names and times'],
  'bytes of a line': ['byte in a line', 'bytes in a line'],
  'bytes of the URI': ['byte in the URI', 'bytes in the URI'],
  digits: ['digit', 'digits'],
  'guesses evaluated': ['guess evaluated', 'guesses evaluated'],
  'keys in force': ['key in force', 'keys in force'],
  'seconds of a step': ['second in a time step', 'seconds in a time step'],
  secrets: ['secret', 'secrets'],
  'session ids': ['different session id', 'different session ids'],
  'sessions by one code': ['session opened by one code', 'sessions opened by one code'],
} as const;

export type Quantity = keyof typeof quantities;

export const withoutCode = ', without a code';

export type Attempts = 'codes' | 'passwords' | 'mailed codes';

export type MailRule =
  | 'code for its user only'
  | 'date'
  | 'date of now'
  | 'host of the target'
  | 'message id of its own'
  | 'no lasting secret'
  | 'one field'
  | 'own code only';

export const patterns = {
  'equal distances': ['random codes', 'codes at equal distances'],
  'even and odd in turn': ['random codes', 'codes that are all even, all odd, or even and odd in turn'],
  'fixed digit': ['random codes', 'codes with the same digit in one place'],
  repeated: ['different codes', 'one code twice'],
  'same beginning': ['random codes', 'codes with the same beginning'],
} as const;

export type FieldRule =
  | 'names the methods'
  /** Vary names Accept-Encoding, or `*`. */
  | 'names Accept-Encoding'
  /** WWW-Authenticate offers the scheme Bearer. */
  | 'challenges by Bearer'
  /** HEAD has the same field as GET. */
  | 'as of GET'
  | 'allows no credentials'
  | 'is not echoed';

/** Null and undefined mean that no answer came. */
export const isSuccess = (status: number | null | undefined): boolean =>
  status != null && status >= 200 && status < 300;

export function decidingAnswer({ kind, answers }: Check): Shown | undefined {
  return kind === 'same' || kind === 'differ' || kind === 'alike' ? answers.at(-1) : answers[0];
}

const comparing: ReadonlySet<Check['kind']> = new Set(['same', 'differ', 'alike', 'members', 'whole']);

/** Returns all answers that the check compares, otherwise the deciding one. */
export function evidenceOf(check: Check): readonly Shown[] {
  const all = comparing.has(check.kind) ? check.answers : [decidingAnswer(check)];
  const seen = new Map(all.flatMap((each) => (each === undefined ? [] : [[each.exchange, each] as const])));
  return [...seen.values()];
}

type Of<Kind extends string, More = object> = Kind extends string
  ? {
      readonly kind: Kind;
      /** The evidence, in the order of the requests; empty if the check is about the test as a whole. */
      readonly answers: readonly Shown[];
    } & More
  : never;

interface Found {
  readonly of: BodyCheck;
  readonly body: string;
  readonly what: string;
  readonly seed: number;
  readonly shrinks: number;
}

export type BodyCheck = Exclude<Check, { readonly kind: 'body found' }>;

/** A failed expectation as data, without secrets; src/base/wording/check.ts turns it into sentences. */
export type Check =
  /** The target must refuse, but `answers` accept. `no success`: redirects and server errors count as refusals, too. */
  | Of<'refused', { readonly least: '4xx' | 'no success' }>
  | Of<'accepted'>
  | Of<'succeeded', { readonly breaches: readonly Breach[] }>
  /**
   * - `documented`: no server error, unless it is an Error of the contract.
   * - `success or refusal`: 2xx, 4xx, or 501 with an Error.
   * - `there`: the answer differs from the one to a made-up path.
   */
  | Of<
      'handled',
      { readonly least: 'an answer' | 'no server error' | 'documented' | 'success or refusal' | 'there' }
    >
  | Of<'status', { readonly allowed: readonly number[] }>
  /** A login must return a full session. In `use`, the target refuses a read with the returned session. */
  | Of<'opens'>
  /** `success`: the member's JSON, if present. */
  | Of<'verified' | 'not verified', { readonly success?: unknown }>
  /** Members of the last answer's body. `any`: it is enough if one of them is right. */
  | Of<'members', { readonly any: boolean; readonly members: readonly Member[] }>
  /** After concurrent changes the state is one of the `allowed` values (JSON), never a mixture. */
  | Of<'whole', { readonly allowed: readonly unknown[]; readonly seen: unknown }>
  | Of<'state', { readonly changes: readonly Change[] }>
  /** GET must still return a documented configuration after a request. */
  | Of<'readable', { readonly part: Change['part'] }>
  /**
   * Mailed codes must reach the `expected` addresses only. For an unknown recipient, `seen` has the domain. If no code
   * came, `seen` has the mails without one: their addresses followed by {@link withoutCode}.
   */
  | Of<'mailed', { readonly expected: readonly string[]; readonly seen: readonly string[] }>
  /** A mail's content. `name`: the header field, if the check is about one. `seen` is never secret. */
  | Of<
      'mail',
      { readonly rule: MailRule; readonly name: string | null; readonly seen: string | number | null }
    >
  | Of<'random', { readonly pattern: keyof typeof patterns }>
  /** Two secret values must be equal, or differ. `with`: the source of the second. */
  | Of<
      'same' | 'differ',
      { readonly pointer: string; readonly with: 'an answer' | 'its URI' | 'the request' }
    >
  | Of<'alike', { readonly differences: readonly Difference[] }>
  /** `problems`: phrases without values. */
  | Of<
      'well formed',
      {
        readonly what: 'secret' | 'canonical secret' | 'Key URI' | 'URI parameters' | 'issuer' | 'label';
        readonly problems: readonly string[];
      }
    >
  /** Null means no bound. */
  | Of<
      'count',
      {
        readonly of: Quantity;
        readonly least: number | null;
        readonly most: number | null;
        readonly seen: number;
      }
    >
  /** The target must limit attempts. `within`: the largest limit that conforms. */
  | Of<'limited', { readonly of: Attempts; readonly within: number; readonly seen: number }>
  | Of<'field', { readonly name: string; readonly rule: FieldRule; readonly seen: string | null }>
  /** `beyond`: the bytes that came after the header section, such as `5 bytes`. */
  | Of<'framed', { readonly rule: 'nothing' | 'as declared'; readonly beyond: string }>
  /** `seen`: the status, if an answer came. */
  | Of<'transport', { readonly rule: 'TLS 1.2 or newer' | 'no plain HTTP'; readonly seen: number | null }>
  /** `seen`: null if the suite met no limit. */
  | Of<'claimed', { readonly atMost: number; readonly unit: string; readonly seen: number | null }>
  | Of<'body found', Found>;
