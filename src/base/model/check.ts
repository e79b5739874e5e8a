import type { Breach } from './breach.js';

/** An answer as evidence, with the parts that its sentence quotes. */
export interface Shown {
  /** The exchange's index in the log. */
  readonly exchange: number;
  /** operationId of the contract; null for a probe outside the contract. */
  readonly operation: string | null;
  readonly method: string;
  /** The URL's path, without the query. */
  readonly path: string;
  /** Null: the connection ended without an answer. */
  readonly status: number | null;
  /** How this request differs from the others of its test, such as `the code twice`. */
  readonly way?: string;
  /** A later request with a credential that this answer returned: a success shows that it works. */
  readonly use?: Shown;
}

export interface Member {
  /** JSON pointer. */
  readonly pointer: string;
  readonly rule: MemberRule;
  /** JSON; absent for rules without a value. */
  readonly expected?: unknown;
  /** JSON; absent if the member is missing or hidden. */
  readonly seen?: unknown;
  /** The member exists and may be a secret. */
  readonly hidden?: true;
}

/**
 * - `is`: has the value.
 * - `is not`: has another value or is missing.
 * - `may be`: has the value or a mask of it, or is missing.
 * - `lacks`: a list without the value.
 * - `is a text`: a non-empty text.
 * - `is absent`: missing or null.
 */
export type MemberRule = 'is' | 'is not' | 'may be' | 'lacks' | 'is a text' | 'is absent';

/** One member of a configuration (cluster or support) that a request changed. */
export interface Change {
  readonly part: 'cluster' | 'support';
  readonly member: string;
  /** JSON; absent if GET showed no such member. */
  readonly before?: unknown;
  readonly now?: unknown;
  /** The exchanges that showed both values; null if unknown. */
  readonly readBefore: number | null;
  readonly readNow: number | null;
}

/** One difference between two answers that must look alike. */
export interface Difference {
  /** `status`, or a JSON pointer into the body. */
  readonly at: string;
  /** JSON; absent if the answer lacks the member. */
  readonly expected?: unknown;
  readonly seen?: unknown;
}

/** Singular and plural of each quantity. */
export const quantities = {
  'accepted answers': ['accepted answer', 'accepted answers'],
  bits: ['bit that differs', 'bits that differ'],
  'bits at equal distances': ['bit, values not at equal distances', 'bits, values not at equal distances'],
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

/** The attempts or mails that a target limits. */
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

/** Patterns that would let someone guess the next code: expected and actual. */
export const patterns = {
  'equal distances': ['random codes', 'codes at equal distances'],
  'fixed digit': ['random codes', 'codes with the same digit in one place'],
  repeated: ['different codes', 'one code twice'],
  'same beginning': ['random codes', 'codes with the same beginning'],
} as const;

export type CodePattern = keyof typeof patterns;

export type FieldRule =
  /** Allow names the documented methods. */
  | 'names the methods'
  /** Vary names Accept-Encoding, or all fields. */
  | 'names Accept-Encoding'
  /** A challenge of the scheme Bearer. */
  | 'challenges by Bearer'
  /** HEAD has the same field as GET. */
  | 'as of GET'
  /** The target allows the origin no credentials. */
  | 'allows no credentials'
  /** The answer doesn't repeat the value of the request's field. */
  | 'is not echoed';

/** A status of success; null and undefined: no answer came. */
export const isSuccess = (status: number | null | undefined): boolean =>
  status != null && status >= 200 && status < 300;

/** The answer that a failure is about: of a comparison the later one. Undefined if it is about the test as a whole. */
export function decidingAnswer({ kind, answers }: Check): Shown | undefined {
  return kind === 'same' || kind === 'differ' || kind === 'alike' ? answers.at(-1) : answers[0];
}

const comparing: ReadonlySet<Check['kind']> = new Set(['same', 'differ', 'alike', 'members', 'whole']);

/** The answers that a reader needs to understand the failure: all of a comparison, otherwise the deciding one. */
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

/** A failed check for one of many bodies generated from a seed. */
interface Found {
  readonly of: BodyCheck;
  /** JSON, cut if long. The suite generated it, so it holds no secret. */
  readonly body: string;
  readonly what: string;
  readonly seed: number;
  readonly shrinks: number;
}

export type BodyCheck = Exclude<Check, { readonly kind: 'body found' }>;

/** A failed expectation as data, without secrets; src/base/wording/check.ts turns it into sentences. */
export type Check =
  /**
   * The target must refuse; each answer is one where it did not. `use` shows a request with the answer's credential.
   * `no success`: a redirect or a server error also counts as a refusal.
   */
  | Of<'refused', { readonly least: '4xx' | 'no success' }>
  | Of<'accepted'>
  | Of<'succeeded', { readonly breaches: readonly Breach[] }>
  /**
   * - `documented`: no server error, or one with an Error.
   * - `success or refusal`: 2xx, 4xx, or 501 with an Error.
   * - `there`: not the answer to a made-up path.
   */
  | Of<
      'handled',
      { readonly least: 'an answer' | 'no server error' | 'documented' | 'success or refusal' | 'there' }
    >
  | Of<'status', { readonly allowed: readonly number[] }>
  /** A login returns a full session; `use` is the read that the target refused. */
  | Of<'opens'>
  /** A code verifies: 2xx with success true. `success`: the member as JSON; absent if missing. */
  | Of<'verified' | 'not verified', { readonly success?: unknown }>
  /** The last answer's body. `any`: one of the members is enough. */
  | Of<'members', { readonly any: boolean; readonly members: readonly Member[] }>
  /** Concurrent changes leave one of these values, unmixed. JSON. */
  | Of<'whole', { readonly allowed: readonly unknown[]; readonly seen: unknown }>
  /** A request leaves the configurations of its requirement unchanged. `answers`: to this request, if known. */
  | Of<'state', { readonly changes: readonly Change[] }>
  /** After a request GET still returns a documented configuration. */
  | Of<'readable', { readonly part: Change['part'] }>
  /** Mailed codes reach exactly these addresses. Unknown recipients appear as their domain only. */
  | Of<'mailed', { readonly expected: readonly string[]; readonly seen: readonly string[] }>
  /** The content of a mail. `name`: the header field. `seen`: never secret. */
  | Of<
      'mail',
      { readonly rule: MailRule; readonly name: string | null; readonly seen: string | number | null }
    >
  /** Codes can't be guessed from earlier ones. */
  | Of<'random', { readonly pattern: CodePattern }>
  /** Compares two secret values, without keeping them. `with`: the source of the second one. */
  | Of<
      'same' | 'differ',
      { readonly pointer: string; readonly with: 'an answer' | 'its URI' | 'the request' }
    >
  | Of<'alike', { readonly differences: readonly Difference[] }>
  /** The format of a secret or a Key URI. `problems`: phrases without values. */
  | Of<
      'well formed',
      {
        readonly what: 'secret' | 'canonical secret' | 'Key URI' | 'URI parameters' | 'issuer' | 'label';
        readonly problems: readonly string[];
      }
    >
  /** A number within bounds; null: unbounded. */
  | Of<
      'count',
      {
        readonly of: Quantity;
        readonly least: number | null;
        readonly most: number | null;
        readonly seen: number;
      }
    >
  /** The target limits attempts: `within` is the largest conforming limit. */
  | Of<'limited', { readonly of: Attempts; readonly within: number; readonly seen: number }>
  | Of<'field', { readonly name: string; readonly rule: FieldRule; readonly seen: string | null }>
  /** The bytes after the header section. `beyond`: the bytes that came, as a phrase: `5 bytes`. */
  | Of<'framed', { readonly rule: 'nothing' | 'as declared'; readonly beyond: string }>
  /** The connection below HTTP. `seen`: the status, if an answer came. */
  | Of<'transport', { readonly rule: 'TLS 1.2 or newer' | 'no plain HTTP'; readonly seen: number | null }>
  /** A limit that the vendor claims. `seen`: null if the suite met no limit. */
  | Of<'claimed', { readonly atMost: number; readonly unit: string; readonly seen: number | null }>
  | Of<'body found', Found>;
