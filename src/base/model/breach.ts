export interface BrokenRule {
  /** A JSON Schema keyword, or `content` for a missing or unexpected body. */
  readonly keyword: string;
  /** The document's own types, values or limits; empty if the rule has none. */
  readonly demands: readonly string[];
  readonly seen: string;
}

/** The data of each kind of breach. Values from an answer appear only if they can't be secret. */
export interface BreachKinds {
  'wrong status': { readonly expected: number; readonly status: number };
  'unexpected content': { readonly bytes: number };
  'media type': { readonly expected: string; readonly seen: string | null };
  /** `of`: the name of the schema or of a part of it. `pointer`: the place in the value. */
  schema: { readonly of: string; readonly pointer: string; readonly rule: BrokenRule };
  'not JSON': object;
  'not UTF-8': object;
  'byte order mark': object;
  /** `declared`: the Content-Encoding. `seen`: the real coding; null if the suite doesn't know it. */
  miscoded: { readonly declared: string | null; readonly seen: string | null };
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
  'no Error': { readonly status: number; readonly seen: string | null };
  'empty Error': { readonly status: number };
  internals: {
    readonly status: number;
    readonly what: 'a stack trace' | 'SQL' | 'a file path' | 'an internal address';
  };
  /** `secrets`: their kinds, never their values. */
  'secret in body': { readonly secrets: readonly string[] };
  /** `place`: the header field's name, or the reason phrase. */
  'secret in head': { readonly secret: string; readonly place: string };
  'secret in URL': { readonly secret: string };
  'unexpected request body': object;
}

export type BreachKind = keyof BreachKinds;

export type Breach<Kind extends BreachKind = BreachKind> = {
  [Each in Kind]: { readonly kind: Each } & BreachKinds[Each];
}[Kind];

/** A breach in one answer. Its requirement may differ from the requirement under test. */
export interface Finding {
  readonly requirement: string;
  readonly breach: Breach;
}
