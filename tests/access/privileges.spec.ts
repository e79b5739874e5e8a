import {
  arrange,
  demand,
  expect,
  headersOf,
  operations,
  operationsWith,
  partsOf,
  prepared,
  test,
  wrong,
} from '../../fixtures/index.js';

for (const operation of operationsWith('modifies')) {
  test(`access/viewer-cannot-${operations[operation].slug}`, async ({ api, users, connection, state }) => {
    const credentials = await arrange(users.sessions.viewerByAllMeans());
    const body = await arrange(prepared(operation, connection));
    const parts = await arrange(partsOf(operation, connection));
    const before = await arrange(state.snapshot());

    for (const as of credentials) {
      expect(await api.call(operation, { ...body, as })).toBeRefused();
      // An invalid credential beside a valid one must add no privilege. VerifySupportUserTotp is left out, because each
      // of its requests would use up a code.
      for (const beside of operation === 'VerifySupportUserTotp' ? [] : wrong.beside(as)) {
        expect(await api.call(operation, { ...body, as, headers: headersOf(beside) })).toBeRefused();
      }
      // The test compares the state before the requests below, which may undo a change.
      if (parts.length > 0) expect(await state.changesSince(before)).toBeNone();
      for (const send of parts) {
        const answer = await send(as);
        if (answer !== undefined) expect(answer).toBeRefused();
      }
    }
    expect(await state.changesSince(before)).toBeNone();
  });
}

test('access/callers-at-once-are-told-apart', async ({ api, admin, users, cluster }) => {
  const as = await arrange(users.sessions.viewer());
  const anyJson = await arrange(cluster.knownAsShown());

  for (let attempt = 0; attempt < 3; attempt += 1) {
    // A PUT of the current configuration, even if accepted, changes nothing.
    const write = () => api.call('UpdateMFAConfig', { as, anyJson });
    const read = () => api.call('GetMFAConfig', { as: admin });
    const [, first, second] = await Promise.all([read(), write(), write(), read()]);
    for (const answer of [first, second]) expect(answer).toBeRefused();
  }
});

test('access/missing-privilege-is-403', async ({ api, admin, users, cluster, support }) => {
  const as = await arrange(users.sessions.viewer());
  const put = ['UpdateMFAConfig', await arrange(cluster.knownAsShown())] as const;
  const patch = ['UpdateSupportMFAConfig', support.withPassword({ enabled: false })] as const;
  // While support MFA is off, an accepted PATCH does no harm.
  const writes = (await support.read()).enabled ? [put] : [put, patch];

  const answers = [];
  for (const [operation, anyJson] of writes) {
    const answer = await api.call(operation, { as, anyJson });
    const { status } = answer;
    const isOther = status >= 400 && status < 500 && status !== 403 && status !== 404;
    // A target may refuse an empty change even to the admin, before it checks privileges.
    if (isOther && (await api.call(operation, { as: admin, anyJson })).status === status) continue;
    answers.push(answer);
  }
  if (answers.length === 0)
    arrange.notApplicable('the target refuses the admin a change that changes nothing, too');

  const allowed = [403, 404];
  for (const answer of answers)
    demand(answer.status < 400 || allowed.includes(answer.status), { kind: 'status', allowed }, answer);
});
