import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from './clock.js';
import type { Json, JsonObject } from './json.js';
import type { Mailer, Message } from './mailer.js';
import type { Release } from './releases.js';
import type { ClusterMfa, MailCode, Privilege, State, SupportMfa, TotpKey, User } from './state.js';
import type { Algorithm } from './totp.js';

export interface World {
  readonly release: Release;
  readonly rules: Rules;
  readonly state: State;
  readonly clock: Clock;
  readonly mailer: Mailer;
}

export type Step = 'authentication' | 'authorisation' | 'media type' | 'checks';

export interface Call {
  /** The operationId; null for a path or method outside the API. */
  readonly operation: string | null;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Names and values alternate, as sent. */
  readonly rawHeaders: readonly string[];
  /** The bytes as sent. Undefined if they exceeded the limit. */
  content: Buffer | undefined;
  body: Json | undefined;
  caller: User | undefined;
  readonly skip: Set<Step>;
  readonly connection: object;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Json | undefined;
}

export interface WireAnswer {
  status: number;
  /** Names are in lower case. The server adds the framing fields when it sends the answer. */
  headers: Record<string, string>;
  content: Buffer | undefined;
  /**
   * Set only by faults: the server writes these bytes to the socket and closes the connection. `after`: bytes
   * after the framed content. `keep`: how many bytes it sends. `framing`: header fields; names may repeat.
   */
  raw?: {
    after?: Buffer;
    keep?: number;
    contentOnHead?: boolean;
    framing?: Record<string, string | readonly string[]>;
    reason?: string;
    contentAfterMs?: number;
  };
  /** Set only by variants: a 103 (RFC 8297) or an unrequested 100 (RFC 9110 15.2) comes before the answer. */
  hints?: true;
  continues?: true;
}

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

export interface Credentials {
  readonly apiKey?: string;
  readonly authorization?: string;
  readonly sessionId?: string;
}

/** The rules of the API, which faults and variants replace. Operations leave all decisions to these rules. */
export interface Rules {
  /** The parameters of new TOTP keys. `stepsBack` and `stepsAhead` are the accepted window. */
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
    /** The delay of a mail in real milliseconds. */
    delayMs: number;
    /** The delay of a second copy of each mail. Undefined if there is no copy. */
    copyMs?: number;
  };
  /** How many consecutive wrong codes lock an account, and how long the lock lasts by the emulator's clock. */
  throttle: { attempts: number; lockMs: number };
  lockStatus: number;
  /** Like {@link throttle}, for passwords. A right password ends a series of wrong passwords, but not of codes. */
  passwordThrottle: { attempts: number; lockMs: number };
  lifetimes: { sessionMs: number; tokenMs: number; referenceMs: number };
  /** An account gets at most `mails` mails within `windowMs` by the emulator's clock, until it uses a mailed code. */
  mailLimit: { mails: number; windowMs: number };
  newKeyRetiresOlder: boolean;
  largestBody: number;
  /** Whether HTTPS accepts versions before TLS 1.2, and whether the same port accepts plain HTTP. */
  connection: { oldTls: boolean; plainToo: boolean };
  /** The operations that this emulator lacks although its release has them. */
  readonly absent: Set<string>;
  /** How long the server is down after cluster MFA was switched, in real milliseconds. */
  restartMs: number;

  identify(credentials: Credentials, call: Call, world: World): User | undefined;
  mayCall(user: User, privilege: Privilege, call: Call): boolean;

  newSecret(call: Call, world: World): Buffer;
  secretText(secret: Buffer): string;
  keyUri(key: TotpKey, secretText: string): string;
  /** Returns the time step to which a code belongs. Undefined if the step is outside the accepted window. */
  stepOf(code: string, key: TotpKey, now: number): number | undefined;
  isReplay(step: number, key: TotpKey): boolean;
  loginKeys(user: User, world: World): readonly TotpKey[];

  passwordRight(user: User, password: string): boolean;
  asksForCode(user: User, world: World): boolean;
  mechanismEnabled(mechanism: string, world: World): boolean;
  kindsOf(otpType: string): readonly ('email' | 'totp')[];
  tokenByPasswordAlone(user: User, world: World): boolean;
  /** @throws Refusal while MFA is on, by default even with a code: no document promises a token then. */
  demandTokenCode(user: User, body: JsonObject, world: World): void;

  /** Whether a login without a code starts a pending session. */
  beginsLogin(body: JsonObject, world: World): boolean;
  firstStepMay(operation: string | null): boolean;
  secondStepRight(user: User, type: string, code: string, world: World): boolean;
  finishLogin(firstStep: string, user: User, world: World): void;

  mailsNow(owner: MailCode['owner'], world: World): boolean;
  newMailCode(world: World, owner: MailCode['owner']): string;
  mailCodeFits(entry: MailCode, code: string, owner: MailCode['owner'], now: number): boolean;
  /** The addresses to mail to. An address that occurs twice gets two mails. */
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
  /** Whether this change of support MFA needs the support user's password. Only some releases have one. */
  needsSupportPassword(before: SupportMfa, wanted: SupportMfa, world: World): boolean;
  /** Whether a reference id replaces a code. Uses up a right id. */
  useReference(id: string, world: World): boolean;
  retireReferences(world: World): void;
  afterVerification(before: SupportMfa, right: boolean): SupportMfa['verification'];
}
