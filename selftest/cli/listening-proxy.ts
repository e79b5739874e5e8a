import { membersIn, parsedJson } from '../../src/base/shape.js';
import type { OnEnd } from '../tool/processes.js';
import { proxyBefore } from '../tool/proxy.js';

const secretMembers = new Set([
  'password',
  'currentPassword',
  'supportUserPassword',
  'sessionId',
  'accessToken',
  'totpSecretKey',
  'totpUri',
  'referenceId',
]);

/** Stands between the suite and its target and records every secret that passes. */
export class ListeningProxy {
  readonly secrets = new Set<string>();
  baseUrl = '';

  static async before(target: string, onEnd: OnEnd): Promise<ListeningProxy> {
    const proxy = new ListeningProxy();
    const hearing: Parameters<typeof proxyBefore>[1] = async (request, pass) => {
      proxy.#hear(request.body);
      const answer = await pass(request);
      proxy.#hear(answer.body);
      return answer;
    };
    proxy.baseUrl = await proxyBefore(target, hearing, onEnd);
    return proxy;
  }

  /** The secrets worth a search: not a password of one repeated letter, as a random body may have. */
  get told(): string[] {
    return [...this.secrets].filter((secret) => new Set(secret).size > 1);
  }

  #hear(body: Buffer): void {
    for (const [name, inner] of membersIn(parsedJson(body.toString()))) {
      // A short text, or one with a blank or quote, is a made-up credential: not secret, and perhaps in any text.
      const isSecret = typeof inner === 'string' && inner.length >= 8 && !/[\s']/.test(inner);
      if (isSecret && secretMembers.has(name)) this.secrets.add(inner);
    }
  }
}
