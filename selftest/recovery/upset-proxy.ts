import type { OnEnd } from '../tool/processes.js';
import { type Pass, type Passed, type Passing as PassingBytes, proxyBefore } from '../tool/proxy.js';

export interface Passing extends Omit<PassingBytes, 'body'> {
  readonly body: string;
}

export interface Own {
  readonly status: number;
  readonly body: object;
}

/** @returns an answer, a request to send instead, or undefined to pass the request on */
export type Meddler = (request: Passing) => Own | Passing | undefined;

export const isWrite = ({ method, url }: Passing): boolean =>
  method !== 'GET' && method !== 'OPTIONS' && /\/mfa(?:-config)?$/.test(url);
export const isLogin = ({ method, url }: Passing): boolean =>
  method === 'POST' && /\/(?:sessions|access-tokens)$/.test(url);

export const isLoginWithCode = (request: Passing): boolean =>
  isLogin(request) && request.body.includes('otpCode');

/** Only TOTP codes become invalid if somebody sets the clock; mailed codes stay valid. */
export const isLoginWithTotp = (request: Passing): boolean =>
  isLogin(request) && request.body.includes('"totp"');

/** When the upset comes: before the n-th request of a kind, from 1, is passed on. */
export interface Moment {
  readonly of: (request: Passing) => boolean;
  readonly nth: number;
}

/** A proxy that upsets a target in the middle of a run and changes its traffic from then on. */
export async function upsetProxy(target: string, moment: Moment, onEnd: OnEnd) {
  const meddle: Meddler = () => undefined;
  const upset: () => unknown = () => undefined;
  const proxy = { baseUrl: '', isUpset: false, meddle, upset };
  let count = 0;
  const answer = async (request: PassingBytes, pass: Pass): Promise<Passed> => {
    const came = { ...request, body: request.body.toString() };
    if (!proxy.isUpset && moment.of(came)) {
      count += 1;
      proxy.isUpset = count === moment.nth;
      if (proxy.isUpset) await proxy.upset();
    }
    const made = (proxy.isUpset ? proxy.meddle(came) : undefined) ?? came;
    if ('status' in made) {
      const headers = { 'content-type': 'application/json' };
      return { ...made, headers, body: Buffer.from(JSON.stringify(made.body)) };
    }
    const body = Buffer.from(made.body);
    const { 'content-length': _, 'transfer-encoding': __, ...rest } = made.headers;
    const more = body.length === 0 ? {} : { 'content-length': `${body.length}` };
    return pass({ ...made, headers: { ...rest, ...more }, body });
  };
  proxy.baseUrl = await proxyBefore(target, answer, onEnd);
  return proxy;
}
