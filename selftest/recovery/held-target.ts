import { startEmulator } from '../../emulator/emulator.js';
import { writeTarget } from '../cli/suite.js';
import type { Hit } from './draw.js';
import { heldProxy } from './held-proxy.js';
import { stateOf } from './observe.js';

export type HeldTarget = Awaited<ReturnType<typeof heldTarget>>;

export async function heldTarget(folder: string, name: string, hit: Hit, settleMs: number) {
  const emulator = await startEmulator({ variants: hit.variants });
  const { controlUrl, baseUrl, accounts } = emulator;
  const apiKey = accounts.admin.apiKey;
  await send(`${controlUrl}/reset`, 'POST', hit.state.start, apiKey);
  if (hit.state.put !== undefined) await send(`${baseUrl}/mfa-config`, 'PUT', hit.state.put, apiKey);
  const ends: (() => void | Promise<void>)[] = [() => emulator.close()];
  const proxy = await heldProxy(baseUrl, hit.moment, hit.proxy, (end) => ends.unshift(end));
  const content = {
    ...emulator.targetFile(),
    name,
    baseUrl: proxy.baseUrl,
    limits: { requestTimeoutMs: 15_000, settleMs },
    ...(hit.movesClock ? {} : { clock: undefined }),
  };
  const targetFile = writeTarget(folder, content, `${name}.yaml`);
  const state = () => configurationOf(controlUrl);
  const close = async () => {
    for (const end of ends) await end();
  };
  return { hit, proxy, targetFile, state, found: await state(), close };
}

async function send(url: string, method: string, body: object, apiKey: string): Promise<void> {
  const headers = { 'content-type': 'application/json', apiKey };
  const { status } = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (status >= 300) throw new Error(`${method} ${url} answered ${status}.`);
}

/** The configuration without the verification of a key, which the suite does not restore. */
async function configurationOf(control: string): Promise<string> {
  const { cluster, support } = await stateOf({ control });
  return JSON.stringify({ cluster, support: { ...support, otpVerificationState: undefined } });
}
