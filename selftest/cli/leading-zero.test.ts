import { expect, test } from 'vitest';
import { emulated } from './emulated.js';
import { performed } from './in-process.js';
import { folders, temporaryFolder, verdictOf } from './suite.js';

test('codes that begin with 0 are tried where no step may be waited for', async () => {
  const folder = temporaryFolder();
  const files = [
    await emulated(folder, 'right', {}, { clock: undefined }),
    await emulated(folder, 'wrong', { faults: ['totp/leading-zeros-lost'] }, { clock: undefined }),
  ];
  const targets = files.flatMap((file) => ['-t', file]);

  await performed('run', ...targets, '--jobs', '2', '--grep', '*/accepts-leading-zero', ...folders(folder));

  const outcomesOf = (name: string) =>
    verdictOf(folder, name).outcomes.map(({ id, outcome }) => [id, outcome]);
  const ids = ['verify-totp/accepts-leading-zero', 'totp-login/accepts-leading-zero'];
  expect(outcomesOf('right').sort()).toEqual(ids.map((id) => [id, 'pass']).sort());
  expect(outcomesOf('wrong').sort()).toEqual(ids.map((id) => [id, 'fail']).sort());
});
