import type { Exchanged, Origin } from '../../base/model/event.js';
import type { ToldExchange } from '../../base/model/explained.js';
import { cut } from '../../base/words.js';
import { type LogIndex, userOf } from './log.js';
import { isCredential } from './step.js';

const longestBody = 180;
const longestAnswer = 140;
/** A repeated group of exchanges is shown once if its length is one of these. */
const cycles = [1, 2, 3, 4];
const mostLines = 8;

export function told(exchanges: readonly Exchanged[], log: LogIndex): ToldExchange[] {
  const lines: ToldExchange[] = [];
  for (const exchange of exchanges) {
    lines.push(lineOf(exchange, log));
    const signs = lines.map(signOf);
    const same = (length: number) => `${signs.slice(-2 * length, -length)}` === `${signs.slice(-length)}`;
    const length = cycles.find(same) ?? 0;
    const last = lines.at(-1 - length);
    if (length === 0 || last === undefined) continue;
    lines.splice(-1 - length, length + 1, { ...last, again: Math.max(length, last.again ?? 0) });
  }
  return lines;
}

export function happens(steps: readonly Exchanged[], log: LogIndex): string[] {
  const lines = told(steps, log).map(({ as, request, body = '', answer, again }) => {
    const came = `answered ${answer.replace(/:? .*/, '')} in the run`;
    return `  ${as}: ${`${request} ${body}`.trim()}, ${came}${again === undefined ? '' : `; ${again} of these again`}`;
  });
  const left = lines.length - mostLines;
  return left > 0 ? [`  ${left + 1} requests that prepare`, ...lines.slice(left + 1)] : lines;
}

/** Returns the parts of a line that are the same in every run: caller, request and status. */
export function signOf({ request, as, answer }: ToldExchange): string {
  return `${as.replace(/^(?:an )?API key.*/, 'API key')}: ${request}: ${answer.split(' ', 1)[0] ?? ''}`;
}

const usual = /^(?:accept: |content-length: |content-type: application\/json$)/i;

function lineOf({ exchange, again }: Exchanged, log: LogIndex): ToldExchange {
  const { request, response, error } = exchange;
  const { path, headers, body, origins } = again ?? {
    ...request,
    path: pathOf(request.url, log),
    origins: [],
  };
  const words = (text: string) => stable(withWords(text, origins));
  const all = Object.entries(headers);
  const own = all.filter(([name]) => isCredential(name));
  const fields = all
    .filter((field) => !own.includes(field) && !usual.test(field.join(': ')))
    .map(([name, value]) => cut(`${name}: ${words(value)}`, longestAnswer));
  return {
    request: `${request.method} ${cut(words(path), longestAnswer)}`,
    as: own.map(([name, value]) => whose(name, value, origins, log)).join(' and ') || 'nobody',
    ...(fields.length === 0 ? {} : { fields }),
    ...(body === undefined ? {} : { body: cut(words(body), longestBody) }),
    answer:
      response === undefined
        ? `none: ${stable(error ?? '').split('\n')[0]}`
        : `${response.status} ${cut(stable(contentOf(response.body ?? '')), longestAnswer)}`.trimEnd(),
  };
}

/** The errorCode says enough. The error's text and ids may differ in the next run. */
const contentOf = (body: string) => body.replace(/^.*?"errorCode":\s*"([^"]*)".*$/s, 'errorCode $1');

const pathOf = (url: string, { began }: LogIndex) =>
  url.replace(began?.target.baseUrl ?? '', '').replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/';

/** Describes a credential with its owner: `API key of admin`, `session of bob`. */
function whose(name: string, value: string, origins: readonly Origin[], log: LogIndex): string {
  const origin = origins.find((each) => value.replace(/^Bearer /, '') === `{{${each.name}}}`);
  if (origin?.kind === 'target file' && name.toLowerCase() === 'apikey')
    return `API key of ${ownerOf(origin.name)}`;
  if (origin?.kind === 'answer') {
    const user = userOf(log.exchanges.get(origin.exchange));
    if (user !== undefined)
      return `${origin.member === 'accessToken' ? 'access token' : 'session'} of ${stable(user)}`;
  }
  // The log has redacted this key and doesn't name its owner.
  if (value === '[apikey]') return 'an API key';
  return cut(`${name}: ${stable(withWords(value, origins))}`, longestAnswer);
}

function withWords(text: string, origins: readonly Origin[]): string {
  return text.replace(/(?:\{\{|%7B%7B)([\w-]+)(?:\}\}|%7D%7D)/g, (all, name: string) => {
    const origin = origins.find((each) => each.name === name);
    return origin === undefined ? all : `<${wordsOf(origin)}>`;
  });
}

function wordsOf(origin: Origin): string {
  if (origin.kind === 'target file')
    return `${origin.name.endsWith('_KEY') ? 'API key' : 'password'} of ${ownerOf(origin.name)}`;
  if (origin.kind === 'answer') return origin.member;
  if (origin.kind === 'mailed') return 'mailed code';
  if (origin.kind === 'part') return `${nameOf(origin.of)} without its end`;
  if (origin.kind === 'apart') return `${nameOf(origin.of)} with "${origin.by}" in it`;
  if (origin.kind === 'near') return `${nameOf(origin.of)} with another digit`;
  if (origin.kind === 'recased') return `${nameOf(origin.of)} in ${origin.case} case`;
  if (Math.abs(origin.steps) <= 1) return 'code';
  return origin.steps < 0 ? `code ${-origin.steps} steps old` : `code ${origin.steps} steps ahead`;
}

const nameOf = (name: string): string =>
  /_(?:PW|KEY)$/.test(name) ? wordsOf({ name, kind: 'target file' }) : name.replace(/-\d+$/, '');

const ownerOf = (variable: string): string => {
  const who = (variable.split('_')[0] ?? '').toLowerCase();
  return who === 'support' ? 'the support user' : who === 'other' ? 'bob' : who;
};

/** Removes parts that differ from run to run: ids, made-up values, times, ports. */
export function stable(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '…')
    .replace(/[x0_-]{16,}/g, '…')
    .replace(/"0{2,}\d*"/g, '"000…"')
    .replace(/\bS-1(?:-\d+)+/g, '<sid>')
    .replace(/(?<=without its end>)(?:AA|BB)\b/g, '…')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, '…')
    .replace(/\b\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT/g, '…')
    .replace(/(127\.0\.0\.1|localhost):\d+/g, '$1')
    .replace(/\b\d+(?:\.\d+)? (ms|s|seconds|bytes)\b/g, '… $1');
}
