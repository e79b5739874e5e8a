import type { Breach } from '../../base/model/breach.js';
import type { Check, Shown } from '../../base/model/check.js';
import type { RunBegan, RunEvent } from '../../base/model/event.js';
import type { Exchange } from '../../base/model/exchange.js';
import type { Redactor } from '../../base/redaction/redactor.js';

/**
 * Redacts secrets that became known after the event was logged. Only free text changes: words of the schema and of the
 * suite stay, even if a weak password equals one of them.
 */
export function redactedEvent(event: RunEvent, redactor: Redactor): RunEvent {
  const text = (value: string) => redactor.redact(value);
  switch (event.type) {
    case 'run began':
      return { ...redactedBeginning(event, redactor), at: event.at };
    case 'exchange': {
      const { again, ...rest } = event;
      const isClean = again !== undefined && redactor.leaksIn(JSON.stringify(again)).length === 0;
      return {
        ...rest,
        ...(isClean ? { again } : {}),
        findings: event.findings.map((finding) => ({
          ...finding,
          breach: redactedBreach(finding.breach, text),
        })),
        undocumented: event.undocumented.map(text),
        exchange: redactedExchange(event.exchange, redactor),
      };
    }
    case 'finding':
      return { ...event, breach: redactedBreach(event.breach, text) };
    case 'fact':
      return { ...event, name: text(event.name), value: inAllTexts(event.value, text) };
    case 'learned':
      return { ...event, value: inAllTexts(event.value, text) };
    case 'restored':
      return { ...event, residue: event.residue.map(text) };
    case 'run ended':
      return { ...event, interrupted: event.interrupted === null ? null : text(event.interrupted) };
    case 'expectation failed':
      return { ...event, check: redactedCheck(event.check, text) };
    default:
      return 'reason' in event ? { ...event, reason: text(event.reason) } : event;
  }
}

function redactedBreach(breach: Breach, text: (value: string) => string): Breach {
  switch (breach.kind) {
    case 'schema':
      return { ...breach, pointer: text(breach.pointer) };
    case 'secret in head':
      return { ...breach, place: text(breach.place) };
    case 'framing of 204':
    case 'length of 204':
    case 'renamed':
      return { ...breach, seen: text(breach.seen) };
    case 'media type':
    case 'no Error':
      return breach.seen === null ? breach : { ...breach, seen: text(breach.seen) };
    default:
      return breach;
  }
}

function redactedBeginning(event: RunBegan, redactor: Redactor): RunBegan {
  const text = (value: string) => redactor.redact(value);
  const { gateBy, waivers } = event;
  const baseline = gateBy?.baseline;
  return {
    ...event,
    target: { ...event.target, baseUrl: redactor.redactUrl(event.target.baseUrl) },
    contract: { ...event.contract, source: redactor.redactUrl(event.contract.source) },
    warnings: event.warnings.map(text),
    ...(baseline === undefined
      ? {}
      : {
          gateBy: {
            ...gateBy,
            policy: event.gateBy?.policy ?? 'new',
            baseline: { ...baseline, verdict: { ...baseline.verdict, cause: text(baseline.verdict.cause) } },
          },
        }),
    ...(waivers === undefined
      ? {}
      : {
          waivers: waivers.map((each) => ({ ...each, reason: text(each.reason), owner: text(each.owner) })),
        }),
  };
}

/** Redacts by value only: positions were redacted when recording, and a cut body must not be cut again. */
function redactedExchange({ request, response, error, ...rest }: Exchange, redactor: Redactor): Exchange {
  const headers = (of: Exchange['request']['headers']) => redactor.redactHeaders({ ...of });
  const body = (text?: string) => (text === undefined ? {} : { body: redactor.redact(text) });
  return {
    ...rest,
    request: {
      ...request,
      url: redactor.redactUrl(request.url),
      headers: headers(request.headers),
      ...body(request.body),
    },
    ...(response === undefined
      ? {}
      : { response: { ...response, headers: headers(response.headers), ...body(response.body) } }),
    ...(error === undefined ? {} : { error: redactor.redact(error) }),
  };
}

/** Redacts the texts that may come from the target, and keeps the suite's own words such as kinds. */
function redactedCheck(check: Check, text: (value: string) => string): Check {
  const shown = (answers: readonly Shown[]): Shown[] =>
    answers.map(({ use, ...each }) => ({
      ...each,
      path: text(each.path),
      ...(use === undefined ? {} : { use: { ...use, path: text(use.path) } }),
    }));
  const own = { ...check, answers: shown(check.answers) };
  switch (own.kind) {
    case 'succeeded':
      return { ...own, breaches: own.breaches.map((each) => redactedBreach(each, text)) };
    case 'members':
      return { ...own, members: own.members.map((each) => redactedValues(each, text)) };
    case 'whole':
      return {
        ...own,
        allowed: own.allowed.map((each) => inAllTexts(each, text)),
        seen: inAllTexts(own.seen, text),
      };
    case 'state':
      return { ...own, changes: own.changes.map((each) => redactedValues(each, text)) };
    case 'alike':
      return { ...own, differences: own.differences.map((each) => redactedValues(each, text)) };
    case 'mailed':
      return { ...own, expected: own.expected.map(text), seen: own.seen.map(text) };
    case 'mail':
      return { ...own, seen: typeof own.seen === 'string' ? text(own.seen) : own.seen };
    case 'field':
      return { ...own, seen: own.seen === null ? null : text(own.seen) };
    case 'well formed':
      return { ...own, problems: own.problems.map(text) };
    case 'body found': {
      const of = redactedCheck(own.of, text);
      return of.kind === 'body found' ? own : { ...own, of, body: text(own.body) };
    }
    default:
      return own;
  }
}

function redactedValues<T extends object>(of: T, text: (value: string) => string): T {
  const values = ['expected', 'seen', 'before', 'now'].filter((name) => name in of);
  const redacted = values.map((name) => [name, inAllTexts(Reflect.get(of, name), text)]);
  return { ...of, ...Object.fromEntries(redacted) };
}

function inAllTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => inAllTexts(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [change(name), inAllTexts(inner, change)]),
  );
}
