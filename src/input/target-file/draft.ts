import { dirname, join, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import { defined } from '../../base/defined.js';
import { packageRoot } from '../../base/package-root.js';
import type { Allow } from './target.js';

/** The content of a new target file. Its secrets come from the environment. */
export interface Draft {
  readonly name: string;
  readonly baseUrl: string;
  readonly release: string;
  readonly ca: string | undefined;
  readonly admin: string;
  readonly adminHasKey: boolean;
  readonly viewer: string | undefined;
  readonly other: string | undefined;
  readonly mailDomain: string | undefined;
  readonly mailListen: string | undefined;
}

/** `variables`: the environment variables that the text uses. */
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
  const { name, baseUrl, release, admin, adminHasKey, viewer, other } = draft;
  const content = defined({
    name,
    baseUrl,
    release,
    tls: ca === undefined ? undefined : { ca },
    accounts: defined({
      admin: account('ADMIN', admin, adminHasKey),
      viewer: viewer === undefined ? undefined : account('VIEWER', viewer),
      other: other === undefined ? undefined : account('OTHER', other),
    }),
    supportUser: mailDomain === undefined ? undefined : { email: `support@${mailDomain}` },
    mail: mailListen === undefined ? undefined : { kind: 'smtp', listen: mailListen },
    allow: { stateChanges: allow.stateChanges, ...granted(allow) },
  });
  // Texts are quoted: YAML would read 7.0 as a number.
  return {
    text: stringify(content, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }),
    variables,
  };
}

function granted(allow: Allow): Partial<Allow> {
  const isGranted = (value: boolean | readonly string[]) => value === true || (value && value.length > 0);
  return Object.fromEntries(Object.entries(allow).filter(([, value]) => isGranted(value)));
}

/** Editors find the schema by this line. */
export function schemaLine(file: string): string {
  const schema = join(packageRoot(), 'spec', 'target.schema.json');
  const way = relative(dirname(resolve(file)), schema).replaceAll('\\', '/');
  const place = way.startsWith('../../../') ? schema.replaceAll('\\', '/') : way;
  return `# yaml-language-server: $schema=${place}\n`;
}
