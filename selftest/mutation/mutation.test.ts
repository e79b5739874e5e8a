import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from '../cli/suite.js';
import { build } from './build.js';
import { Campaign } from './campaign.js';
import { instrument, type Mutant } from './mutants.js';

const folder = temporaryFolder(afterAll);

test('a mutant of the code that answers is noticed, by a requirement that reaches it', async () => {
  const places = ['operations/cluster', 'certificate', 'emulator'].map((name) => `emulator/${name}.ts`);
  const { files, mutants } = await instrument(places);
  const find = (wanted: Partial<Mutant>): Mutant => {
    const found = mutants.find((mutant) =>
      Object.entries(wanted).every(([part, value]) => Object(mutant)[part] === value),
    );
    if (found === undefined) throw new Error(`no mutant ${JSON.stringify(wanted)}`);
    return found;
  };
  const [file, replacement] = ['emulator/operations/cluster.ts', "own(wanted, 'enabled') !== true"];
  const stored = find({ file, replacement });
  const ofHttps = find({ file: 'emulator/certificate.ts', mutator: 'BlockStatement' });
  const noStart = find({
    file: 'emulator/emulator.ts',
    line: 'export async function startEmulator(options: EmulatorOptions = {}): Promise<RunningEmulator> {',
    mutator: 'BlockStatement',
  });
  const campaign = new Campaign(build(files, join(folder, 'build')), folder, 3);

  const requirements = ['mfa-config/put-round-trip', 'mfa-config/stores-enabled'];
  const baseline = await campaign.baseline(1, requirements);

  expect([...(baseline.reach.get(stored.id) ?? [])]).toContain('mfa-config/put-round-trip');
  expect(baseline.reach.has(ofHttps.id)).toBe(false);
  const [first, second, third] = await campaign.judge([stored, ofHttps, noStart], baseline, requirements);
  expect(first).toMatchObject({ way: 'red' });
  expect(requirements).toContain(first?.by);
  expect(second).toBeUndefined();
  expect(third).toEqual({ way: 'does not start', by: '' });
}, 900_000);
