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
  /** With `release: auto`, the default release until the run has detected the target's. */
  readonly release: ReleaseName;
  /** The file says `release: auto`. */
  readonly detectRelease?: true;
  readonly tls: TlsSettings;
  readonly accounts: Accounts;
  readonly supportUser: {
    readonly email?: string;
    /** More addresses for the support user, which belong to no account. */
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
  /** Advice for the author of a valid file; absent: none. */
  readonly warnings?: readonly string[];
}

/** The name of an account. A further account is named after its place in the file. */
export type AccountRole = 'admin' | 'viewer' | 'other' | `more[${number}]`;

/** A value for each account. */
export interface ByRole<Each> {
  readonly admin?: Each;
  readonly viewer?: Each;
  readonly other?: Each;
  readonly [more: `more[${number}]`]: Each;
}

export type Accounts = ByRole<Account> & { readonly admin: Account };

/** The accounts in the order in which tests take them, the admin last. */
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
  /** The user's id, by which DELETE /users/sessions ends its sessions. */
  readonly sid?: string;
  /** Cluster MFA exempts the account: its password alone still logs in, by design. */
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
  /** Undefined: no limit. The default is 20, or no limit for a disposable target. */
  readonly requestsPerSecond?: number;
  readonly requestTimeoutMs: number;
  /** How long an unanswered write may still take effect, in milliseconds after the suite sent it. */
  readonly settleMs: number;
  /** How many sessions a user may have. If undefined, the suite stays below the usual limit. */
  readonly sessionsPerUser?: number;
  /** How long an account stays locked after failed logins, in minutes; undefined: unknown. */
  readonly lockMinutes?: number;
}

/** Clusters usually allow about ten sessions per user; this leaves some for people. */
export const usualSessionsPerUser = 8;
