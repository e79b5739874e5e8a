import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { emulated } from './emulated.js';
import { performed } from './in-process.js';
import { folders, temporaryFolder, verdictOf } from './suite.js';

const claim = 'key-names-are-kept';
const id = 'totp-key/echoes-name';
/** A requirement of level fact (measured, not judged). A statement that claims it makes it a must. */
const measured = 'totp-login/keys-are-forgotten-where-told';
const grep = `${id},totp-key/gives-secret-and-uri,${measured}`;

test('a statement affects runs, drafts and comparisons', async () => {
  const folder = temporaryFolder();
  const lost = { faults: ['totp/name-lost'] };
  const statementOf = (name: string, claims: object) => {
    writeFileSync(join(folder, name), stringify({ version: 1, vendor: 'Acme', claims }));
    return { statement: name };
  };
  const claims = statementOf('claims.yaml', { [claim]: true });
  const forgetting = { statement: 'forgets.json' };
  const content = { version: 1, claims: { 'keys-are-forgotten': true } };
  writeFileSync(join(folder, forgetting.statement), JSON.stringify(content));
  const targetFile = await emulated(folder, 'silent', lost);
  const targets = [
    targetFile,
    await emulated(folder, 'claimed', lost, claims),
    await emulated(folder, 'denied', lost, statementOf('denies.yaml', { [claim]: false })),
    await emulated(folder, 'forgets', { faults: ['login/keys-never-forgotten'] }, forgetting),
  ].flatMap((file) => ['-t', file]);
  const args = ['run', ...targets, '--jobs', '4', '--grep', grep, ...folders(folder)];

  const { code } = await performed(...args);

  expect(code).toBe(1);
  const out = join(folder, 'out');
  const matrix: { readonly targets: readonly { readonly name: string; readonly exitCode: number }[] } =
    JSON.parse(readFileSync(join(out, 'matrix.json'), 'utf8'));
  const of = (name: string) => {
    const { gate, outcomes } = verdictOf(folder, name);
    return {
      gate,
      outcome: (wanted: string) => outcomes.find((each) => each.id === wanted),
      exitCode: matrix.targets.find((each) => each.name === name)?.exitCode,
      summary: readFileSync(join(out, name, 'summary.txt'), 'utf8'),
    };
  };

  // Without a claim, this requirement is a should, which does not gate.
  const silent = of('silent');
  expect(silent.outcome(id)).toMatchObject({ level: 'should', outcome: 'fail' });
  expect(silent.outcome(measured)).toMatchObject({ level: 'fact', outcome: 'pass' });
  expect([silent.exitCode, silent.gate]).toEqual([0, 'conforms']);

  const claimed = of('claimed');
  expect(claimed.outcome(id)).toMatchObject({ level: 'must', claimed: claim, outcome: 'fail' });
  expect([claimed.exitCode, claimed.gate]).toEqual([1, 'does not conform']);
  expect(claimed.summary).toContain('1 of them claimed by the vendor');
  expect(claimed.summary).toContain(`source: claimed by the vendor (${claim}); `);

  const denied = of('denied');
  const reason = `the vendor's statement denies it (${claim})`;
  expect(denied.outcome(id)).toMatchObject({ level: 'should', outcome: 'not applicable', reason });
  expect([denied.exitCode, denied.gate]).toEqual([0, 'conforms']);

  // A fact that the vendor claims gates.
  const forgets = of('forgets');
  const gating = { level: 'must', claimed: 'keys-are-forgotten', outcome: 'fail' };
  expect(forgets.outcome(measured)).toMatchObject(gating);
  expect(forgets.exitCode).toBe(1);

  // The draft denies what the target lacks. A second draft does not overwrite the first.
  const drafted = join(folder, 'draft.yaml');
  const from = ['--from', join(out, 'silent')];
  const draft = () => performed('statement', '-t', targetFile, ...from, '--out', drafted);
  const drawn = await draft();
  const compared = await performed('compare', join(out, 'claimed'), join(out, 'claimed'));
  const trend = await performed('trend', '--out', out);
  expect(drawn.code).toBe(0);
  expect(readFileSync(drafted, 'utf8')).toContain(`# Measured otherwise: ${id}.\n  ${claim}: false\n`);
  for (const { stdout } of [compared, trend]) expect(stdout).toContain(`  - The statement claims ${claim} (`);

  statementOf('claims.yaml', { 'key-names-are-kep': true });
  const again = await draft();
  const mistaken = await performed('run', '-t', join(folder, 'claimed.yaml'), ...folders(folder));
  const refusal = `${drafted} already exists and stays as it is: choose another name.\n`;
  expect([again.code, again.stderr]).toEqual([2, refusal]);
  expect(mistaken.code).toBe(2);
  expect(mistaken.stderr).toContain(`claims.key-names-are-kep: unknown key; did you mean ${claim}?`);
});
