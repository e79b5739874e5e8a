import type { ReleaseName } from '../../base/model/releases.js';
import type { Secret } from '../../base/secret.js';
import type { MailSettings } from './mail.js';
import type { TlsSettings } from './tls.js';

/** What a target file says, read and checked. Everything secret is a {@link Secret}; paths are absolute. */
export interface Target {
  readonly name: string;
  /** Absolute path of the target file. */
  readonly file: string;
  /** The API's root, no trailing slash; paths of operations are appended as they stand in the contract. */
  readonly baseUrl: string;
  /** Where it is to be detected, the default release until it is. */
  readonly release: ReleaseName;
  /** The file says `release: auto`. */
  readonly detectRelease?: true;
  readonly tls: TlsSettings;
  readonly accounts: Accounts;
  readonly supportUser: { readonly email?: string; readonly password?: Secret };
  readonly mail?: MailSettings;
  /** Where the target's clock can be moved: GET and POST of the clock protocol. */
  readonly clock?: { readonly control: string };
  readonly allow: Allow;
  readonly limits: Limits;
  /** Absolute path of the waivers file. */
  readonly waivers?: string;
  /** Absolute path of the vendor's statement. */
  readonly statement?: string;
  /** What the file's author should know though the file is accepted; absent when there is nothing. */
  readonly warnings?: readonly string[];
}

export type AccountRole = 'admin' | 'viewer' | 'other';

export type Accounts = { readonly admin: Account } & { readonly [R in AccountRole]?: Account };

export interface Account {
  readonly role: AccountRole;
  readonly username?: string;
  readonly password?: Secret;
  /** `LOCAL` unless the file says otherwise. */
  readonly domain: string;
  readonly email?: string;
  readonly apiKey?: Secret;
  /** The user's id: DELETE /users/sessions ends the sessions of this user by it. */
  readonly sid?: string;
  /** By design its password alone logs in while cluster MFA is on, too. */
  readonly mfaExempt?: true;
  /** False: codes by mail are not set up for it. */
  readonly mailedCodes?: false;
}

export interface Allow {
  readonly stateChanges: boolean;
  readonly clusterMfa: boolean;
  /** Accounts (or the support user) whose TOTP enrolment may be replaced for good. */
  readonly replaceTotpOf: readonly (AccountRole | 'supportUser')[];
  readonly lockOut: boolean;
  readonly disposable: boolean;
}

export interface Limits {
  /** Undefined: no limit. A file that doesn't say gets 20, or no limit if the target is disposable. */
  readonly requestsPerSecond?: number;
  readonly requestTimeoutMs: number;
  /** How long after it was sent a write without an answer may still land, in milliseconds. */
  readonly settleMs: number;
  /** How many sessions of one user the suite may have open. Undefined: it tries to do with the usual number. */
  readonly sessionsPerUser?: number;
  /** How long an account stays locked after failed logins, in minutes; undefined: not known. */
  readonly lockMinutes?: number;
}

/** Clusters that limit sessions let a user have about ten: some are left to people. */
export const usualSessionsPerUser = 8;
