import type { ReleaseName } from '../../base/model/releases.js';
import type { Secret } from '../../base/secret.js';
import type { MailSettings } from './mail.js';
import type { TlsSettings } from './tls.js';

/** Paths are absolute. */
export interface Target {
  readonly name: string;
  readonly file: string;
  readonly baseUrl: string;
  /** With `release: auto`, the default release until the run has detected the target's. */
  readonly release: ReleaseName;
  readonly detectRelease?: true;
  readonly tls: TlsSettings;
  readonly accounts: Accounts;
  readonly supportUser: {
    readonly email?: string;
    /** Addresses that belong to no account. */
    readonly otherEmails?: readonly string[];
    readonly password?: Secret;
  };
  readonly mail?: MailSettings;
  /** The URL of the clock protocol. */
  readonly clock?: { readonly control: string };
  readonly allow: Allow;
  readonly limits: Limits;
  readonly waivers?: string;
  readonly statement?: string;
  readonly warnings?: readonly string[];
}

/** Further accounts are named by their place in the file. */
export type AccountRole = 'admin' | 'viewer' | 'other' | `more[${number}]`;

export interface ByRole<Each> {
  readonly admin?: Each;
  readonly viewer?: Each;
  readonly other?: Each;
  readonly [more: `more[${number}]`]: Each;
}

export type Accounts = ByRole<Account> & { readonly admin: Account };

/** The admin comes last: tests prefer other accounts. */
export const inOrderOfUse = ({ admin, viewer, other, ...more }: Accounts): Account[] =>
  [other, viewer, ...Object.values(more), admin].filter((account) => account !== undefined);

export interface Account {
  readonly role: AccountRole;
  readonly username?: string;
  readonly password?: Secret;
  readonly domain: string;
  readonly email?: string;
  readonly apiKey?: Secret;
  /** The id by which DELETE /users/sessions ends the user's sessions. */
  readonly sid?: string;
  /** Cluster MFA exempts the account: the password alone logs in. */
  readonly mfaExempt?: true;
  readonly mailedCodes?: false;
}

export interface Allow {
  readonly stateChanges: boolean;
  readonly clusterMfa: boolean;
  /** Tests may replace these accounts' TOTP for good. `more` stands for all of accounts.more. */
  readonly replaceTotpOf: readonly ('admin' | 'viewer' | 'other' | 'more' | 'supportUser')[];
  readonly lockOut: boolean;
  readonly disposable: boolean;
}

export interface Limits {
  readonly requestsPerSecond?: number;
  readonly requestTimeoutMs: number;
  /** How long an unanswered write may still take effect after the suite sent it. */
  readonly settleMs: number;
  /** If undefined, the suite keeps below {@link usualSessionsPerUser}. */
  readonly sessionsPerUser?: number;
  /** How long failed logins lock an account; undefined: unknown. */
  readonly lockMinutes?: number;
}

/** Clusters usually allow about ten. This number leaves some for people. */
export const usualSessionsPerUser = 8;
