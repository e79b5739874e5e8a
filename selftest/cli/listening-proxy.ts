import { membersIn, parsedJson } from '../../src/base/shape.js';
import type { OnEnd } from '../tool/processes.js';
import { type Pass, type Passing, proxyBefore } from '../tool/proxy.js';

const secretMembers = new Set([
  ...['password', 'currentPassword', 'supportUserPassword', 'sessionId', 'accessToken'],
  ...['totpSecretKey', 'totpUri', 'referenceId'],
]);

/** A proxy between the suite and its target that records every secret that passes. */
export async function listeningProxy(target: string, onEnd: OnEnd) {
  const secrets = new Set<string>();
  const hear = (body: Buffer) => {
    for (const [name, inner] of membersIn(parsedJson(body.toString()))) {
      // A short text, or one with a blank or quote, is a made-up credential: not secret, and perhaps in any text.
      const isSecret = typeof inner === 'string' && inner.length >= 8 && !/[\s']/.test(inner);
      if (isSecret && secretMembers.has(name)) secrets.add(inner);
    }
  };
  const answer = async (request: Passing, pass: Pass) => {
    hear(request.body);
    const passed = await pass(request);
    hear(passed.body);
    return passed;
  };
  return { baseUrl: await proxyBefore(target, answer, onEnd), secrets };
}

/** The secrets worth a search: not a password of one repeated letter, as a random body may have. */
export const worthASearch = (secrets: Iterable<string>): string[] =>
  [...secrets].filter((secret) => new Set(secret).size > 1);
