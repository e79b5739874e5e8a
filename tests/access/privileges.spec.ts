import type { Answer } from '../../fixtures/index.js';
import {
  arrange,
  demand,
  expect,
  headersOf,
  modifying,
  partsOf,
  prepared,
  test,
  wrong,
} from '../../fixtures/index.js';

for (const operation of modifying) {
  test(`access/viewer-cannot-${operation.slug}`, async ({ api, users, connection, state }) => {
    const credentials = await arrange(users.sessions.viewerByAllMeans());
    const body = await arrange(prepared(operation.id, connection));
    const parts = await arrange(partsOf(operation.id, connection));
    const before = await arrange(state.snapshot());

    for (const as of credentials) {
      expect(await api.call(operation.id, { ...body, as })).toBeRefused();
      // An invalid credential beside a valid one adds no privilege. VerifySupportUserTotp is not sent with one, because
      // each request would send a code.
      for (const beside of operation.id === 'VerifySupportUserTotp' ? [] : wrong.beside(as)) {
        expect(await api.call(operation.id, { ...body, as, headers: headersOf(beside) })).toBeRefused();
      }
      // The requests below may undo a change, so the test compares the state first.
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
    // A PUT of the current configuration changes nothing.
    const write = () => api.call('UpdateMFAConfig', { as, anyJson });
    const read = () => api.call('GetMFAConfig', { as: admin });
    const [, first, second] = await Promise.all([read(), write(), write(), read()]);
    for (const answer of [first, second]) expect(answer).toBeRefused();
  }
});

test('access/missing-privilege-is-403', async ({ api, admin, users, cluster, connection }) => {
  const as = await arrange(users.sessions.viewer());
  const config = await arrange(cluster.knownAsShown());
  const bodies: (readonly [operation: 'UpdateMFAConfig' | 'UpdateSupportMFAConfig', anyJson: unknown])[] = [
    ['UpdateMFAConfig', config],
  ];
  const support = await arrange(connection.support());
  // The test sends PATCH only if an accepted one would do no harm.
  if (!(await support.read()).enabled)
    bodies.push(['UpdateSupportMFAConfig', support.withPassword({ enabled: false })]);

  const answers: Answer[] = [];
  for (const [operation, anyJson] of bodies) {
    const answer = await api.call(operation, { as, anyJson });
    const { status } = answer;
    const isOther = status >= 400 && status < 500 && status !== 403 && status !== 404;
    // A target may refuse an empty change to everybody before it checks privileges.
    if (isOther && (await api.call(operation, { as: admin, anyJson })).status === status) continue;
    answers.push(answer);
  }
  if (answers.length === 0) arrange.notApplicable('the target refuses an empty change to the admin as well');

  const allowed = [403, 404];
  for (const answer of answers)
    demand(answer.status < 400 || allowed.includes(answer.status), { kind: 'status', allowed }, answer);
});
