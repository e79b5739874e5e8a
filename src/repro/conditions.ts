import type { Exchanged } from '../model/event.js';
import { isSuccess, type OfRequirement, statusOf } from './log.js';

/** One thing that an answer must show for the fault to be there. */
export interface Condition {
  /** The exchange whose answer shows it. */
  readonly at: number;
  /** A command of the script that succeeds while the fault shows. */
  readonly shows: string;
}

/** What is wrong, and how answers tell: all conditions hold while the fault is there. */
export interface Assertion {
  readonly wanted: string;
  readonly got: string;
  /** The exchange that decides. */
  readonly decisive: number;
  readonly conditions: readonly Condition[];
}

/** How a script tells that a requirement is broken; or why none can. */
export function assertionOf(of: OfRequirement): Assertion | { readonly why: string } {
  for (const { wanted, got, reason, exchange } of of.failed) {
    const about = of.own.find(({ index }) => index === exchange);
    const conditions = byExpectation(of.own, wanted ?? reason, got ?? '', about);
    const [first] = conditions;
    if (first === undefined) continue;
    // Where the state that was read is wrong, what was sent before it decides.
    const sent = of.own.findLast(
      ({ index, exchange: { request } }) => index < first.at && request.method !== 'GET',
    );
    const decisive = about?.index ?? sent?.index ?? first.at;
    return { wanted: wanted ?? reason, got: got ?? '', decisive, conditions };
  }
  for (const { exchange, message } of of.breaches) {
    const shows = byFinding(exchange, message);
    if (shows === undefined) continue;
    const decisive = exchange.index;
    return { wanted: 'no such answer', got: message, decisive, conditions: [{ at: decisive, shows }] };
  }
  const [failed] = of.failed;
  const what = failed?.wanted ?? failed?.reason ?? of.breaches[0]?.message ?? 'what the requirement says';
  return { why: `curl alone can't tell this: ${what.split('\n')[0] ?? ''}` };
}

const statuses: readonly (readonly [wanted: RegExp, pattern: string])[] = [
  [/^a refusal \(4xx with an Error\)/, '4??'],
  [/^a success \(2xx\)/, '2??'],
  [/^a success or a refusal|^an answer that is no server error/, '[24]??'],
  [/^a refusal \(4xx\)|^nothing opened/, '[1345]??'],
];

function byExpectation(
  own: readonly Exchanged[],
  wanted: string,
  got: string,
  about: Exchanged | undefined,
): Condition[] {
  const readBack = byReading(own, wanted, got, about);
  if (readBack.length > 0) return readBack;
  if (about === undefined) return [...byTrace(own, wanted), ...byMembers(own, wanted, got)];
  const at = about.index;
  const pattern = statuses.find(([words]) => words.test(wanted))?.[1];
  if (pattern !== undefined) {
    const use = useOf(about, own);
    // A login that answers a session is refused all the same if the session opens nothing.
    if (isSuccess(about) && use !== undefined)
      return [
        { at, shows: `status ${at} '2??'` },
        { at: use.index, shows: `status ${use.index} '2??'` },
      ];
    return [{ at, shows: `! status ${at} '${pattern}'` }];
  }
  if (wanted === 'success false, or a 4xx')
    return [{ at, shows: `{ status ${at} '2??' && holds ${at} '"success":true'; }` }];
  if (wanted === '200 with success true')
    return [{ at, shows: `! { status ${at} '2??' && holds ${at} '"success":true'; }` }];
  if (wanted === 'a session that opens something') return byOpening(about, own);
  if (wanted === 'the documented success') {
    for (const message of got.split('; ').slice(1)) {
      const shows = byFinding(about, message);
      if (shows !== undefined) return [{ at, shows }];
    }
    return [{ at, shows: `status ${at} ${statusOf(about)}` }];
  }
  return byMembers([about], wanted, got);
}

/** What a request sent stands in the answer to it. */
function byTrace(own: readonly Exchanged[], wanted: string): Condition[] {
  const traced = own.findLast(({ exchange }) => exchange.request.method === 'TRACE');
  const sent = Object.entries(traced?.again?.headers ?? {}).find(([name]) => name.startsWith('X-'))?.[1];
  if (!wanted.startsWith('no field of the request') || traced === undefined || sent === undefined) return [];
  const at = traced.index;
  return [{ at, shows: `{ status ${at} '2??' && holds ${at} '${sent}'; }` }];
}

/** The exchange that shows what the answer opens: it sends what that handed out, or a code made from it. */
function useOf(about: Exchanged, own: readonly Exchanged[]): Exchanged | undefined {
  const uses = own.filter(
    ({ index, again }) =>
      index > about.index &&
      again?.origins.some((origin) => origin.kind === 'answer' && origin.exchange === about.index) === true,
  );
  return uses.findLast(isSuccess) ?? uses[0];
}

function byOpening(about: Exchanged, own: readonly Exchanged[]): Condition[] {
  const at = about.index;
  if (!isSuccess(about)) return [{ at, shows: `! status ${at} '2??'` }];
  const use = useOf(about, own);
  if (use === undefined) return [{ at, shows: `! holds ${at} '"sessionId":"'` }];
  return [{ at: use.index, shows: `! status ${use.index} '2??'` }];
}

const reading: Readonly<Record<string, string>> = {
  '/mfa-config': 'GetMFAConfig',
  '/support-user/mfa': 'GetSupportMFAConfig',
};

/** The state read back after a request: `enabled of GET /mfa-config: false before, true now`. */
function byReading(
  own: readonly Exchanged[],
  wanted: string,
  got: string,
  about: Exchanged | undefined,
): Condition[] {
  const staysOff = wanted.startsWith('support MFA stays off');
  const [, member = 'enabled', path = '/support-user/mfa', now = 'true'] =
    /^(\w+) of GET (\S+): .* before, (\S+) now$/m.exec(got) ?? [];
  if (!staysOff && !/ before, \S+ now$/m.test(got)) return [];
  const text = `"${member}":${now}`;
  const last = own.find(
    ({ index, exchange: { operation, response } }) =>
      index > (about?.index ?? -1) &&
      operation === reading[path] &&
      response?.body?.replace(/\s/g, '').includes(text) === true,
  );
  if (last === undefined || !/^(?:true|false|null|\d+)$/.test(now)) return [];
  return [{ at: last.index, shows: `holds ${last.index} '${text}'` }];
}

/** Members with values: `{"enabled":true}`. */
function byMembers(own: readonly Exchanged[], wanted: string, got: string): Condition[] {
  const [is, was] = [objectIn(wanted), objectIn(got)];
  if (is === undefined || was === undefined) return [];
  const name = Object.keys(is).find((each) => JSON.stringify(is[each]) !== JSON.stringify(was[each]));
  const about = own.findLast(({ exchange }) => exchange.response?.body?.includes(`"${name}"`) === true);
  if (name === undefined || about === undefined) return [];
  const text = `"${name}":${JSON.stringify(is[name])}`;
  return text.includes("'") ? [] : [{ at: about.index, shows: `! holds ${about.index} '${text}'` }];
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

type Find = (index: number, match: RegExpExecArray) => string;
const typeBeginnings: Readonly<Record<string, string>> = {
  string: '"',
  array: '\\[',
  object: '{',
  boolean: '[tf]',
  number: '[-0-9]',
  integer: '[-0-9]',
};

const findings: readonly (readonly [RegExp, Find])[] = [
  [/^wanted status (\d+), got/, (at, [, status = '']) => `! status ${at} ${status}`],
  [/wanted the property (\w+), got none$/, (at, [, name = '']) => `! holds ${at} '"${name}":'`],
  [
    /\/(\w+): wanted an? (\w+)(?: or null)?, got/,
    (at, [, name = '', type = '']) => `member_is_not ${at} ${name} '${typeBeginnings[type] ?? '.'}'`,
  ],
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
  [/^the answer's head holds .* in ([\w-]+)$/, (at) => `head_shows_a_secret ${at}`],
  [/^the answer holds /, (at) => `body_shows_a_secret ${at}`],
];

/** What a finding says of an answer, as a command; undefined where no command tells it. */
function byFinding({ index }: Exchanged, message: string): string | undefined {
  for (const [words, command] of findings) {
    const match = words.exec(message);
    if (match !== null) return command(index, match);
  }
  return undefined;
}
