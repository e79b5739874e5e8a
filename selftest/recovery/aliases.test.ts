import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Journal } from '../../src/target/journal/journal.js';
import { Lease } from '../../src/target/journal/lease.js';
import { knownAs, stateFolderFor } from '../../src/target/journal/state-dir.js';
import { temporaryFolder } from '../cli/suite.js';

vi.mock('node:dns/promises', () => ({ lookup: vi.fn() }));

const support = { enabled: false, mfaType: null, email: null };
const take = async (folder: string, baseUrl: string) => {
  const taken = await Lease.take(folder, baseUrl, { wait: false, tell: () => {}, env: {} });
  if (taken instanceof Lease) onTestFinished(() => taken.release());
  return taken;
};

describe('one lease and one journal', () => {
  test.each([
    'http://127.0.0.1:8661/v2',
    'http://[::1]:8661/v2',
    'http://[::ffff:127.0.0.1]:8661/v2/',
    'http://LOCALHOST.:8661/v2',
    'http://127.1:8661/%762',
  ])('are shared by localhost and %s', async (other) => {
    const folder = temporaryFolder();
    await take(folder, 'http://localhost:8661/v2');
    new Journal(folder, 'http://localhost:8661/v2').noteFound({ support });

    expect(await take(folder, other)).toHaveProperty('holder');
    expect(new Journal(folder, other).read()).toMatchObject({ support });
  });

  test('are not shared with another port, path or host', () => {
    const targets = ['localhost:1/v2', 'localhost:2/v2', 'localhost:1/b/v2', 'lab:1/v2'];
    const folders = targets.map((target) => stateFolderFor('', `http://${target}`));

    expect(new Set(folders).size).toBe(targets.length);
  });

  test('are shared by a name and its address, whichever came first', async () => {
    vi.mocked(lookup).mockResolvedValue(['10.2.0.7', 'fe80::7'].map((address) => ({ address })) as never);
    const [byAddress, byName] = ['https://10.2.0.7/v2', 'https://lab.example/v2'] as const;
    for (const [first, second] of [[byAddress, byName] as const, [byName, byAddress] as const]) {
      const folder = temporaryFolder();
      await take(folder, first);

      expect(await knownAs(folder, second)).toBe(first);
      expect(await knownAs(folder, 'https://10.2.0.8/v2')).toBe('https://10.2.0.8/v2');
      // A target that already has a folder keeps its name.
      expect(await knownAs(folder, first)).toBe(first);
    }
  });

  test('are by base URL if the state folder can not be read', async () => {
    const baseUrl = 'https://lab.example/v2';

    expect(await knownAs(join(temporaryFolder(), 'none'), baseUrl)).toBe(baseUrl);
  });
});
