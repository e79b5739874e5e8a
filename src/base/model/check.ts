import type { Breach } from './breach.js';

/** An answer that shows something, with what a sentence needs of it. */
export interface Shown {
  /** By which the log names the exchange. */
  readonly exchange: number;
  /** operationId of the contract; null: a probe that is no operation. */
  readonly operation: string | null;
  readonly method: string;
  /** Of the URL, without the query. */
  readonly path: string;
  /** Null: the connection ended without an answer. */
  readonly status: number | null;
  /** What was special about the request, where several ways were tried: `the code twice`. */
  readonly way?: string;
  /** A request that used what the answer handed out: a success is what it opened, a refusal what it didn't. */
  readonly use?: Shown;
}

/** One member of a body, or of a configuration that was read. */
export interface Member {
  /** JSON pointer. */
  readonly pointer: string;
  readonly rule: MemberRule;
  /** JSON; absent where the rule needs none. */
  readonly expected?: unknown;
  /** JSON; absent where the member isn't there, or is hidden. */
  readonly seen?: unknown;
  /** It is there, and may be a secret. */
  readonly hidden?: true;
}

/**
 * `is`: has the value. `is not`: has another one, or isn't there. `may be`: has the value, a mask of it, or isn't
 * there. `lacks`: a list without the value. `holds`: a list or a text with the value. `is a text`: a text that isn't
 * empty. `is absent`: isn't there, or null.
 */
export type MemberRule = 'is' | 'is not' | 'may be' | 'lacks' | 'holds' | 'is a text' | 'is absent';

/** One member of one of the two configurations that a request changed. */
export interface Change {
  readonly part: 'cluster' | 'support';
  readonly member: string;
  /** JSON. */
  readonly before: unknown;
  readonly now: unknown;
  /** The exchanges that showed both; null where the log doesn't say. */
  readonly readBefore: number | null;
  readonly readNow: number | null;
}

/** Where two answers differ that must look alike. */
export interface Difference {
  /** `status`, or a JSON pointer into the body. */
  readonly at: string;
  /** JSON. */
  readonly expected: unknown;
  readonly seen: unknown;
}

/** What has a least or a greatest number. */
export type Quantity =
  | 'accepted answers'
  | 'bits'
  | 'bits at equal distances'
  | 'bits of text'
  | 'bytes of a line'
  | 'bytes of the URI'
  | 'digits'
  | 'guesses evaluated'
  | 'keys in force'
  | 'seconds of a step'
  | 'secrets'
  | 'session ids'
  | 'sessions by one code';

/** What a target limits: attempts by which credential, or mails. */
export type Attempts = 'codes' | 'passwords' | 'mailed codes';

/** What a mail must be. */
export type MailRule =
  | 'code for its user only'
  | 'date'
  | 'date of now'
  | 'host of the target'
  | 'message id of its own'
  | 'no lasting secret'
  | 'one field'
  | 'own code only';

/** What a sequence of codes must not show. */
export type CodePattern = 'equal distances' | 'fixed digit' | 'repeated' | 'same beginning';

export type FieldRule =
  /** Allow names the documented methods. */
  | 'names the methods'
  /** Vary names Accept-Encoding, or all fields. */
  | 'names Accept-Encoding'
  /** A challenge of the scheme Bearer. */
  | 'challenges by Bearer'
  /** Of HEAD, as of GET. */
  | 'as of GET'
  /** The origin is not allowed credentials. */
  | 'allows no credentials'
  /** The answer doesn't repeat what the request's field held. */
  | 'is not echoed';

/** The answer that a failure is about; undefined: all that the test sent. Where two are compared it is the later one. */
export function decidingOf({ kind, answers }: Check): Shown | undefined {
  return kind === 'same' || kind === 'differ' || kind === 'alike' ? answers.at(-1) : answers[0];
}

type Of<Kind extends string, More = object> = Kind extends string
  ? {
      readonly kind: Kind;
      /** What shows it, in the order in which it was sent; empty: all that the test sent. */
      readonly answers: readonly Shown[];
    } & More
  : never;

/** A check of one body among many that were made by a seed. */
interface Found {
  readonly of: BodyCheck;
  /** JSON, of a long one the beginning; of the suite's making, so no secret. */
  readonly body: string;
  /** What is special about the body. */
  readonly what: string;
  readonly seed: number;
  readonly shrinks: number;
}

/** What can be checked of the answer to one body. */
export type BodyCheck = Exclude<Check, { readonly kind: 'body found' }>;

/** What an expectation demanded and what it saw: data, of which src/wording makes sentences. Holds no secret. */
export type Check =
  /**
   * A refusal is due. Each answer is one that is none; its `use`, where there is one, shows what it opened. Several
   * are ways that should all be shut. `no success`: a redirect or a server error will do as well.
   */
  | Of<'refused', { readonly least: '4xx' | 'no success' }>
  /** A success, whichever. */
  | Of<'accepted'>
  /** The documented success. */
  | Of<'succeeded', { readonly breaches: readonly Breach[] }>
  /**
   * `documented`: no server error, or one with an Error; `success or refusal`: 2xx or 4xx, or 501 with an Error;
   * `there`: another answer than a made-up path gets.
   */
  | Of<
      'handled',
      { readonly least: 'an answer' | 'no server error' | 'documented' | 'success or refusal' | 'there' }
    >
  /** One of these statuses. */
  | Of<'status', { readonly allowed: readonly number[] }>
  /** A login hands out a session that opens something; `use` is the read that was refused. */
  | Of<'opens'>
  /** A code verifies: a success with success true. `success`: JSON, as it was answered; null where it wasn't. */
  | Of<'verified' | 'not verified', { readonly success: unknown }>
  /** The last answer's body. `any`: one of the members is enough, the others are absent. */
  | Of<'members', { readonly any: boolean; readonly members: readonly Member[] }>
  /** Changes at the same time leave one of these whole, and no mixture. JSON. */
  | Of<'whole', { readonly allowed: readonly unknown[]; readonly seen: unknown }>
  /** A request left both configurations as they were; the answers are those to the request, where one is known. */
  | Of<'state', { readonly changes: readonly Change[] }>
  /** After a request GET shows a part of the state by the document. */
  | Of<'readable', { readonly part: Change['part'] }>
  /** Mails with a code came to these addresses, and to no other. Strangers' addresses are told by their domain. */
  | Of<'mailed', { readonly expected: readonly string[]; readonly seen: readonly string[] }>
  /** What a mail holds. `name`: of a header field. `seen`: no secret. */
  | Of<
      'mail',
      { readonly rule: MailRule; readonly name: string | null; readonly seen: string | number | null }
    >
  /** Codes that could be guessed from those before. */
  | Of<'random', { readonly pattern: CodePattern }>
  /** Two answers hold one value. `with`: what it is compared with; values never. */
  | Of<
      'same' | 'differ',
      { readonly pointer: string; readonly with: 'an answer' | 'its URI' | 'the request' }
    >
  /** Two answers that must look alike. */
  | Of<'alike', { readonly differences: readonly Difference[] }>
  /** A secret or a Key URI by its format. `problems`: phrases without values. */
  | Of<
      'well formed',
      {
        readonly what: 'secret' | 'canonical secret' | 'Key URI' | 'URI parameters' | 'issuer' | 'label';
        readonly problems: readonly string[];
      }
    >
  /** A number within a bound; the other bound is null. */
  | Of<
      'count',
      {
        readonly of: Quantity;
        readonly least: number | null;
        readonly most: number | null;
        readonly seen: number;
      }
    >
  /** A limit on attempts sets in after so many. */
  | Of<'limited', { readonly of: Attempts; readonly within: number; readonly seen: number }>
  | Of<'field', { readonly name: string; readonly rule: FieldRule; readonly seen: string | null }>
  /** The bytes after the header section: none, or those that it declares. `beyond`: a phrase, `5 bytes`. */
  | Of<'framed', { readonly rule: 'nothing' | 'as declared'; readonly beyond: string }>
  /** Below HTTP. `seen`: the status, where there was one. */
  | Of<'transport', { readonly rule: 'TLS 1.2 or newer' | 'no plain HTTP'; readonly seen: number | null }>
  /** A number that the vendor claims. `seen`: null where the limit never came. */
  | Of<'claimed', { readonly atMost: number; readonly unit: string; readonly seen: number | null }>
  | Of<'body found', Found>;
