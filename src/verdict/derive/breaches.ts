import type { Breach } from '../../base/model/breach.js';
import type { Exchanged } from '../../base/model/event.js';
import type { Exchange } from '../../base/model/exchange.js';
import type { RawOutcome } from '../../base/model/results.js';
import { actual, expected } from '../../base/wording/breach.js';
import { failureText } from '../../base/wording/check.js';

/** Further breaches of a requirement are only counted. */
const mostShown = 5;

const newTally = () => ({
  breaches: 0,
  demands: new Set<string>(),
  lines: [] as string[],
  /** Equal lines count once. A recording's lines name their place and always count. */
  reported: new Set<string>(),
  exchanges: new Set<Exchange>(),
});

type Tally = ReturnType<typeof newTally>;

const errorsAreError = 'http/errors-are-error';
/** Broken by a target that closes the connection on a client's mistake, so that no answer can be judged. */
const closedOnMistake = 'http/no-server-error-for-client-mistake';

/** Collects which requirements the answers of a run break or keep, whichever test sent the requests. */
export class Breaches {
  readonly #tallies = new Map<string, Tally>();
  readonly #there = new Set<string | null>();
  readonly #heldBack = new Map<string | null, (readonly [Exchanged, Breach])[]>();
  readonly #closed = new Map<string | null, Exchanged[]>();

  take(event: Exchanged): void {
    const { findings, checked = [], exchange } = event;
    for (const id of checked) this.#tally(id);
    this.#noteAnswered(event);
    for (const { requirement, breach } of findings) {
      if (!this.#isHeldBack(requirement, event, breach)) this.add(requirement, event, breach);
    }
    const { mistake } = event;
    if (exchange.response !== undefined || mistake === null) return;
    // The network may have closed one connection, but hardly two for the same operation.
    const closed = this.#closed.get(exchange.operation) ?? [];
    this.#closed.set(exchange.operation, [...closed, event]);
    for (const each of closed.length === 0 ? [] : closed.length === 1 ? [...closed, event] : [event]) {
      this.add(closedOnMistake, each, { kind: 'connection closed', mistake: each.mistake ?? mistake });
    }
  }

  /** Any answer except a 404 shows that the operation exists. From then on the breaches held back count. */
  #noteAnswered({ exchange: { operation, response } }: Exchanged): void {
    if (response === undefined || response.status === 404 || this.#there.has(operation)) return;
    this.#there.add(operation);
    for (const [event, breach] of this.#heldBack.get(operation) ?? [])
      this.add(errorsAreError, event, breach);
  }

  /** Holds back a breach in a 404, which may be a web server's own page. */
  #isHeldBack(requirement: string, event: Exchanged, breach: Breach): boolean {
    const { operation, response } = event.exchange;
    if (requirement !== errorsAreError || response?.status !== 404 || this.#there.has(operation))
      return false;
    this.#heldBack.set(operation, [...(this.#heldBack.get(operation) ?? []), [event, breach]]);
    return true;
  }

  outcomes(command: (exchange: Exchange) => string): RawOutcome[] {
    return [...this.#tallies].map(([id, tally]) => {
      const exchanges = [...tally.exchanges];
      const found = { id, reproduce: exchanges.slice(0, 1).map(command).join(''), exchanges, durationMs: 0 };
      if (tally.breaches === 0) return { ...found, kind: 'pass', reason: '' };
      return { ...found, kind: 'fail', reason: reasonOf(tally) };
    });
  }

  #tally(id: string): Tally {
    const tally = this.#tallies.get(id) ?? newTally();
    this.#tallies.set(id, tally);
    return tally;
  }

  add(id: string, { place, exchange }: Pick<Exchanged, 'place' | 'exchange'>, breach: Breach): void {
    const tally = this.#tally(id);
    const { operation, response } = exchange;
    const where =
      place ?? [operation ?? 'probe', ...(response === undefined ? [] : [response.status])].join(' ');
    const line = `${where}: ${actual(breach)}`;
    if (tally.reported.has(line)) return;
    if (place === undefined) tally.reported.add(line);
    tally.breaches += 1;
    if (tally.lines.length >= mostShown) return;
    tally.demands.add(expected(breach));
    tally.lines.push(line);
    tally.exchanges.add(exchange);
  }
}

function reasonOf({ breaches, demands, lines }: Tally): string {
  const more = breaches - lines.length;
  const all = [...lines, ...(more > 0 ? [`and ${more} more`] : [])];
  return failureText([...demands].join('\n          '), all.join('\n        '));
}
