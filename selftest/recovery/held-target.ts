import { startEmulator } from '../../emulator/emulator.js';
import { writeTarget } from '../cli/suite.js';
import type { Hit } from './draw.js';
import { HeldProxy } from './held-proxy.js';
import { stateOf } from './observe.js';

export class HeldTarget {
  private constructor(
    readonly hit: Hit,
    readonly proxy: HeldProxy,
    readonly targetFile: string,
    private readonly controlUrl: string,
    private readonly ends: readonly (() => void | Promise<void>)[],
    readonly found: string,
  ) {}

  static async open(folder: string, name: string, hit: Hit, settleMs: number): Promise<HeldTarget> {
    const emulator = await startEmulator({ variants: hit.variants });
    const { controlUrl, baseUrl, accounts } = emulator;
    const apiKey = accounts.admin.apiKey;
    await send(`${controlUrl}/reset`, 'POST', hit.state.start, apiKey);
    if (hit.state.put !== undefined) await send(`${baseUrl}/mfa-config`, 'PUT', hit.state.put, apiKey);
    const ends: (() => void | Promise<void>)[] = [() => emulator.close()];
    const proxy = await HeldProxy.before(baseUrl, hit.moment, hit.proxy, (end) => ends.unshift(end));
    const content = {
      ...emulator.targetFile(),
      name,
      baseUrl: proxy.baseUrl,
      limits: { requestTimeoutMs: 15_000, settleMs },
      ...(hit.movesClock ? {} : { clock: undefined }),
    };
    const targetFile = writeTarget(folder, content, `${name}.yaml`);
    return new HeldTarget(hit, proxy, targetFile, controlUrl, ends, await configurationOf(controlUrl));
  }

  /** The configuration without the verification of a key, which the suite does not restore. */
  state(): Promise<string> {
    return configurationOf(this.controlUrl);
  }

  async close(): Promise<void> {
    for (const end of this.ends) await end();
  }
}

async function send(url: string, method: string, body: object, apiKey: string): Promise<void> {
  const headers = { 'content-type': 'application/json', apiKey };
  const { status } = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (status >= 300) throw new Error(`${method} ${url} answered ${status}.`);
}

async function configurationOf(control: string): Promise<string> {
  const { cluster, support } = await stateOf({ control });
  return JSON.stringify({ cluster, support: { ...support, otpVerificationState: undefined } });
}
