import type { ReleaseName } from '../../base/model/releases.js';
import type { Secret } from '../../base/secret.js';
import type { MailSettings } from './mail.js';
import type { TlsSettings } from './tls.js';

/** The checked content of a target file. Secrets are {@link Secret}s; paths are absolute. */
export interface Target {
  readonly name: string;
  /** Absolute path of the target file. */
  readonly file: string;
  /** The API's root without a trailing slash; operation paths follow as in the contract. */
  readonly baseUrl: string;
  /** With detection, the default release until the run detects another. */
  readonly release: ReleaseName;
  /** The file says `release: auto`. */
  readonly detectRelease?: true;
  readonly tls: TlsSettings;
  readonly accounts: Accounts;
  readonly supportUser: {
    readonly email?: string;
    /** Further addresses, which belong to no account. */
    readonly otherEmails?: readonly string[];
    readonly password?: Secret;
  };
  readonly mail?: MailSettings;
  /** The URL that moves the target's clock by GET and POST of the clock protocol. */
  readonly clock?: { readonly control: string };
  readonly allow: Allow;
  readonly limits: Limits;
  /** Absolute path of the waivers file. */
  readonly waivers?: string;
  /** Absolute path of the vendor's statement. */
  readonly statement?: string;
  /** Advice for the author of a valid file; absent: none. */
  readonly warnings?: readonly string[];
}

/** Further accounts are named after their place in the file. */
export type AccountRole = 'admin' | 'viewer' | 'other' | `more[${number}]`;

/** A value for each account. */
export interface ByRole<Each> {
  readonly admin?: Each;
  readonly viewer?: Each;
  readonly other?: Each;
  readonly [more: `more[${number}]`]: Each;
}

export type Accounts = ByRole<Account> & { readonly admin: Account };

/** The accounts in the order of their use; the admin's own comes last. */
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
  /** With cluster MFA on, its password alone still logs in by design. */
  readonly mfaExempt?: true;
  /** False: it can't receive codes by mail. */
  readonly mailedCodes?: false;
}

export interface Allow {
  readonly stateChanges: boolean;
  readonly clusterMfa: boolean;
  /** Accounts (or the support user) whose TOTP enrolment may be replaced permanently; `more`: all further ones. */
  readonly replaceTotpOf: readonly ('admin' | 'viewer' | 'other' | 'more' | 'supportUser')[];
  readonly lockOut: boolean;
  readonly disposable: boolean;
}

export interface Limits {
  /** Undefined: no limit. The default is 20, or no limit for a disposable target. */
  readonly requestsPerSecond?: number;
  readonly requestTimeoutMs: number;
  /** How long an unanswered write may still take effect after sending, in milliseconds. */
  readonly settleMs: number;
  /** The session limit per user. Undefined: the suite stays below the usual limit. */
  readonly sessionsPerUser?: number;
  /** How long an account stays locked after failed logins, in minutes; undefined: unknown. */
  readonly lockMinutes?: number;
}

/** Clusters usually allow about ten sessions per user; this leaves some for people. */
export const usualSessionsPerUser = 8;
