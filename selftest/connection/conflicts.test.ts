import { expect, test } from 'vitest';
import { TargetModel } from '../../src/target/beliefs/target-model.js';
import type { Answered, Call } from '../../src/target/connection/call.js';
import { conflicts } from '../../src/target/connection/links/conflicts.js';

/** Sends changes of two tests at once. The target refuses what begins while another change is open. */
async function changeAtOnce(operations: readonly [string, string], requirements: readonly [string, string]) {
  const recorder = { requirement: '', retried: (status: number) => void retried.push(status) };
  const retried: number[] = [];
  const link = conflicts(recorder, new TargetModel().flag('one change at a time'));
  let open = 0;
  const next = async (): Promise<Answered> => {
    open += 1;
    const status = open > 1 ? 409 : 204;
    await new Promise((done) => setTimeout(done, 5));
    open -= 1;
    return { status } as Answered;
  };
  const answers = operations.map((operation, n) => {
    recorder.requirement = requirements[n] ?? '';
    return link({ operation } as Call, next);
  });
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  return { statuses, retried };
}

test('a change refused beside a change by another test is sent again', async () => {
  const { statuses, retried } = await changeAtOnce(['UpdateMFAConfig', 'UpdateSupportMFAConfig'], ['a', 'b']);

  expect(statuses).toEqual([204, 204]);
  expect(retried).toEqual([409]);
});

test.each([
  ['of two changes by one test', 'UpdateMFAConfig', 'a'],
  ['of a request that changes no configuration', 'CreateSession', 'b'],
])('the 409 %s is the answer', async (_what, second, by) => {
  const { statuses, retried } = await changeAtOnce(['UpdateMFAConfig', second], ['a', by]);

  expect(statuses).toEqual([204, 409]);
  expect(retried).toEqual([]);
});
