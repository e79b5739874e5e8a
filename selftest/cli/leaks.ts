import { parse } from 'yaml';
import { membersIn } from '../../src/base/shape.js';

export const secretsOf = (content: unknown): string[] =>
  [...membersIn(content)].flatMap(([name, inner]) =>
    typeof inner === 'string' && /password|apiKey/i.test(name) ? [inner] : [],
  );

export const secretsOfTarget = (text: string): string[] => secretsOf(Object(parse(text)).accounts);

const startLength = 8;

function seenIn(text: string, byStart: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set<string>();
  for (let at = 0; at < text.length; at += 1) {
    for (const one of byStart.get(text.slice(at, at + startLength)) ?? [])
      if (text.startsWith(one, at)) seen.add(one);
  }
  return [...seen];
}

/** Finds readable secrets and codes. @returns for each find the file's name and the text around it */
export function leaks(files: ReadonlyMap<string, string>, secrets: readonly string[]): string[] {
  const spellings = new Set(
    secrets.flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('hex'),
    ]),
  );
  const byStart = new Map<string, string[]>();
  for (const one of spellings) {
    const start = one.slice(0, startLength);
    byStart.set(start, [...(byStart.get(start) ?? []), one]);
  }
  // Scripts contain small numbers in place of made-up codes, so numbers that begin with 000 are no find.
  const byPosition =
    /(?:otpCode|totpCode|mfaCode)\\*["']?\s*[:=]\s*\\*["']?(?!000)\d{6,8}|otpauth:\/\/[^\s"'\\]*secret=\w+/;
  return [...files].flatMap(([name, text]) => {
    const seen = seenIn(text, byStart);
    const placed = byPosition.exec(text)?.[0];
    return [...seen, ...(placed === undefined ? [] : [placed])].map((what) => {
      const at = text.indexOf(what);
      return `${name}: ${text.slice(Math.max(0, at - 80), at + what.length + 20)}`;
    });
  });
}
