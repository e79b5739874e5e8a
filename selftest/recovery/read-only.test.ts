import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'vitest';
import { parse } from 'yaml';
import { readEvents } from '../../src/verdict/events/log.js';
import { emulator } from '../cli/emulated.js';
import { performed } from '../cli/in-process.js';
import { folders, temporaryFolder, verdictOf, writeTarget } from '../cli/suite.js';
import { proxyBefore } from '../tool/proxy.js';
import { journalsIn } from './observe.js';

const runs = [
  {
    of: 'with --mode read-only on a disposable target',
    args: ['--mode', 'read-only'],
    change: {},
    passes: ['mfa-config/get-answers-200', 'support-mfa/get-answers-200'],
  },
  {
    of: 'without allow.stateChanges, for an admin who would have to log in',
    args: [],
    change: { allow: {} },
    withoutKey: true,
    passes: ['access/other-path-spellings-refuse-anonymous', 'access/wrong-token-has-bearer-challenge'],
  },
];

describe.concurrent('a run', () => {
  test.for(runs)('$of sends only what changes nothing', async (run, { expect, onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    const { file, methods } = await watched(folder, run, onTestFinished);

    const ended = await performed('run', '-t', file, ...run.args, ...folders(folder));

    const { outcomes, restored } = verdictOf(folder, 'emulator');
    expect(methods.size, ended.stderr).toBeGreaterThan(0);
    expect([...methods].filter((method) => !['GET', 'HEAD', 'OPTIONS'].includes(method))).toEqual([]);
    const of = (kind: string) => outcomes.filter(({ outcome }) => outcome === kind);
    expect([...of('fail'), ...of('inconclusive')].map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
    const events = readEvents(join(folder, 'out', 'emulator', 'events.jsonl'));
    const sent = events.flatMap((event) =>
      event.type === 'exchange' || event.type === 'adopted' ? [event.requirement] : [],
    );
    const passed = of('pass').map(({ id }) => id);
    expect(passed).toEqual(expect.arrayContaining(run.passes));
    expect(passed.length).toBeGreaterThan(run.withoutKey ? 2 : 15);
    expect(sent).toEqual(expect.arrayContaining(passed.filter((id) => !id.startsWith('tls/'))));
    const left = of('not run').filter(({ reason }) => /nothing may be changed/.test(reason));
    expect(left.length).toBeGreaterThan(60);
    expect(left.map(({ id }) => id)).toContain('access/update-mfa-config-refuses-anonymous');
    expect(restored).toBe(true);
    expect(ended.code).toBe(0);
    expect(journalsIn(`${folder}/state`)).toEqual([]);
  });
});

/** The emulator behind a proxy that records the methods of all requests, including those to the clock control. */
async function watched(
  folder: string,
  { change, withoutKey }: { readonly change: object; readonly withoutKey?: boolean },
  onEnd: TestContext['onTestFinished'],
): Promise<{ readonly file: string; readonly methods: ReadonlySet<string> }> {
  const target = await emulator(folder, onEnd);
  const methods = new Set<string>();
  const note: Parameters<typeof proxyBefore>[1] = (request, pass) => {
    methods.add(request.method);
    return pass(request);
  };
  const before = (url: string): Promise<string> => proxyBefore(url, note, onEnd);
  const content: unknown = parse(readFileSync(target.targetFile, 'utf8'));
  const text = JSON.stringify({ ...Object(content), ...change, baseUrl: await before(target.baseUrl) });
  const changed: unknown = JSON.parse(text, (name, value: unknown) =>
    name === 'apiKey' && withoutKey === true ? undefined : value,
  );
  const clock = { control: await before(`${target.control}/clock`) };
  return { file: writeTarget(folder, { ...Object(changed), clock }), methods };
}
