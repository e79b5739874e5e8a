import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { cli, folders, startEmulator, temporaryFolder, verdictOf } from './suite.js';

const claim = 'key-names-are-kept';
const id = 'totp-key/echoes-name';

test('what a statement says decides a run, its drafts and what is compared', async () => {
  const folder = temporaryFolder();
  const fault = 'totp/name-lost';
  const { targetFile } = await startEmulator(folder, ['--fault', fault]);
  const ofTarget = readFileSync(targetFile, 'utf8');
  const statement = join(folder, 'acme.statement.yaml');
  const out = join(folder, 'out', 'emulator');
  const run = async (claims: object | undefined) => {
    if (claims !== undefined) {
      writeFileSync(statement, stringify({ version: 1, vendor: 'Acme', claims }));
      writeFileSync(targetFile, `${ofTarget}statement: acme.statement.yaml\n`);
    }
    const ended = await cli(['run', '-t', targetFile, ...folders(folder), '--grep', 'totp-key/*es-*']);
    const verdict = verdictOf(folder, 'emulator');
    return { ...ended, verdict, outcome: verdict.outcomes.find((each) => each.id === id) };
  };

  // Nobody promised it: a should, which gates nothing.
  const silent = await run(undefined);
  expect(silent.outcome).toMatchObject({ level: 'should', outcome: 'fail' });
  expect([silent.code, silent.verdict.gate]).toEqual([0, 'conforms']);

  // The draft denies what is not so, and is not written over.
  const drafted = join(folder, 'draft.yaml');
  const draft = () => cli(['statement', '-t', targetFile, '--from', out, '--out', drafted]);
  expect((await draft()).code).toBe(0);
  expect(readFileSync(drafted, 'utf8')).toContain(`# Measured otherwise: ${id}.\n  ${claim}: false\n`);
  const again = await draft();
  expect([again.code, again.stderr]).toEqual([
    2,
    `${drafted} is there already, and stays as it is: give --out another name.\n`,
  ]);

  const claimed = await run({ [claim]: true });
  expect(claimed.outcome).toMatchObject({ level: 'must', claimed: claim, outcome: 'fail' });
  expect([claimed.code, claimed.verdict.gate]).toEqual([1, 'does not conform']);
  expect(claimed.stdout).toContain('1 of them claimed by the vendor');
  expect(claimed.stdout).toContain(`source: claimed by the vendor (${claim}); `);
  const [compared, trend] = await Promise.all([
    cli(['compare', out, out]),
    cli(['trend', '--out', join(folder, 'out')]),
  ]);
  for (const { stdout } of [compared, trend]) expect(stdout).toContain(`  - The statement claims ${claim} (`);

  const denied = await run({ [claim]: false });
  expect(denied.outcome).toMatchObject({
    level: 'should',
    outcome: 'not applicable',
    reason: `the vendor's statement denies it (${claim})`,
  });
  expect([denied.code, denied.verdict.gate]).toEqual([0, 'conforms']);

  const mistaken = await run({ 'key-names-are-kep': true });
  expect(mistaken.code).toBe(2);
  expect(mistaken.stderr).toContain(`claims.key-names-are-kep: unknown key; did you mean ${claim}?`);
});

test('what is otherwise only measured gates once it is claimed', async () => {
  const folder = temporaryFolder();
  const { targetFile } = await startEmulator(folder, ['--fault', 'login/keys-never-forgotten']);
  writeFileSync(
    join(folder, 's.json'),
    JSON.stringify({ version: 1, claims: { 'keys-are-forgotten': true } }),
  );
  writeFileSync(targetFile, `${readFileSync(targetFile, 'utf8')}statement: s.json\n`);
  const grep = 'totp-login/keys-are-forgotten-*';

  const { code } = await cli(['run', '-t', targetFile, ...folders(folder), '--grep', grep]);

  expect(verdictOf(folder, 'emulator').outcomes).toMatchObject([
    { level: 'must', claimed: 'keys-are-forgotten', outcome: 'fail' },
  ]);
  expect(code).toBe(1);
});
