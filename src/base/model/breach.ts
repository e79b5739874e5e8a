/** A rule of the document that a value breaks. */
export interface BrokenRule {
  /** Of JSON Schema: `type`, `enum`, `required`; `content` where the whole body is there or missing. */
  readonly keyword: string;
  /** What the document says, as texts: the types or values, the property, the number; empty where it is no such text. */
  readonly demands: readonly string[];
  /** The JSON type of what came: `string`; `nothing` where nothing came. */
  readonly seen: string;
}

/** What each kind of breach carries. Values of the answer are there only where they can't be secret. */
export interface BreachKinds {
  'wrong status': { readonly expected: number; readonly status: number };
  'unexpected content': { readonly bytes: number };
  /** `seen`: the field's value. */
  'media type': { readonly expected: string; readonly seen: string | null };
  /** `of`: the schema, or what else has one. `pointer`: into the value. */
  schema: { readonly of: string; readonly pointer: string; readonly rule: BrokenRule };
  'not JSON': object;
  'not UTF-8': object;
  'byte order mark': object;
  /** `declared`: Content-Encoding; `seen`: the coding that the content has. Null: none that is known. */
  miscoded: { readonly declared: string | null; readonly seen: string | null };
  /** `seen`: the property that shows what a request set as `name`. */
  renamed: { readonly name: string; readonly seen: string };
  'repeated member': object;
  /** An accepted change of this property is never shown. */
  'not stored': { readonly name: string };
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
  /** An error of another form than JSON; `seen`: its media type. */
  'no Error': { readonly status: number; readonly seen: string | null };
  'empty Error': { readonly status: number };
  internals: {
    readonly status: number;
    readonly what: 'a stack trace' | 'SQL' | 'a file path' | 'an internal address';
  };
  /** `secrets`: what they are, never their values. */
  'secret in body': { readonly secrets: readonly string[] };
  /** `place`: the field, or the reason phrase. */
  'secret in head': { readonly secret: string; readonly place: string };
  /** Of a recorded request. */
  'secret in URL': { readonly secret: string };
  'unexpected request body': object;
}

export type BreachKind = keyof BreachKinds;

/** What one answer breaks, as data: src/base/wording/breach.ts makes sentences of it, src/reports/repro/breach-scripts.ts a command. */
export type Breach<Kind extends BreachKind = BreachKind> = {
  [Each in Kind]: { readonly kind: Each } & BreachKinds[Each];
}[Kind];

/** A breach seen in one answer, whatever the test that sent the request was about. */
export interface Finding {
  readonly requirement: string;
  readonly breach: Breach;
}
