export interface BrokenRule {
  /** A JSON Schema keyword, or `content` for a missing or unexpected body. */
  readonly keyword: string;
  /**
   * What the rule in the document demands: types, values, a property or a number. Empty if the rule names none of
   * these.
   */
  readonly demands: readonly string[];
  /** The JSON type of the value, or `nothing`. */
  readonly seen: string;
}

/** The data of each kind of breach. Values from an answer appear only if they can't be secret. */
export interface BreachKinds {
  'wrong status': { readonly expected: number; readonly status: number };
  'unexpected content': { readonly bytes: number };
  'media type': { readonly expected: string; readonly seen: string | null };
  /** `of`: the name of the schema, or of a named part of it. `pointer`: the place in the value. */
  schema: { readonly of: string; readonly pointer: string; readonly rule: BrokenRule };
  'not JSON': object;
  'not UTF-8': object;
  'byte order mark': object;
  /** `declared`: the Content-Encoding. `seen`: the real coding; null if the suite doesn't know it. */
  miscoded: { readonly declared: string | null; readonly seen: string | null };
  /** A request set the property `name`, and the answer shows its value under the name `seen`. */
  renamed: { readonly name: string; readonly seen: string };
  'repeated member': object;
  'contrary members': object;
  'not stored': { readonly name: string };
  'wrong code opens': object;
  'field missing': { readonly name: 'Date' | 'WWW-Authenticate' | 'Allow'; readonly status: number };
  'field malformed': { readonly name: 'Date' | 'Retry-After' };
  'endless Retry-After': object;
  redirect: { readonly status: number };
  'framing of 204': { readonly name: 'Content-Length' | 'Transfer-Encoding'; readonly seen: string };
  'length of 204': { readonly seen: string };
  'unasked key': object;
  'storable secret': object;
  'server error': { readonly mistake: string; readonly status: number };
  'connection closed': { readonly mistake: string };
  /** The answer isn't JSON; `seen` is its media type. */
  'no Error': { readonly status: number; readonly seen: string | null };
  'empty Error': { readonly status: number };
  internals: {
    readonly status: number;
    readonly what: 'a stack trace' | 'SQL' | 'a file path' | 'an internal address';
  };
  /** `secrets`: the kinds, never the values. */
  'secret in body': { readonly secrets: readonly string[] };
  /** `place`: the header field's name, or the reason phrase. */
  'secret in head': { readonly secret: string; readonly place: string };
  /** Found in recordings only. */
  'secret in URL': { readonly secret: string };
  'unexpected request body': object;
}

export type BreachKind = keyof BreachKinds;

/** A rule that an answer breaks, as data. base/wording puts it into words, reports/repro into a command. */
export type Breach<Kind extends BreachKind = BreachKind> = {
  [Each in Kind]: { readonly kind: Each } & BreachKinds[Each];
}[Kind];

/** A breach in one answer. Its requirement may differ from the one under test. */
export interface Finding {
  readonly requirement: string;
  readonly breach: Breach;
}
