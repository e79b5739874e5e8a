import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from './clock.js';
import type { Json, JsonObject } from './json.js';
import type { Mailer, Message } from './mailer.js';
import type { Release } from './releases.js';
import type { ClusterMfa, MailCode, Privilege, State, SupportMfa, TotpKey, User } from './state.js';
import type { Algorithm } from './totp.js';

/** What every part of the emulator works on. */
export interface World {
  readonly release: Release;
  readonly rules: Rules;
  readonly state: State;
  readonly clock: Clock;
  readonly mailer: Mailer;
}

/** A step of the pipeline that a fault may leave out. */
export type Step = 'authentication' | 'authorisation' | 'media type' | 'checks';

/** One request on its way through the pipeline. */
export interface Call {
  /** Its id; null where the path or the method is none of the API's. */
  readonly operation: string | null;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** As sent: name, value, name, value. */
  readonly rawHeaders: readonly string[];
  /** Bytes as sent; undefined where they were more than the emulator takes. */
  content: Buffer | undefined;
  /** Undefined: there was no content. */
  body: Json | undefined;
  /** Undefined: the call is anonymous. */
  caller: User | undefined;
  readonly skip: Set<Step>;
  /** The connection it came by. */
  readonly connection: object;
}

/** What an operation answers, before it becomes bytes. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Undefined: no content. */
  body: Json | undefined;
}

/** An answer as bytes. */
export interface WireAnswer {
  status: number;
  /** Names in lower case. Framing is added when it is sent. */
  headers: Record<string, string>;
  content: Buffer | undefined;
  /**
   * Set only by faults: the answer is then written to the socket as it stands here, and the connection closed.
   * `after` follows the framed content; `keep` cuts the whole answer after so many bytes; `contentOnHead`
   * sends the content although the request was a HEAD; `framing` replaces the framing header fields, of which one may
   * stand several times, `reason` the reason phrase; `contentAfterMs` is how long the head goes before the rest.
   */
  raw?: {
    after?: Buffer;
    keep?: number;
    contentOnHead?: boolean;
    framing?: Record<string, string | readonly string[]>;
    reason?: string;
    contentAfterMs?: number;
  };
  /** Set only by variants: a 103 goes before it (RFC 8297), or a 100 that nobody asked for (RFC 9110 15.2). */
  hints?: true;
  continues?: true;
}

/** The API refuses a request: thrown by operations, turned into an Error by the pipeline. */
export class Refusal extends Error {
  readonly status: number;
  readonly errorCode: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, errorCode: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
    this.headers = headers;
  }
}

export function noContent(): Answer {
  return { status: 204, headers: {}, body: undefined };
}

/** What a request brought along, as far as this release looks at it. */
export interface Credentials {
  readonly apiKey?: string;
  /** Value of Authorization. */
  readonly authorization?: string;
  readonly sessionId?: string;
}

/**
 * What the API means, in small pieces that can be replaced one by one: the reference semantics here, one
 * deviation in each fault or variant. Operations ask these and decide nothing of it themselves.
 */
export interface Rules {
  /** Of new TOTP keys; the window is in steps. */
  totp: {
    algorithm: Algorithm;
    digits: number;
    period: number;
    secretBytes: number;
    stepsBack: number;
    stepsAhead: number;
  };
  mailCode: {
    digits: number;
    lifetimeMs: number;
    singleUse: boolean;
    newerVoidsOlder: boolean;
    /** How long a mail is held back, in real milliseconds. */
    delayMs: number;
    /** When a copy of it follows, likewise; undefined: none does. */
    copyMs?: number;
  };
  /** How many consecutive wrong codes make an account wait, and for how long by the emulator's clock. */
  throttle: { attempts: number; lockMs: number };
  /** The same for passwords: a right one ends a row of wrong ones, but not of wrong codes. */
  passwordThrottle: { attempts: number; lockMs: number };
  /** So long after they were handed out sessions, tokens and reference ids end, by the emulator's clock. */
  lifetimes: { sessionMs: number; tokenMs: number; referenceMs: number };
  /** How many mails with unused codes an account gets, and within what time by the emulator's clock. */
  mailLimit: { mails: number; windowMs: number };
  /** Whether a user's new key voids the older ones. */
  newKeyRetiresOlder: boolean;
  largestBody: number;
  /** Of HTTPS: whether versions before TLS 1.2 are spoken, and plain HTTP on the same port. */
  connection: { oldTls: boolean; plainToo: boolean };
  /** Operations that are not there, as if the release lacked them. */
  readonly absent: Set<string>;
  /** How long nobody listens after a switch of cluster MFA was answered; 0: it goes on. In real milliseconds. */
  restartMs: number;

  identify(credentials: Credentials, call: Call, world: World): User | undefined;
  mayCall(user: User, privilege: Privilege, call: Call): boolean;

  newSecret(call: Call, world: World): Buffer;
  /** totpSecretKey of a secret. */
  secretText(secret: Buffer): string;
  keyUri(key: TotpKey, secretText: string): string;
  /** The step of the accepted window that a code is right for. */
  stepOf(code: string, key: TotpKey, now: number): number | undefined;
  isReplay(step: number, key: TotpKey): boolean;
  /** The keys whose codes count for a user's login. */
  loginKeys(user: User, world: World): readonly TotpKey[];

  passwordRight(user: User, password: string): boolean;
  asksForCode(user: User, world: World): boolean;
  mechanismEnabled(mechanism: string, world: World): boolean;
  /** Which kinds of code are tried for an otpType. */
  kindsOf(otpType: string): readonly ('email' | 'totp')[];
  tokenByPasswordAlone(user: User, world: World): boolean;
  /** @throws Refusal where a code does not open an access token either: no document says that one does */
  demandTokenCode(user: User, body: JsonObject, world: World): void;

  /** Whether a login without a code is begun, to be finished by one. */
  beginsLogin(body: JsonObject, world: World): boolean;
  /** What a session that the password began may do. */
  firstStepMay(operation: string | null): boolean;
  /** Whether a code is right for the second step of a user's login. */
  secondStepRight(user: User, type: string, code: string, world: World): boolean;
  /** Makes a session of the first step's. */
  finishLogin(firstStep: string, user: User, world: World): void;

  /** Whether a code that was asked for is mailed at all. */
  mailsNow(owner: MailCode['owner'], world: World): boolean;
  newMailCode(world: World, owner: MailCode['owner']): string;
  mailCodeFits(entry: MailCode, code: string, owner: MailCode['owner'], now: number): boolean;
  /** One mail to each; repeated addresses get repeated mails. */
  recipients(address: string, call: Call, world: World): readonly string[];
  compose(code: string): Message;
  isAddress(text: string): boolean;

  storeCluster(before: ClusterMfa, wanted: ClusterMfa, world: World): ClusterMfa;
  readCluster(world: World): ClusterMfa;
  forgetsKeys(before: ClusterMfa, after: ClusterMfa): boolean;
  storeSupport(before: SupportMfa, wanted: SupportMfa, world: World): SupportMfa;
  readSupport(world: World): SupportMfa;
  afterDisabling(before: SupportMfa): SupportMfa;
  needsMfaCode(before: SupportMfa, wanted: SupportMfa, world: World): boolean;
  supportPasswordRight(password: string | undefined, world: World): boolean;
  /** Whether a change of support MFA takes the support user's password, in releases that know it. */
  needsSupportPassword(before: SupportMfa, wanted: SupportMfa, world: World): boolean;
  /** Whether a reference id stands for a code; a right one is used up. */
  useReference(id: string, world: World): boolean;
  /** What becomes of unused reference ids where the support user gets a new key. */
  retireReferences(world: World): void;
  afterVerification(before: SupportMfa, right: boolean): SupportMfa['verification'];
}
