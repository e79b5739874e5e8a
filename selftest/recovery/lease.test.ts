import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ConfigurationError } from '../../src/base/errors.js';
import { packageRoot } from '../../src/base/package-root.js';
import { Lease } from '../../src/target/journal/lease.js';
import { stateFolderFor } from '../../src/target/journal/state-dir.js';
import { temporaryFolder } from '../cli/suite.js';

const baseUrl = 'https://lab.example/v2';
const noPid = 2 ** 30;

const fileIn = (folder: string) => join(stateFolderFor(folder, baseUrl), 'lease.json');

function held(folder: string, more: object = {}): void {
  const file = fileIn(folder);
  mkdirSync(dirname(file), { recursive: true });
  const other = { owner: 'bob', host: 'elsewhere', pid: noPid, id: 'x', pidSpace: '', since: '2026' };
  writeFileSync(file, JSON.stringify({ ...other, expiresAt: inMs(60_000), ...more }));
}

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const read = (folder: string) => Object(JSON.parse(readFileSync(fileIn(folder), 'utf8')));

async function take(folder: string, wait = false) {
  const told: string[] = [];
  const taken = await Lease.take(folder, baseUrl, { wait, tell: (text) => told.push(text), env: {} });
  if (taken instanceof Lease) onTestFinished(() => taken.release());
  return { taken, told };
}

const ownLease = async (folder: string) => {
  const { taken } = await take(folder);
  const { pidSpace, renewed } = read(folder);
  if (taken instanceof Lease) taken.release();
  return { pidSpace: String(pidSpace), renewed: { boot: String(renewed.boot), up: Number(renewed.up) } };
};
const pidSpaceOfThis = async (folder: string) => (await ownLease(folder)).pidSpace;

describe('a lease', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('leaves no listener once it is released', async () => {
    const before = process.listenerCount('exit');
    const { taken } = await take(temporaryFolder());
    expect(process.listenerCount('exit')).toBe(before + 1);

    if (taken instanceof Lease) taken.release();

    expect(process.listenerCount('exit')).toBe(before);
  });

  test('tells owner, host, process and expiry, and is gone once it is released', async () => {
    const folder = temporaryFolder();

    const { taken } = await take(folder);

    const there = read(folder);
    expect(there).toMatchObject({ host: hostname(), pid: process.pid, owner: expect.any(String) });
    expect(Date.parse(there.expiresAt)).toBeGreaterThan(Date.now());
    if (taken instanceof Lease) taken.release();
    expect(readdirSync(dirname(fileIn(folder)))).toEqual([]);
  });

  test('that another process holds is left and named', async () => {
    const folder = temporaryFolder();
    held(folder);

    const { taken, told } = await take(folder);

    expect(taken).toEqual({ holder: `bob on elsewhere (pid ${noPid}) since 2026` });
    expect(told).toEqual([]);
    expect(Lease.holderOf(dirname(fileIn(folder)))).toContain('bob');
  });

  test('of a dead process of this host is taken over, with a message', async () => {
    const folder = temporaryFolder();
    held(folder, { host: hostname(), pidSpace: await pidSpaceOfThis(folder) });

    const { taken, told } = await take(folder);

    expect(taken).toBeInstanceOf(Lease);
    expect(told).toEqual([expect.stringMatching(/took over the lease of bob .*: its process is gone/)]);
  });

  test('of a process that this host can not see is kept until it expires', async () => {
    const folder = temporaryFolder();
    held(folder, { host: hostname(), pidSpace: 'pid:[another]' });

    expect((await take(folder)).taken).not.toBeInstanceOf(Lease);

    held(folder, { expiresAt: inMs(-1) });
    const { taken, told } = await take(folder);
    expect(taken).toBeInstanceOf(Lease);
    expect(told).toEqual([expect.stringContaining('it expired at')]);
  });

  test("of a process that lives is kept whatever the machine's clock is set to", async () => {
    const folder = temporaryFolder();
    const { renewed, pidSpace } = await ownLease(folder);
    const alive = { host: hostname(), pid: process.ppid, pidSpace };
    held(folder, { ...alive, renewed, expiresAt: inMs(-24 * 3_600_000) });

    expect((await take(folder)).taken).not.toBeInstanceOf(Lease);

    held(folder, { ...alive, renewed: { ...renewed, up: renewed.up - 180_000 } });
    expect((await take(folder)).taken).toBeInstanceOf(Lease);
  });

  test('that is being written is respected until it is old', async () => {
    const folder = temporaryFolder();
    held(folder);
    writeFileSync(fileIn(folder), '');

    expect((await take(folder)).taken).not.toBeInstanceOf(Lease);

    utimesSync(fileIn(folder), new Date(0), new Date(0));
    expect((await take(folder)).taken).toBeInstanceOf(Lease);
  });

  test('is waited for on request', async () => {
    const folder = temporaryFolder();
    held(folder, { expiresAt: inMs(400) });

    const { taken, told } = await take(folder, true);

    expect(taken).toBeInstanceOf(Lease);
    expect(told[0]).toContain('is in use by bob on elsewhere');
    expect(told[0]).toContain('Waiting');
  });

  test('is renewed while it is held', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    const folder = temporaryFolder();
    await take(folder);

    vi.advanceTimersByTime(10 * 60_000);

    expect(Date.parse(read(folder).expiresAt)).toBeGreaterThan(Date.now());
    expect(Lease.holderOf(dirname(fileIn(folder)))).toContain(`pid ${process.pid}`);
  });

  test('that was lost is reported and not taken back', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    const folder = temporaryFolder();
    const { taken } = await take(folder);
    const lost = vi.fn();
    if (taken instanceof Lease) taken.onLost(lost);
    const file = fileIn(folder);
    renameSync(file, `${file}.old`);
    held(folder);

    vi.advanceTimersByTime(60_000);
    if (taken instanceof Lease) taken.release();

    expect(lost).toHaveBeenCalledOnce();
    expect(readFileSync(file, 'utf8')).toContain('bob');
  });

  test('that can not be written is a mistake of configuration', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'state'), 'no folder');

    const error = await take(join(folder, 'state')).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toMatch(/can't be written: .* The suite sent nothing.*--state-dir/);
  });

  test('that several find stale at once goes to one of them', async () => {
    const rounds = 40;
    const folder = temporaryFolder();
    for (let round = 0; round < rounds; round += 1)
      held(join(folder, String(round)), { expiresAt: new Date(0).toISOString() });

    const winners = await Promise.all(Array.from({ length: 3 }, () => racer(folder, rounds)));

    const all = winners.flat().sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: rounds }, (_, round) => round));
    // Several processes have won; otherwise they did not compete.
    expect(winners.filter((rounds) => rounds.length > 0).length).toBeGreaterThan(1);
    expect(existsSync(`${fileIn(join(folder, '0'))}.taking-over`)).toBe(false);
  });
});

/** A process that competes for the lease in each round, once all are ready. @returns the rounds that it won */
async function racer(folder: string, rounds: number): Promise<number[]> {
  const lease = pathToFileURL(join(packageRoot(), 'dist', 'src', 'target', 'journal', 'lease.js')).href;
  const script = `
    import { appendFileSync, readFileSync } from 'node:fs';
    const { Lease } = await import(${JSON.stringify(lease)});
    const ready = ${JSON.stringify(join(folder, 'ready'))};
    const all = async (times) => {
      appendFileSync(ready, '.');
      while (readFileSync(ready).length < 3 * times) await new Promise(setImmediate);
    };
    const got = [];
    for (let round = 0; round < ${rounds}; round += 1) {
      await all(round + 1);
      const options = { wait: false, tell() {}, env: {} };
      const taken = await Lease.take(${JSON.stringify(folder)} + '/' + round, ${JSON.stringify(baseUrl)}, options);
      if (taken instanceof Lease) got.push(round);
    }
    await all(${rounds} + 1);
    console.log(JSON.stringify(got));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.map(Number) : [];
}
