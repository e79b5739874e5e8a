import { setTimeout as pause } from 'node:timers/promises';
import type { OnEnd } from '../tool/processes.js';
import { type Pass, type Passed, type Passing, proxyBefore } from '../tool/proxy.js';

export const phases = ['before it lands', 'before its answer is passed on', 'after its answer'] as const;
export type Phase = (typeof phases)[number];

export interface Moment {
  /** The number of the write of a configuration, from 1. */
  readonly write: number;
  readonly phase: Phase;
  /** How long the proxy holds the chosen write after the suite's end, once somebody reads the state. */
  readonly holdMs: number;
}

export interface Delays {
  /** How long the proxy delays every other write that comes after the suite's end. */
  readonly laterMs: number;
  /** The read-back delay of a second node, which answers every second read; 0 if there is one node. */
  readonly nodeLagMs: number;
  readonly longestToLookMs: number;
  /** How long the proxy holds the chosen write at most, on any machine, as `limits.settleMs` promises. */
  readonly landsWithinMs: number;
}

function signal(): [Promise<void>, () => void] {
  let send = () => {};
  const sent = new Promise<void>((resolve) => {
    send = resolve;
  });
  return [sent, send];
}

/** A gateway with a queue: a request that it has received takes effect even if its sender has ended. */
export async function heldProxy(target: string, moment: Moment, delays: Delays, onEnd: OnEnd) {
  let isArmed = false;
  let isEnded = false;
  let writes = 0;
  /** Resolves at the chosen moment. From then on the suite waits for an answer that the proxy holds back. */
  const [reached, markReached] = signal();
  const [ended, markEnded] = signal();
  const [looked, markLooked] = signal();
  const byNode = secondNode(delays.nodeLagMs);

  async function hold(): Promise<void> {
    markReached();
    await ended;
  }

  async function answer(request: Passing, pass: Pass): Promise<Passed> {
    const { method, url } = request;
    const isConfig = /\/mfa(?:-config)?$/.test(url);
    const isWrite = isConfig && method !== 'GET' && method !== 'OPTIONS';
    const after = moment.phase === 'after its answer' && writes >= moment.write;
    if (isWrite && isArmed) writes += 1;
    const isMoment = isWrite && isArmed && writes === moment.write;
    if (after) await hold();
    if (isMoment && moment.phase === 'before it lands') {
      // The write takes effect at the worst time: after a read has shown the original state.
      const lands = pause(delays.landsWithinMs);
      await hold();
      await Promise.race([looked, pause(delays.longestToLookMs), lands]);
      await Promise.race([pause(moment.holdMs), lands]);
    } else if (isWrite && isEnded) await pause(delays.laterMs);
    const answered = await (isConfig ? byNode(request, pass, isWrite) : pass(request));
    if (isMoment && moment.phase === 'before its answer is passed on') await hold();
    if (isConfig && !isWrite && isEnded) markLooked();
    return answered;
  }

  const arm = () => {
    isArmed = true;
  };
  /** Call this when the suite has ended. The proxy then passes on the held requests. */
  const goOn = () => {
    isEnded = true;
    markEnded();
  };
  return { baseUrl: await proxyBefore(target, answer, onEnd), reached, arm, goOn };
}

/** Passes requests on as two nodes do, of which the second, which answers every second read, lags behind. */
function secondNode(lagMs: number) {
  let reads = 0;
  /** The answers that the second node still gives to reads, by URL. */
  const old = new Map<string, Passed>();
  return async (request: Passing, pass: Pass, isWrite: boolean): Promise<Passed> => {
    const { url } = request;
    if (lagMs === 0) return pass(request);
    if (isWrite) {
      const { 'content-length': _, 'transfer-encoding': __, ...headers } = request.headers;
      const before = await pass({ ...request, method: 'GET', headers, body: Buffer.alloc(0) });
      const answer = await pass(request);
      if (before.status === 200) {
        old.set(url, before);
        setTimeout(() => {
          if (old.get(url) === before) old.delete(url);
        }, lagMs);
      }
      return answer;
    }
    reads += 1;
    return (reads % 2 === 0 ? old.get(url) : undefined) ?? pass(request);
  };
}
