import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEmulator } from '../../emulator/emulator.js';
import { Lease } from '../../src/target/journal/lease.js';
import { cli, temporaryFolder, writeTarget } from './suite.js';

test('a run does not write into a folder of reports that another run writes into', async () => {
  const emulator = await startEmulator({});
  try {
    const folder = temporaryFolder();
    const out = join(folder, 'out');
    mkdirSync(join(out, 'lab'), { recursive: true });
    const target = writeTarget(folder, { ...emulator.targetFile(), name: 'lab' });
    const options = { wait: false, tell: () => {}, env: {} };
    const other = await Lease.takeFolder(join(out, 'lab'), options);
    // Processes of their own: a lease of this one would not stop it.
    const run = () =>
      cli(['run', '-t', target, '--out', out, '--grep', 'mfa-config/get-answers-200', '--quiet'], {
        env: { MFA_CONFORMANCE_STATE: join(folder, 'state') },
      });

    const refused = await run();

    expect(refused.stderr).toMatch(
      /^lab: \S+lab is written to by .* Nothing was sent; choose another --out\.$/m,
    );
    expect([refused.code, existsSync(join(out, 'lab', 'verdict.json'))]).toEqual([3, false]);

    if (other instanceof Lease) other.release();
    expect((await run()).code).toBe(0);
    expect(existsSync(join(out, 'lab', 'lease.json'))).toBe(false);
  } finally {
    await emulator.close();
  }
});
