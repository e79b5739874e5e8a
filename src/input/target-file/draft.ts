import { stringify } from 'yaml';
import type { Allow } from './target.js';

/** What a new target file is made of; secrets come from the environment. */
export interface Draft {
  readonly name: string;
  readonly baseUrl: string;
  readonly release: string;
  readonly ca: string | undefined;
  /** User names. */
  readonly admin: string;
  readonly adminHasKey: boolean;
  readonly viewer: string | undefined;
  readonly other: string | undefined;
  /** Domain of the mail addresses: each account gets one at it. */
  readonly mailDomain: string | undefined;
  /** Where the suite listens for the target's mails. */
  readonly mailListen: string | undefined;
}

/** The text of a target file without its schema line, and the environment variables that it wants. */
export function draftTarget(
  draft: Draft,
  allow: Allow,
): { readonly text: string; readonly variables: readonly string[] } {
  const { mailDomain, mailListen, ca } = draft;
  const variables: string[] = [];
  const fromEnvironment = (variable: string) => {
    variables.push(variable);
    return `\${${variable}}`;
  };
  const account = (role: string, username: string, hasKey = false) => ({
    username,
    password: fromEnvironment(`${role}_PW`),
    ...(mailDomain === undefined ? {} : { email: `${username}@${mailDomain}` }),
    ...(hasKey ? { apiKey: fromEnvironment(`${role}_KEY`) } : {}),
  });
  const content = {
    name: draft.name,
    baseUrl: draft.baseUrl,
    release: draft.release,
    ...(ca === undefined ? {} : { tls: { ca } }),
    accounts: {
      admin: account('ADMIN', draft.admin, draft.adminHasKey),
      ...(draft.viewer === undefined ? {} : { viewer: account('VIEWER', draft.viewer) }),
      ...(draft.other === undefined ? {} : { other: account('OTHER', draft.other) }),
    },
    ...(mailDomain === undefined ? {} : { supportUser: { email: `support@${mailDomain}` } }),
    ...(mailListen === undefined ? {} : { mail: { kind: 'smtp', listen: mailListen } }),
    allow: { stateChanges: allow.stateChanges, ...granted(allow) },
  };
  // Quoted: 7.0 would be a number.
  return {
    text: stringify(content, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }),
    variables,
  };
}

function granted(allow: Allow): Partial<Allow> {
  const entries = Object.entries(allow).filter(([, value]) => value === true || Array.isArray(value));
  return Object.fromEntries(entries.filter(([, value]) => value === true || value.length > 0));
}
