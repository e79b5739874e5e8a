import type { BreachKind } from '../../base/model/breach.js';
import { type Check, decidingOf, type Member } from '../../base/model/check.js';
import type { Exchanged } from '../../base/model/event.js';
import { actual, expected } from '../../base/wording/breach.js';
import { actualOf, changeWords, expectedOf } from '../../base/wording/check.js';
import { commandFor } from './breach-scripts.js';
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
  for (const { check } of of.failed) {
    const { wanted, got, exchange } = spoken(check);
    const about = of.own.find(({ index }) => index === exchange);
    const conditions = byExpectation(of.own, wanted, got, about);
    const last = conditions.at(-1);
    if (last === undefined) continue;
    // Where the state that was read is wrong, what was sent before it decides.
    const sent = of.own.findLast(
      ({ index, exchange: { request } }) => index < last.at && request.method !== 'GET',
    );
    const decisive = about?.index ?? sent?.index ?? last.at;
    return {
      wanted: expectedOf(check),
      got: actualOf(check),
      decisive,
      conditions,
    };
  }
  let untold: string | undefined;
  for (const { exchange, breach } of of.breaches) {
    const decisive = exchange.index;
    const shows = commandFor(decisive, breach);
    if (typeof shows !== 'string') untold ??= shows.why;
    else
      return {
        wanted: expected(breach),
        got: actual(breach),
        decisive,
        conditions: [{ at: decisive, shows }],
      };
  }
  const [failed] = of.failed;
  const what =
    (failed === undefined ? undefined : expectedOf(failed.check)) ?? untold ?? 'what the requirement says';
  return { why: `curl alone can't tell this: ${what.split('\n')[0] ?? ''}` };
}

/** The phrases that what follows goes by. */
function spoken(check: Check): { wanted: string; got: string; exchange: number | undefined } {
  const says = (wanted: string, got: string = actualOf(check), isAbout = true) => ({
    wanted,
    got,
    exchange: isAbout ? decidingOf(check)?.exchange : undefined,
  });
  switch (check.kind) {
    case 'refused':
      if (check.answers.some(({ way }) => way !== undefined)) return says('nothing opened');
      return says(check.least === '4xx' ? 'a refusal (4xx with an Error)' : 'a refusal (4xx)');
    case 'succeeded':
      return says('the documented success', ['', ...check.breaches.map(actual)].join('; '));
    case 'handled':
      if (check.least === 'an answer') return says('wanted: an answer to ', '', false);
      return says('a success or a refusal');
    case 'verified':
      return says('200 with success true');
    case 'not verified':
      return says('success false, or a 4xx');
    case 'members': {
      const [first] = check.members;
      if (first?.rule === 'is absent') return says('[]', JSON.stringify([first.pointer.slice(1)]), false);
      const of = (value: (member: Member) => unknown) =>
        JSON.stringify(Object.fromEntries(check.members.map((each) => [each.pointer.slice(1), value(each)])));
      return says(
        of(({ expected }) => expected),
        of(({ seen }) => seen),
        false,
      );
    }
    case 'alike': {
      const [first] = check.differences.filter(({ at }) => at === 'status');
      return says(
        JSON.stringify({ status: first?.expected }),
        JSON.stringify({ status: first?.seen }),
        false,
      );
    }
    case 'same':
      return says('one secret', '', false);
    case 'differ':
      return says('two secrets', '', false);
    case 'field':
      return says(check.rule === 'is not echoed' ? 'no field of the request' : expectedOf(check), '', false);
    case 'body found': {
      const of = spoken(check.of);
      return { ...of, exchange: decidingOf(check)?.exchange };
    }
    case 'state':
      return says(expectedOf(check), check.changes.map(changeWords).join('\n'), check.answers.length > 0);
    default:
      return says(expectedOf(check));
  }
}

const statuses: readonly (readonly [wanted: RegExp, pattern: string])[] = [
  [/^a refusal \(4xx with an Error\)/, '4??'],
  [/^a success \(2xx\)/, '2??'],
  [/^a success or a refusal|^an answer that is not a server error/, '[24]??'],
  [/^a refusal \(4xx\)|^nothing opened/, '[1345]??'],
];

function byExpectation(
  own: readonly Exchanged[],
  wanted: string,
  got: string,
  about: Exchanged | undefined,
): Condition[] {
  const seen = [byReading, byNames, byLikeness, byMail, byKeys, bySilence];
  for (const by of seen) {
    const found = by(own, wanted, got, about);
    if (found.length > 0) return found;
  }
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
  if (/^no (?:session|access token) for /.test(wanted)) return [{ at, shows: `status ${at} '2??'` }];
  if (wanted === 'a session that opens something') return byOpening(about, own);
  if (wanted === 'the documented success') {
    for (const { breach } of isSuccess(about) ? about.findings : []) {
      const shows = ofSuccess.has(breach.kind) ? commandFor(at, breach) : undefined;
      if (typeof shows === 'string') return [{ at, shows }];
    }
    return [{ at, shows: `status ${at} ${statusOf(about)}` }];
  }
  return byMembers([about], wanted, got);
}

/** What makes a success another than the documented one. */
const ofSuccess: ReadonlySet<BreachKind> = new Set([
  'wrong status',
  'unexpected content',
  'media type',
  'not JSON',
  'schema',
]);

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
  const change = /^(\w+) of GET (\S+): (.*) before, (.*) now$/m.exec(got);
  if (change === null && !wanted.startsWith('support MFA stays off')) return [];
  const [, member = 'enabled', path = '/support-user/mfa', was, told = 'true'] = change ?? [];
  const shows = (value: string | undefined) => (each: Exchanged) =>
    spelt(memberText(each, member) ?? 'null') === spelt(value ?? '');
  const reads = own.filter(({ exchange }) => exchange.operation === reading[path]);
  // Reads of before the change show another value, and so may those after it was undone. Where no request is named,
  // the test may have made the same state on its way: the last one that shows it is what it failed by.
  const read =
    about === undefined
      ? reads.findLast(shows(told))
      : reads.find((each) => each.index > about.index && shows(told)(each));
  if (read === undefined) return [];
  const at = read.index;
  const untouched = reads.findLast((each) => each.index < at && shows(was)(each));
  if (about === undefined && untouched !== undefined)
    return [
      { at: untouched.index, shows: `{ status ${untouched.index} '2??' || cannot 'nothing was read'; }` },
      { at, shows: `status ${at} '2??' && ! same_value ${untouched.index} ${at} ${member}` },
    ];
  const now = memberText(read, member);
  return now === undefined || now.includes("'") ? [] : [{ at, shows: `holds ${at} '"${member}":${now}'` }];
}

/** Reasons tell texts without their quotes, and lists as sets. */
const spelt = (value: string): string => {
  const list = parsed(value);
  const text = Array.isArray(list) ? [...new Set(list)].sort().join(' ') : value;
  return text.replace(/\s/g, '').replace(/^"(.*)"$/, '$1');
};

/** The text of a member of an answer, without white space. */
function memberText({ exchange }: Exchanged, member: string): string | undefined {
  const value = objectIn(exchange.response?.body ?? '')?.[member];
  return value === undefined ? undefined : JSON.stringify(value).replace(/\s/g, '');
}

/** Members that an answer must not have. */
function byNames(own: readonly Exchanged[], wanted: string, got: string): Condition[] {
  const names = wanted === '[]' ? parsed(got) : undefined;
  const [name]: readonly unknown[] = Array.isArray(names) ? names : [];
  const shown = typeof name === 'string' && /^\w+$/.test(name) ? lastWith(own, `"${name}":`) : undefined;
  return shown === undefined ? [] : [{ at: shown.index, shows: `holds ${shown.index} '"${name}":'` }];
}

/** Two answers of one operation that are to look alike, and have different statuses. */
function byLikeness(own: readonly Exchanged[], wanted: string, got: string): Condition[] {
  const [is, was] = [objectIn(wanted)?.['status'], objectIn(got)?.['status']];
  if (typeof is !== 'number' || typeof was !== 'number' || is === was) return [];
  const other = own.findLast((each) => statusOf(each) === was);
  const like = own.findLast(
    (each) =>
      statusOf(each) === is &&
      each.index < (other?.index ?? -1) &&
      each.exchange.operation === other?.exchange.operation,
  );
  if (other === undefined || like === undefined) return [];
  const { index } = like;
  return [
    { at: index, shows: `status ${index} '4??'` },
    { at: other.index, shows: `! status ${other.index} "$(code_of ${index})"` },
  ];
}

const lastWith = (own: readonly Exchanged[], text: string): Exchanged | undefined =>
  own.findLast(({ exchange }) => exchange.response?.body?.replace(/\s/g, '').includes(text));

/** A mail that did not come. */
function byMail(
  _own: readonly Exchanged[],
  wanted: string,
  got: string,
  about: Exchanged | undefined,
): Condition[] {
  const address = /^a mail to ([\w.@+-]+)$/.exec(wanted)?.[1];
  if (address === undefined || got !== 'no mail' || about === undefined || !isSuccess(about)) return [];
  return [{ at: about.index, shows: `no_code_for '${address}'` }];
}

/** Whether two answers hand out one key, or one the key that was asked for. */
function byKeys(own: readonly Exchanged[], wanted: string): Condition[] {
  const handing = own.filter(({ exchange }) => exchange.response?.body?.includes('"totpSecretKey":"'));
  const last = handing.at(-1);
  if (last === undefined) return [];
  const before = handing.at(-2);
  const member = 'totpSecretKey';
  if (wanted === 'one secret' && before !== undefined)
    return [{ at: last.index, shows: `other_text ${before.index} ${last.index} ${member}` }];
  if (wanted !== 'two secrets') return [];
  const asked = objectIn(last.again?.body ?? '')?.[member];
  if (typeof asked === 'string' && /^\w+$/.test(asked))
    return [{ at: last.index, shows: `holds ${last.index} '"${member}":"${asked}"'` }];
  return before === undefined
    ? []
    : [{ at: last.index, shows: `same_text ${before.index} ${last.index} ${member}` }];
}

/** A request that ended the connection. */
function bySilence(own: readonly Exchanged[], wanted: string): Condition[] {
  const silent = own.findLast(({ exchange }) => exchange.response === undefined);
  if (!wanted.startsWith('wanted: an answer to ') || silent === undefined) return [];
  return [{ at: silent.index, shows: `status ${silent.index} 000` }];
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
  const value = parsed(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
