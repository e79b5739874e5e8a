import { createHash, randomBytes } from 'node:crypto';
import type { TotpParameters } from './totp.js';

export type Privilege = 'CLUSTER_VIEW' | 'CLUSTER_MODIFY' | 'MFA_MODIFY';

export type Role = 'admin' | 'viewer' | 'other' | `more-${number}`;

export interface User {
  readonly role: Role;
  readonly username: string;
  readonly domain: string;
  readonly sid: string;
  readonly password: string;
  readonly email: string;
  readonly apiKey: string;
  readonly privileges: readonly Privilege[];
}

/** Who owns codes: a user, by name, or the support user. */
export type Owner = string | typeof supportOwner;
export const supportOwner = Symbol('support user');

export interface TotpKey {
  readonly id: string;
  readonly name: string | null;
  readonly owner: Owner;
  readonly accountName: string;
  readonly secret: Buffer;
  readonly parameters: TotpParameters;
  readonly acceptedSteps: Set<number>;
}

export interface MailCode {
  readonly owner: Owner;
  readonly code: string;
  /** Epoch milliseconds of the emulator's clock. */
  readonly issuedAt: number;
  uses: number;
}

export interface ClusterMfa {
  enabled: boolean;
  authenticationTypes: string[] | null;
  retainUserMfaSettings: boolean | null;
}

export type VerificationState = 'kNotStarted' | 'kPending' | 'kSuccess' | 'kFailure';

export interface SupportMfa {
  readonly enabled: boolean;
  readonly mfaType: string | null;
  readonly email: string | null;
  readonly verification: VerificationState;
  /** Present while the mode is totp. */
  readonly key?: TotpKey;
}

/** A starting state for self-tests. By default everything is off. */
export interface StartState {
  readonly clusterMfa?: {
    readonly enabled?: boolean;
    readonly authenticationTypes?: readonly string[] | null;
    readonly retainUserMfaSettings?: boolean | null;
  };
  readonly domains?: { readonly [R in Role]?: string };
  readonly supportMfa?: { readonly enabled?: boolean; readonly mfaType?: 'email'; readonly email?: string };
}

export const supportOff: SupportMfa = {
  enabled: false,
  mfaType: null,
  email: null,
  verification: 'kNotStarted',
};

/** Everything that requests may change. The users and their secrets stay the same as long as the emulator runs. */
export class State {
  readonly users: readonly User[];
  readonly sessions = new Map<string, User>();
  readonly tokens = new Map<string, User>();
  readonly firstSteps = new Map<string, User>();
  /** When a session, a token or a reference id was issued, by the emulator's clock. */
  readonly issuedAt = new Map<string, number>();
  readonly failures = new Map<Owner, { count: number; lockedUntil: number }>();
  /** Consecutive mails whose codes were not used. */
  readonly unusedMails = new Map<Owner, { count: number; since: number }>();
  userKeys: TotpKey[] = [];
  mailCodes: MailCode[] = [];
  cluster: ClusterMfa = { enabled: false, authenticationTypes: null, retainUserMfaSettings: null };
  support: SupportMfa = supportOff;
  readonly supportPassword = randomBytes(15).toString('base64url');
  readonly referenceIds = new Set<string>();

  /** @param more the number of users besides admin, viewer and other */
  constructor(start: StartState, more = 0) {
    this.users = createUsers(start.domains ?? {}, more);
    this.reset(start);
  }

  get admin(): User {
    return this.user('admin');
  }

  user(role: Role): User {
    const user = this.users.find((candidate) => candidate.role === role);
    if (user === undefined) throw new Error(`No user with the role ${role}.`);
    return user;
  }

  reset(start: StartState): void {
    this.sessions.clear();
    this.tokens.clear();
    this.firstSteps.clear();
    this.issuedAt.clear();
    this.failures.clear();
    this.unusedMails.clear();
    this.userKeys = [];
    this.mailCodes = [];
    this.referenceIds.clear();
    const {
      enabled = false,
      authenticationTypes = ['email', 'totp'],
      retainUserMfaSettings = true,
    } = start.clusterMfa ?? {};
    this.cluster = {
      enabled,
      authenticationTypes: authenticationTypes === null ? null : [...authenticationTypes],
      retainUserMfaSettings,
    };
    this.support =
      start.supportMfa?.enabled === true
        ? { ...supportOff, enabled: true, mfaType: 'email', email: start.supportMfa.email ?? supportAddress }
        : supportOff;
  }
}

/** The domain is reserved (RFC 2606), so mail to it never reaches anybody. */
export const supportAddress = 'support@lab.example';

function sidOf(username: string): string {
  const hash = createHash('sha256').update(username).digest();
  return `S-1-100-${hash.readUInt32BE(0)}-${hash.readUInt32BE(4)}`;
}

function createUsers(domains: StartState['domains'] & object, more: number): User[] {
  const create = (role: Role, username: string, privileges: readonly Privilege[]): User => ({
    role,
    username,
    domain: domains[role] ?? 'LOCAL',
    sid: sidOf(username),
    password: randomBytes(15).toString('base64url'),
    email: `${username}@lab.example`,
    // Base64 has letters in both cases, so that a test that changes the case really makes another key.
    apiKey: randomBytes(24).toString('base64url'),
    privileges,
  });
  return [
    create('admin', 'admin', ['CLUSTER_VIEW', 'CLUSTER_MODIFY', 'MFA_MODIFY']),
    create('viewer', 'viewer', ['CLUSTER_VIEW']),
    create('other', 'bob', ['CLUSTER_VIEW']),
    ...Array.from({ length: more }, (_, at) => create(`more-${at + 1}`, `more-${at + 1}`, ['CLUSTER_VIEW'])),
  ];
}
