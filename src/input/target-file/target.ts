import type { ReleaseName } from '../../base/model/releases.js';
import type { Secret } from '../../base/secret.js';
import type { MailSettings } from './mail.js';
import type { TlsSettings } from './tls.js';

/** The checked content of a target file. Secrets are {@link Secret}s; paths are absolute. */
export interface Target {
  readonly name: string;
  readonly file: string;
  /** The API's root without a trailing slash. The contract's paths follow it. */
  readonly baseUrl: string;
  /** If the file says `release: auto`, the default release until the run has detected the target's. */
  readonly release: ReleaseName;
  readonly detectRelease?: true;
  readonly tls: TlsSettings;
  readonly accounts: Accounts;
  readonly supportUser: {
    readonly email?: string;
    /** Further addresses of the support user that belong to no account. */
    readonly otherEmails?: readonly string[];
    readonly password?: Secret;
  };
  readonly mail?: MailSettings;
  /** The URL of the clock protocol: GET and POST to it read and move the target's clock. */
  readonly clock?: { readonly control: string };
  readonly allow: Allow;
  readonly limits: Limits;
  readonly waivers?: string;
  readonly statement?: string;
  /** Advice for the author of a valid file. */
  readonly warnings?: readonly string[];
}

/** An account's name. Further accounts are named by their place in the file. */
export type AccountRole = 'admin' | 'viewer' | 'other' | `more[${number}]`;

export interface ByRole<Each> {
  readonly admin?: Each;
  readonly viewer?: Each;
  readonly other?: Each;
  readonly [more: `more[${number}]`]: Each;
}

export type Accounts = ByRole<Account> & { readonly admin: Account };

/** Lists the accounts, the admin last, so that tests prefer other accounts. */
export function inOrderOfUse({ admin, viewer, other, ...more }: Accounts): Account[] {
  return [other, viewer, ...Object.values(more), admin].filter((account) => account !== undefined);
}

export interface Account {
  readonly role: AccountRole;
  readonly username?: string;
  readonly password?: Secret;
  /** `LOCAL` by default. */
  readonly domain: string;
  readonly email?: string;
  readonly apiKey?: Secret;
  /** The user's id, with which DELETE /users/sessions ends the user's sessions. */
  readonly sid?: string;
  /** Cluster MFA exempts the account: the password alone logs in, by design. */
  readonly mfaExempt?: true;
  /** False if the account can't receive codes by mail. */
  readonly mailedCodes?: false;
}

export interface Allow {
  readonly stateChanges: boolean;
  readonly clusterMfa: boolean;
  /** The accounts whose TOTP enrolment tests may replace for good. `more` stands for all of accounts.more. */
  readonly replaceTotpOf: readonly ('admin' | 'viewer' | 'other' | 'more' | 'supportUser')[];
  readonly lockOut: boolean;
  readonly disposable: boolean;
}

export interface Limits {
  /** Undefined: no limit. The default is 20; for a disposable target, no limit. */
  readonly requestsPerSecond?: number;
  readonly requestTimeoutMs: number;
  /** How long an unanswered write may still take effect, in milliseconds after the suite sent it. */
  readonly settleMs: number;
  /** How many sessions a user may have. If undefined, the suite keeps below {@link usualSessionsPerUser}. */
  readonly sessionsPerUser?: number;
  /** How long an account stays locked after failed logins, in minutes; undefined: unknown. */
  readonly lockMinutes?: number;
}

/** Clusters usually allow about ten sessions per user. This number leaves some for people. */
export const usualSessionsPerUser = 8;
