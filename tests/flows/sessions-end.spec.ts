import { randomUUID } from 'node:crypto';
import { wrongKey, wrongSession, wrongToken } from '../../fixtures/nobodys.js';
import { notApplicable } from '../../fixtures/not-applicable.js';
import { arrange, arrangeSuccess, expect, test } from '../../fixtures/test.js';
import { anonymous } from '../../src/wire/http/credential.js';
import { hasEnded } from './ended.js';

test('sessions/delete-refuses-anonymous', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const user = users.withSid();
  const as = await arrange(users.sessionId(user));
  await arrangeSuccess(api.call('GetMFAConfig', { as }));

  for (const by of [anonymous, wrongKey(), wrongToken(), wrongSession()]) {
    expect(await users.endSessions(user, by)).toBeRefused();
    expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
  }
});

test('sessions/viewer-cannot-end-those-of-others', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const user = users.withSid();
  if (user.role === 'viewer') notApplicable('the viewer is the only account with a sid besides the admin');
  const as = await arrange(users.sessionId(user));
  await arrangeSuccess(api.call('GetMFAConfig', { as }));

  const answer = await users.endSessions(user, await arrange(users.viewer()));

  expect(answer).toBeRefused();
  expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
});

test('sessions/unknown-sid-ends-none', async ({ api, users, cluster, admin }) => {
  await arrange(cluster.off());
  const user = users.withSid();
  // Of another user as well, where there is one.
  const other = users.allWithPassword().find(({ role }) => role !== user.role);
  const both = [user, ...(other === undefined ? [] : [other])];
  const sessions = await arrange(Promise.all(both.map((each) => users.sessionId(each))));
  for (const as of sessions) await arrangeSuccess(api.call('GetMFAConfig', { as }));
  users.forgetSessions();

  // Half of a long one is nobody's; of a short one it might be.
  const halves = both.flatMap(({ sid = '' }) => (sid.length < 6 ? [] : sid.slice(0, sid.length / 2)));
  for (const sid of [`nobody-${randomUUID()}`, ...halves]) {
    expect(await api.call('DeleteSession', { as: admin, query: { sid } })).toBeHandled();
    for (const as of sessions) expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
  }
  // Where sessions end a moment later, those that were ended before those of the user have ended by then.
  const [own, others] = sessions;
  if (own === undefined || others === undefined) return;
  await arrange(hasEnded(users.endSessions(user, admin), { api, cluster, as: own }));
  expect(await api.call('GetMFAConfig', { as: others })).toBeAccepted();
});
