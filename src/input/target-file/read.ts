import { dirname, extname, resolve } from 'node:path';
import { ConfigurationError } from '../../base/errors.js';
import type { Secret } from '../../base/secret.js';
import { ConfigDocument } from '../config-file/document.js';
import type { KeyPath } from '../config-file/problems.js';
import { checkSchema } from '../config-file/schema.js';
import { readTextFile } from '../config-file/text-file.js';
import { Values } from '../config-file/values.js';
import { convert } from './convert.js';
import type { Target } from './target.js';

const extensions = ['.yaml', '.yml', '.json'];

export const isTargetFile = (path: string): boolean => extensions.includes(extname(path).toLowerCase());

/** @throws ConfigurationError with a line of advice for each mistake, without secrets */
export function readTarget(path: string, env: NodeJS.ProcessEnv, platform = process.platform): Target {
  const read = readTextFile(path);
  if ('trouble' in read) throw new ConfigurationError(`${path}: ${read.trouble}`);
  if (!isTargetFile(path)) {
    throw new ConfigurationError(`${path}: a target file's name must end in ${extensions.join(', ')}`);
  }
  const document = new ConfigDocument(read.text, path);
  document.requireMapping('at least baseUrl and accounts');
  checkSchema(document, 'target.schema.json', (key, keyword) => hint(document, key, keyword));
  const file = resolve(path);
  const values = new Values(document, resolveValues(document, dirname(file), env));
  document.problems.throwIfAny();
  const access = platform === 'win32' ? 'unknown' : (read.mode & 0o077) === 0 ? 'private' : 'shared';
  const target = convert(values, file, access);
  document.problems.throwIfAny();
  // The checks above have thrown if a problem made the target undefined.
  if (target === undefined) throw new ConfigurationError(`${path}: could not be read`);
  return target;
}

interface NamedSecret {
  readonly value: Secret;
  readonly what: string;
}

const given = <Names extends object>(value: Secret | undefined, names: Names) =>
  value === undefined ? [] : [{ ...names, value }];

export function secretsOf(target: Target): NamedSecret[] {
  return [
    ...variablesOf(target),
    ...given(target.mail?.kind === 'imap' ? target.mail.password : undefined, { what: 'password' }),
    ...given(target.tls.key, { what: 'client key' }),
  ];
}

/** Scripts and new target files get these secrets through environment variables. */
export function variablesOf({
  accounts,
  supportUser,
}: Target): (NamedSecret & { readonly variable: string })[] {
  return [
    ...Object.values(accounts).flatMap(({ role, password, apiKey }) => {
      const name = role.toUpperCase().replace('[', '_').replace(']', '');
      return [
        ...given(password, { what: 'password', variable: `${name}_PW` }),
        ...given(apiKey, { what: 'API key', variable: `${name}_KEY` }),
      ];
    }),
    ...given(supportUser.password, { what: 'password', variable: 'SUPPORT_PW' }),
  ];
}

function hint(document: ConfigDocument, path: KeyPath, keyword: string): string | undefined {
  if (path.length !== 1) return undefined;
  if (path[0] === 'baseUrl' && keyword === 'required') {
    return "missing: write the URL of the API's root, such as https://10.2.0.7/v2";
  }
  if (path[0] === 'release' && keyword === 'type') {
    const written = document.writtenAs(path);
    return `must be quoted${written === undefined ? '' : `: "${written}"`}, or it is read as a number`;
  }
  return undefined;
}

/** Inserts variables and files after parsing, so that inserted texts may hold any character. */
function resolveValues(document: ConfigDocument, folder: string, env: NodeJS.ProcessEnv): unknown {
  const text = (value: string, path: KeyPath) =>
    value.replace(/\$\{([^}]*)\}?/g, (whole: string, name: string) => {
      if (!/^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(whole)) {
        document.problem(
          path,
          `\${…} must hold the name of an environment variable; if the value itself contains \${, put it into a variable`,
        );
        return '';
      }
      const found = env[name];
      if (found === undefined) document.problem(path, `the environment variable ${name} is not set`);
      else if (found === '' && whole === value)
        document.problem(path, `the environment variable ${name} is empty`);
      return found ?? '';
    });

  const fromFile = (file: string, path: KeyPath): string => {
    const read = readTextFile(resolve(folder, file));
    if ('trouble' in read) {
      document.problem([...path, 'fromFile'], `${file}: ${read.trouble}`);
      return '';
    }
    const value = read.text.replace(/\r?\n$/, '');
    if (value === '') document.problem([...path, 'fromFile'], `${file}: is empty`);
    return value;
  };

  const walk = (value: unknown, path: KeyPath): unknown => {
    if (typeof value === 'string') return text(value, path);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const only = entries.length === 1 ? entries[0] : undefined;
    if (only?.[0] === 'fromFile' && typeof only[1] === 'string' && only[1] !== '') {
      const file = text(only[1], [...path, 'fromFile']);
      return file === '' ? '' : fromFile(file, path);
    }
    return Object.fromEntries(entries.map(([key, item]) => [key, walk(item, [...path, key])]));
  };

  return walk(document.value, []);
}
