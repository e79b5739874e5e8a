import type { RunEvent } from '../../base/model/event.js';
import type { Redactor } from '../../base/redaction/redactor.js';

/** Paths of free text in each kind of event, check or breach, or in `any`. `*` stands for every key. */
const texts: Readonly<Record<string, readonly string[]>> = {
  any: ['reason', 'answers.*.path', 'answers.*.use.path'],
  'run began': [
    ...['target.baseUrl', 'contract.source', 'warnings', 'gateBy.baseline.verdict.cause'],
    ...['waivers.*.reason', 'waivers.*.owner'],
  ],
  exchange: [
    ...['undocumented', 'exchange.request.url', 'exchange.request.headers', 'exchange.request.body'],
    ...['exchange.response.headers', 'exchange.response.body', 'exchange.error'],
  ],
  fact: ['name', 'value'],
  learned: ['value'],
  restored: ['residue'],
  'run ended': ['interrupted'],
  members: ['members.*.expected', 'members.*.seen'],
  whole: ['allowed', 'seen'],
  state: ['changes.*.before', 'changes.*.now'],
  alike: ['differences.*.expected', 'differences.*.seen'],
  mailed: ['expected', 'seen'],
  mail: ['seen'],
  field: ['seen'],
  'well formed': ['problems'],
  'body found': ['body'],
  schema: ['pointer'],
  'secret in head': ['place'],
  'framing of 204': ['seen'],
  'length of 204': ['seen'],
  renamed: ['seen'],
  'media type': ['seen'],
  'no Error': ['seen'],
};

/** Members that hold checks and breaches. */
const parts = ['check', 'of', 'breach', 'breaches', 'findings'];

/** Redacts only free text: the suite's own words stay, even if a weak password equals one of them. */
export function redactedEvent(event: RunEvent, redactor: Redactor): RunEvent {
  const copy = structuredClone(event);
  redact(copy, redactor);
  if (copy.type !== 'exchange' || redactor.leaksIn(JSON.stringify(copy.again ?? '')).length === 0)
    return copy;
  const { again: _leaky, ...clean } = copy;
  return clean;
}

function redact(node: unknown, redactor: Redactor): void {
  if (Array.isArray(node)) for (const each of node) redact(each, redactor);
  if (typeof node !== 'object' || node === null) return;
  const { type, kind = type }: { readonly type?: string; readonly kind?: string } = node;
  for (const path of [...(texts['any'] ?? []), ...(texts[kind ?? ''] ?? [])])
    edit(node, path.split('.'), redactor);
  for (const name of parts) redact(Reflect.get(node, name), redactor);
}

function edit(node: unknown, [name = '', ...rest]: readonly string[], redactor: Redactor): void {
  if (typeof node !== 'object' || node === null) return;
  for (const key of Object.keys(node).filter((each) => name === '*' || each === name)) {
    const value: unknown = Reflect.get(node, key);
    if (rest.length > 0) edit(value, rest, redactor);
    else Reflect.set(node, key, redacted(key, value, redactor));
  }
}

function redacted(key: string, value: unknown, redactor: Redactor): unknown {
  if (key === 'headers') return redactor.redactHeaders(Object(value));
  const isUrl = key === 'url' || key === 'baseUrl' || key === 'source';
  return inAllTexts(value, (text) => (isUrl ? redactor.redactUrl(text) : redactor.redact(text)));
}

function inAllTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => inAllTexts(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [change(name), inAllTexts(inner, change)]),
  );
}
