import type { Exchange } from '../../base/model/exchange.js';
import type { Cause, Outcome } from '../../base/model/verdict.js';

/** What a reason says on its first line is the headline; of a longer one the beginning. */
const longestText = 200;

/** A target may say more than can be searched for what it shares with others. */
const searched = 4000;

/** What is wrong, and what the outcomes that name the same thing can be recognised by. */
interface Sign {
  readonly outcome: Outcome;
  readonly fails: boolean;
  /** Ids of requirements that its reason names. */
  readonly mentions: ReadonlySet<string>;
  /** The answer that it is about, as `operation status`. */
  readonly answer: string | undefined;
  /** 0: the reason names none. */
  readonly status: number;
  /** Names of properties in what was seen: `totpUri`. */
  readonly names: ReadonlySet<string>;
  readonly noMail: boolean;
  /** What was seen, without what differs from test to test. */
  readonly seen: string;
}

/**
 * The failed and undecided outcomes by what is behind them: each is in exactly one cause. One follows from another only
 * where both show the same thing - the answer of one operation, a missing mail, the very requirement that the reason
 * names; where that is not plain, each stands for itself. First the causes by which a must fails.
 */
export function causesOf(outcomes: readonly Outcome[]): Cause[] {
  const troubled = outcomes.filter(({ outcome }) => kinds.has(outcome));
  const operations = operationsIn(troubled);
  const signs = troubled.map((outcome) => signOf(outcome, operations));
  const failures = new Failures(signs.filter(({ fails }) => fails).sort(byStanding));
  const heads = new Set(failures.all.filter((sign) => failures.headOf(sign) === undefined));
  const groups = new Map<string, { readonly head: Sign; readonly fails: boolean; readonly all: Outcome[] }>();
  for (const head of heads) groups.set(head.outcome.id, { head, fails: true, all: [] });
  for (const sign of signs) {
    if (heads.has(sign)) continue;
    const head = failures.lastHeadOf(sign);
    const key = head?.outcome.id ?? keyOf(sign);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { head: sign, fails: false, all: [sign.outcome] });
    else group.all.push(sign.outcome);
  }
  // A waived failure that leads to nothing is no trouble.
  return [...groups.values()]
    .filter(
      ({ head, all }) => head.outcome.outcome !== 'waived' || all.some((each) => each.outcome !== 'waived'),
    )
    .map((group) => ({ rank: rankOf(group), cause: causeOf(group) }))
    .sort((a, b) => a.rank - b.rank || b.cause.follows.length - a.cause.follows.length)
    .map(({ cause }) => cause);
}

function beginningOf({ reason }: Outcome): string {
  return reason.slice(0, searched);
}

const kinds: ReadonlySet<Outcome['outcome']> = new Set(['fail', 'waived', 'inconclusive']);

function causeOf({ head, fails, all }: { head: Sign; fails: boolean; all: Outcome[] }): Cause {
  return { text: textOf(head), id: fails ? head.outcome.id : null, follows: all.map(({ id }) => id) };
}

function textOf({ outcome }: Sign): string {
  const reason = beginningOf(outcome);
  const said = /^actual:\s*(\S.*)$/m.exec(reason)?.[1] ?? reason.trim().split('\n')[0] ?? '';
  return said.length > longestText ? `${said.slice(0, longestText)}…` : said || 'no reason was given';
}

function rankOf({ head, fails, all }: { head: Sign; fails: boolean; all: readonly Outcome[] }): number {
  const hasMust = all.some(({ level }) => level === 'must');
  const isMust = fails ? head.outcome.level === 'must' && head.outcome.outcome === 'fail' : false;
  if (isMust || (fails && hasMust)) return 0;
  if (!fails && hasMust) return 1;
  return fails ? 2 : 3;
}

/** Musts before shoulds; what wanted a success before what wanted a refusal, which may well be met by accident. */
function byStanding(a: Sign, b: Sign): number {
  const standing = ({ outcome }: Sign) =>
    (outcome.level === 'must' ? 0 : 2) +
    (/^expected:[^\n]*(?:\b4\d\d\b|\brefusal\b)/m.test(beginningOf(outcome)) ? 1 : 0);
  return standing(a) - standing(b);
}

/** Finds what a sign follows from; thousands of failures may be alike. */
class Failures {
  readonly #place: ReadonlyMap<Sign, number>;
  readonly #byId: ReadonlyMap<string, Sign>;
  readonly #byAnswer = new Map<string, Sign[]>();
  readonly #withoutMail: readonly Sign[];

  /** @param all those that lead before those that follow */
  constructor(readonly all: readonly Sign[]) {
    this.#place = new Map(all.map((sign, index) => [sign, index]));
    this.#byId = new Map(all.map((sign) => [sign.outcome.id, sign]));
    this.#withoutMail = all.filter(({ noMail }) => noMail);
    for (const sign of all) {
      if (sign.answer === undefined) continue;
      const group = this.#byAnswer.get(sign.answer);
      if (group === undefined) this.#byAnswer.set(sign.answer, [sign]);
      else group.push(sign);
    }
  }

  /** The failure that a sign follows from at once; of two that are alike the later from the earlier. */
  headOf(sign: Sign): Sign | undefined {
    for (const id of sign.mentions) {
      const named = this.#byId.get(id);
      if (named !== undefined && named !== sign && !named.mentions.has(sign.outcome.id)) return named;
    }
    if (!sign.fails && sign.noMail) return this.#withoutMail[0];
    const before = this.#place.get(sign) ?? this.all.length;
    return this.#byAnswer
      .get(sign.answer ?? '')
      ?.find((each) =>
        sign.fails ? (this.#place.get(each) ?? 0) < before && isSameFailure(sign, each) : leadsTo(each, sign),
      );
  }

  /** The failure at the end of that chain. */
  lastHeadOf(sign: Sign): Sign | undefined {
    const seen = new Set<Sign>([sign]);
    let head = this.headOf(sign);
    while (head !== undefined && !seen.has(head)) {
      seen.add(head);
      const next = this.headOf(head);
      if (next === undefined) break;
      head = next;
    }
    return head;
  }
}

/** Of two failures about the same answer. */
function isSameFailure(a: Sign, b: Sign): boolean {
  return (a.status >= 500 && b.status >= 500) || (a.seen === b.seen && a.names.size > 0);
}

/** Whether a failure is why nothing could be told by the same answer. */
function leadsTo(failure: Sign, { status, names }: Sign): boolean {
  return status >= 400 || [...names].some((name) => failure.names.has(name));
}

/** Of what follows from no failure: the same refusal, the same missing mail, the same words. */
function keyOf({ answer, status, noMail, seen }: Sign): string {
  if (noMail) return 'no mail';
  return answer !== undefined && status >= 400 ? answer : seen;
}

function signOf(outcome: Outcome, operations: ReadonlyMap<string, string>): Sign {
  const { exchanges } = outcome;
  const reason = beginningOf(outcome);
  const got = /^actual:([\s\S]*)$/m.exec(reason)?.[1] ?? reason;
  const { answer, status } = answerIn(got, exchanges, operations);
  return {
    outcome,
    fails: outcome.outcome !== 'inconclusive',
    mentions: new Set(
      reason.match(/(?<![a-z0-9-])[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*/g) ?? [],
    ),
    answer,
    status,
    names: new Set(got.match(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g) ?? []),
    noMail: /\bno mail\b/i.test(got),
    seen: got
      .replace(/[\w-]*\d[\w-]*/g, '#')
      .replace(/\s+/g, ' ')
      .trim(),
  };
}

/** The answer that a reason speaks of: by method, path and status, by status alone, or else the last one. */
function answerIn(
  got: string,
  exchanges: readonly Exchange[],
  operations: ReadonlyMap<string, string>,
): { readonly answer: string | undefined; readonly status: number } {
  const [, method, path, named] = /\b([A-Z]{3,7}) (\/\S*) (?:was )?answered(?: (\d{3})\b)?/.exec(got) ?? [];
  const status = Number(named ?? /\b[1-5]\d\d\b/.exec(got)?.[0] ?? 0);
  const exchange =
    (status === 0 ? undefined : exchanges.findLast(({ response }) => response?.status === status)) ??
    (status === 0 ? exchanges.at(-1) : undefined);
  const found = status || (exchange?.response?.status ?? 0);
  if (method !== undefined && path !== undefined) {
    const operation = operations.get(`${method} ${path}`) ?? bySuffix(operations, method, path);
    return { answer: `${operation ?? `${method} ${path}`} ${found}`, status };
  }
  return { answer: exchange && `${nameOf(exchange)} ${found}`, status };
}

function bySuffix(operations: ReadonlyMap<string, string>, method: string, path: string): string | undefined {
  return [...operations].find(([key]) => key.startsWith(`${method} `) && key.endsWith(path))?.[1];
}

/** Names of operations by method and path, as the exchanges tell. */
function operationsIn(outcomes: readonly Outcome[]): Map<string, string> {
  return new Map(
    outcomes
      .flatMap(({ exchanges }) => exchanges)
      .flatMap((each) => (each.operation === null ? [] : [[placeOf(each), each.operation] as const])),
  );
}

function nameOf(exchange: Exchange): string {
  return exchange.operation ?? placeOf(exchange);
}

/** `POST /v2/totp-key` */
function placeOf({ request: { method, url } }: Exchange): string {
  return `${method} ${url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/, '')}`;
}
