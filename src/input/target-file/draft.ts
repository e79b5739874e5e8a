import { stringify } from 'yaml';
import type { Allow } from './target.js';

/** The content of a new target file. Its secrets come from the environment. */
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
  /** The domain of the accounts' mail addresses. */
  readonly mailDomain: string | undefined;
  /** The address on which the suite receives the target's mails. */
  readonly mailListen: string | undefined;
}

/** The text of a target file without its schema line, and the environment variables that it uses. */
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
  // Quote texts: YAML would read 7.0 as a number.
  return {
    text: stringify(content, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }),
    variables,
  };
}

function granted(allow: Allow): Partial<Allow> {
  const entries = Object.entries(allow).filter(([, value]) => value === true || Array.isArray(value));
  return Object.fromEntries(entries.filter(([, value]) => value === true || value.length > 0));
}
