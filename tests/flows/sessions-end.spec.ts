import { randomUUID } from 'node:crypto';
import { anonymous, arrange, expect, hasSid, notApplicable, test, wrong } from '../../fixtures/index.js';
import { hasEnded } from './ended.js';

test('sessions/delete-refuses-anonymous', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const user = users.withSid();
  const as = await arrange(users.sessions.id(user));
  await arrange.success(api.call('GetMFAConfig', { as }));

  for (const by of [anonymous, wrong.key(), wrong.token(), wrong.session()]) {
    expect(await users.sessions.end(user, by)).toBeRefused();
    expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
  }
});

test('sessions/viewer-cannot-end-those-of-others', async ({ api, users, cluster }) => {
  await arrange(cluster.off());
  const user = users
    .allWithPassword()
    .filter(hasSid)
    .find(({ role }) => role !== 'viewer');
  if (user === undefined) notApplicable('the viewer is the only account with a sid besides the admin');
  const as = await arrange(users.sessions.id(user));
  await arrange.success(api.call('GetMFAConfig', { as }));

  expect(await users.sessions.end(user, await arrange(users.sessions.viewer()))).toBeRefused();
  expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
});

test('sessions/unknown-sid-ends-none', async ({ api, users, cluster, admin }) => {
  await arrange(cluster.off());
  const user = users.withSid();
  // Another user's as well, if there is one.
  const other = users.allWithPassword().find(({ role }) => role !== user.role);
  const both = [user, ...(other === undefined ? [] : [other])];
  const sessions = await arrange(Promise.all(both.map((each) => users.sessions.id(each))));
  for (const as of sessions) await arrange.success(api.call('GetMFAConfig', { as }));
  users.sessions.ended();

  // Half of a long sid belongs to nobody; half of a short one might.
  const halves = both.flatMap(({ sid = '' }) => (sid.length < 6 ? [] : sid.slice(0, sid.length / 2)));
  for (const sid of [`nobody-${randomUUID()}`, ...halves]) {
    expect(await api.call('DeleteSession', { as: admin, query: { sid } })).toBeHandled();
    for (const as of sessions) expect(await api.call('GetMFAConfig', { as })).toBeAccepted();
  }
  // If sessions end with a delay, those ended before the user's have ended by then.
  const [own, others] = sessions;
  if (own === undefined || others === undefined) return;
  await arrange(hasEnded(users.sessions.end(user, admin), { api, cluster, as: own }));
  expect(await api.call('GetMFAConfig', { as: others })).toBeAccepted();
});
