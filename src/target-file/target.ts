import type { ReleaseName } from '../model/releases.js';
import type { Secret } from '../secret.js';

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

export interface TlsSettings {
  /** PEM text of the certificate authorities to trust besides the system's. */
  readonly ca?: string;
  /** SHA-256 of the server's SubjectPublicKeyInfo, Base64. */
  readonly pin?: string;
  readonly serverName?: string;
  /** PEM text of the client certificate and its key. */
  readonly cert?: string;
  readonly key?: Secret;
  readonly insecure: boolean;
}

interface MailWaits {
  /** How long a mail may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How long silence is silence, in milliseconds. */
  readonly quietMs: number;
  readonly codePattern?: RegExp;
}

export type MailSettings = MailWaits &
  (
    | { readonly kind: 'smtp'; readonly host: string; readonly port: number }
    | {
        readonly kind: 'imap';
        readonly host: string;
        readonly port: number;
        /** TLS from the first byte, after STARTTLS, or not at all. */
        readonly tls: boolean | 'starttls';
        /** PEM text of the authorities to trust besides the system's. */
        readonly ca?: string;
        /** Trust any certificate. */
        readonly insecure: boolean;
        readonly username: string;
        readonly password: Secret;
        readonly folder: string;
      }
    | {
        readonly kind: 'command';
        /** A program (its absolute path, or a name on the PATH) and its arguments; {to} stands for the address. */
        readonly run: readonly string[];
      }
  );

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
