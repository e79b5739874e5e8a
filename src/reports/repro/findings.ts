import type { Exchanged } from '../../base/model/event.js';

type Find = (index: number, match: RegExpExecArray) => string;
/** What the text of a value begins with, of which characters. */
const typeBeginnings: Readonly<Record<string, string>> = {
  string: '"',
  array: '[',
  object: '{',
  boolean: 'tf',
  number: '-0-9',
  integer: '-0-9',
};

const findings: readonly (readonly [RegExp, Find])[] = [
  [/^wanted status (\d+), got/, (at, [, status = '']) => `! status ${at} ${status}`],
  [/wanted the property (\w+), got none$/, (at, [, name = '']) => `! holds ${at} '"${name}":'`],
  [
    /\/(\w+): wanted an? (\w+)( or null)?, got/,
    (at, [, name = '', type = '', orNull]) =>
      `member_is_not ${at} ${name} '[${typeBeginnings[type] ?? '^ '}${orNull === undefined ? '' : 'n'}]'`,
  ],
  [/a body that is not JSON$|^the body is not one whole JSON text$/, (at) => `json_is_broken ${at}`],
  [/^the body is not UTF-8$/, (at) => `! iconv -f UTF-8 -t UTF-8 <"$T/${at}.body" >"$T/utf8" 2>&1`],
  [/^the connection was closed on /, (at) => `status ${at} 000`],
  [/^wanted no content, got/, (at) => `[ -s "$T/${at}.body" ]`],
  [/^wanted Content-Type/, (at) => `! field_is ${at} content-type 'application/json *\\(;.*\\)*'`],
  [
    /has Content-Type (?!application\/json)/,
    (at) => `! field_is ${at} content-type 'application/json *\\(;.*\\)*'`,
  ],
  [/^the answer has no Date$/, (at) => `! field_is ${at} date '..*'`],
  [/^the answer is a redirect/, (at) => `status ${at} '3??'`],
  [/has no WWW-Authenticate$/, (at) => `{ status ${at} 401 && ! field_is ${at} www-authenticate '..*'; }`],
  [/has no Allow$/, (at) => `{ status ${at} 405 && ! field_is ${at} allow '.*'; }`],
  [/^the 204 has ([\w-]+):/i, (at, [, name = '']) => `field_is ${at} ${name.toLowerCase()} '.*'`],
  [/no Cache-Control: no-store$/, (at) => `! field_is ${at} cache-control '.*no-store.*'`],
  [/was answered 5\d\d$/, (at) => `status ${at} '5??'`],
  [/content instead of an Error$/, (at) => `! holds ${at} '{"'`],
  [
    /^a \d+ has neither errorCode nor message$/,
    (at) => `! { holds ${at} '"errorCode":"' || holds ${at} '"message":"'; }`,
  ],
  // Of codes a script knows those alone that it sends.
  [
    /^the answer's head holds (?!.*\bcode\b).* in ([\w-]+)$/,
    (at) => `{ hands_out ${at}; head_shows_a_secret ${at}; }`,
  ],
  [/^the answer holds (?!.*\bcode\b)/, (at) => `body_shows_a_secret ${at}`],
];

/** What a finding says of an answer, as a command; undefined where no command tells it. */
export function byFinding({ index }: Exchanged, message: string): string | undefined {
  for (const [words, command] of findings) {
    const match = words.exec(message);
    if (match !== null) return command(index, match);
  }
  return undefined;
}
