import { randomUUID } from 'node:crypto';
import { type Call, Refusal } from '../call.js';
import { cookie, credentialsOf, isAnonymous } from '../credentials.js';
import { alsoKnows, handsOut, replaces, userNamed } from '../deviations.js';
import { type Json, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';
import type { State, User } from '../state.js';

/** DELETE /users/sessions leaves those of the existing sessions that `kept` selects. */
function restores(seams: Seams, kept: (before: [string, User][], call: Call) => [string, User][]): void {
  let before: [string, User][] = [];
  seams.input('DeleteSession', (_call, { state }) => {
    before = [...state.sessions];
  });
  seams.answer('DeleteSession', (_answer, call, { state }) => {
    for (const [id, user] of kept(before, call)) state.sessions.set(id, user);
  });
}

/** Returns the sessions that existed before any DELETE /users/sessions. The map grows with each. */
function rememberEnded(seams: Seams): ReadonlyMap<string, User> {
  const ended = new Map<string, User>();
  seams.input('DeleteSession', (_call, { state }) => {
    for (const [id, user] of state.sessions) ended.set(id, user);
  });
  return ended;
}

function acceptsEnded(seams: Seams, operation: OperationId): void {
  const ended = rememberEnded(seams);
  alsoKnows(seams, ({ sessionId = '' }, call) =>
    call.operation === operation ? ended.get(sessionId) : undefined,
  );
}

/** DELETE /users/sessions with two sids checks the caller's right to one, and ends the sessions of the other. */
function checksOneSid(seams: Seams, checked: 0 | -1): void {
  seams.answer('DeleteSession', (_answer, { query, caller }, { state }) => {
    const sids = query.getAll('sid');
    if (sids.length < 2 || sids.at(checked) !== caller?.sid) return;
    for (const [id, { sid }] of state.sessions) if (sid === sids.at(-1 - checked)) state.sessions.delete(id);
    return { status: 204, headers: {}, body: undefined };
  });
}

/** If `isTold` accepts a login of an unknown user, the target answers 404. */
const tellsUnknown = (
  seams: Seams,
  operation: 'CreateSession' | 'CreateAccessToken',
  isTold: (state: State, body: Json | undefined) => boolean = () => true,
) =>
  seams.refusal(operation, ({ status }, { body }, world) => {
    const isUnknown = userNamed(body, world) === undefined;
    return status === 401 && isUnknown && isTold(world.state, body) && { status: 404 };
  });

/** If `isMeant` accepts a login, the deleted sessions of all users who are logged in then work again. */
function revives(seams: Seams, isMeant: (body: Json | undefined) => boolean): void {
  const ended = rememberEnded(seams);
  seams.success('CreateSession', (_body, call, { state }) => {
    const back = new Set(isMeant(call.body) ? state.sessions.values() : []);
    for (const [id, user] of ended) if (back.has(user)) state.sessions.set(id, user);
  });
}

const deleted = 'sessions/deleted-session-is-refused';
const staysDeleted = 'sessions/deleted-session-stays-refused';

const refusesUnknownSid = (seams: Seams, status: number) =>
  seams.input('DeleteSession', (call, { state }) => {
    const sid = call.query.get('sid');
    if (sid !== null && !state.users.some((user) => user.sid === sid))
      throw new Refusal(status, 'KNotFound', 'There is no such user.');
  });

export const sessionFaults: readonly Fault[] = faultsOf({
  'login/unknown-user-is-404': breaks('sessions/unknown-user-looks-alike')
    .says('A login of an unknown user is answered 404, one with a wrong password 401.')
    .with(tellsUnknown, 'CreateSession'),
  'login/unknown-user-is-told-under-mfa': breaks('sessions/unknown-user-looks-alike')
    .says('While cluster MFA is on, a login of an unknown user is answered 404 instead of 401.')
    .with(tellsUnknown, 'CreateSession', ({ cluster }) => cluster.enabled),
  'login/unknown-user-is-told-by-code': breaks('sessions/unknown-user-looks-alike')
    .says('While cluster MFA is on, a login with a code reveals whether the user exists.')
    .with(
      tellsUnknown,
      'CreateSession',
      ({ cluster }, body) => cluster.enabled && own(body, 'otpCode') !== undefined,
    ),
  'login/token-of-unknown-user-is-404': breaks('access-tokens/unknown-user-looks-alike')
    .says('A token for an unknown user is answered 404, one with a wrong password 401.')
    .with(tellsUnknown, 'CreateAccessToken'),
  'login/one-session-id-for-each-user': breaks('sessions/ids-differ')
    .says('Every login of a user gets the session id of the first one.')
    .by((seams) => {
      const ids = new Map<string, string>();
      const first = (id: string, user: string) => ids.get(user) ?? ids.set(user, id).get(user) ?? id;
      handsOut(seams, 'CreateSession', first);
    }),
  'login/short-session-ids': breaks('sessions/ids-are-long-enough')
    .says('Session ids have eight characters.')
    .with(handsOut, 'CreateSession', () => randomUUID().slice(0, 8)),
  'login/delete-needs-no-credential': breaks('sessions/delete-refuses-anonymous')
    .says('DELETE /users/sessions needs no credential.')
    .inputs('DeleteSession', (call, world) => {
      if (isAnonymous(credentialsOf(call, world))) call.skip.add('authentication');
    }),
  'login/delete-takes-any-credential': breaks('sessions/delete-refuses-anonymous')
    .says('DELETE /users/sessions accepts an unknown credential.')
    .with(alsoKnows, (credentials, call, { state }) =>
      call.operation === 'DeleteSession' && !isAnonymous(credentials) ? state.admin : undefined,
    ),
  'login/delete-needs-no-privilege': breaks('sessions/viewer-cannot-end-those-of-others')
    .says("A view-only user ends another user's sessions by DELETE /users/sessions.")
    .refusals('DeleteSession', (answer, call, { state }) => {
      if (answer.status !== 403) return;
      for (const [id, { sid }] of state.sessions)
        if (sid === call.query.get('sid')) state.sessions.delete(id);
      return { status: 204, headers: {}, body: undefined };
    }),
  'login/delete-checks-first-sid-only': breaks('sessions/viewer-cannot-end-those-of-others')
    .says("DELETE /users/sessions with a viewer's own sid and another user's ends that user's sessions.")
    .with(checksOneSid, 0),
  'login/delete-checks-last-sid-only': breaks('sessions/viewer-cannot-end-those-of-others')
    .says("DELETE /users/sessions with another user's sid and a viewer's own ends that user's sessions.")
    .with(checksOneSid, -1),
  'login/refused-login-ends-sessions': breaks('sessions/refused-login-ends-none')
    .says('A login with a wrong password ends all sessions of the user.')
    .refusals('CreateSession', (_answer, call, { state }) => {
      for (const [id, { username }] of state.sessions)
        if (username === own(call.body, 'username')) state.sessions.delete(id);
    }),
  'login/unknown-sid-ends-all': breaks('sessions/unknown-sid-ends-none')
    .says('DELETE /users/sessions with an unknown sid ends all sessions.')
    .answers('DeleteSession', (answer, call, { state }) => {
      const isKnown = state.users.some(({ sid }) => sid === call.query.get('sid'));
      if (answer.status === 204 && !isKnown) state.sessions.clear();
    }),
  'login/beginning-of-sid-ends-sessions': breaks('sessions/unknown-sid-ends-none')
    .says('DELETE /users/sessions ends sessions of every user whose sid begins with the given one.')
    .answers('DeleteSession', (answer, call, { state }) => {
      const begin = call.query.get('sid');
      if (answer.status >= 300 || !begin) return;
      for (const [id, { sid }] of state.sessions) if (sid.startsWith(begin)) state.sessions.delete(id);
    }),
  'login/star-as-sid-ends-all': breaks('sessions/unknown-sid-ends-none')
    .says('DELETE /users/sessions with * as sid ends all sessions.')
    .answers('DeleteSession', (answer, call, { state }) => {
      if (answer.status === 204 && call.query.get('sid') === '*') state.sessions.clear();
    }),
  'login/unknown-sid-is-a-page': breaks('http/errors-are-error')
    .says('DELETE /users/sessions answers an unknown sid by 404 with an HTML page of the API itself.')
    .by((seams) => {
      refusesUnknownSid(seams, 404);
      seams.wire('DeleteSession', (answer) => {
        if (answer.status !== 404) return;
        answer.headers['content-type'] = 'text/html';
        answer.content = Buffer.from('<html><h1>Something went wrong</h1></html>');
      });
    }),
  'login/unknown-sid-is-500': breaks('http/no-server-error-for-client-mistake')
    .says('DELETE /users/sessions answers an unknown sid by 500.')
    .with(refusesUnknownSid, 500),
  'login/delete-answers-200': breaks('sessions/delete-answers-204')
    .says('DELETE /users/sessions answers 200.')
    .with(replaces, 'DeleteSession', 204, { status: 200, body: {} }),
  'login/deleted-sessions-live-on': breaks(deleted)
    .says('DELETE /users/sessions answers 204 and ends nothing.')
    .with(restores, (before) => before),
  'login/cookie-outlives-its-session': breaks(deleted)
    .says('A login also sets a cookie, which still authenticates after the session was deleted.')
    .by((seams) => {
      const cookies = new Map<string, User>();
      seams.answer('CreateSession', (answer, _call, { state }) => {
        const user = state.sessions.get(text(answer.body, 'sessionId') ?? '');
        if (user === undefined) return;
        const value = randomUUID();
        cookies.set(value, user);
        answer.headers['set-cookie'] = `login-session=${value}; Path=/; HttpOnly; Secure`;
      });
      alsoKnows(seams, (_credentials, call) => cookies.get(cookie(call, 'login-session') ?? ''));
    }),
  'login/deleted-session-comes-back': breaks(staysDeleted)
    .says('A deleted session works again after its user has logged in again.')
    .with(revives, () => true),
  'login/deleted-session-comes-back-by-code': breaks(staysDeleted)
    .says('A deleted session works again after its user has logged in again with a code.')
    .with(revives, (body) => text(body, 'otpCode') !== undefined),
  'login/delete-leaves-those-by-code': breaks('sessions/delete-ends-those-by-code')
    .says('DELETE /users/sessions leaves sessions that were opened with a code.')
    .by((seams) => {
      const byCode = new Set<string>();
      seams.success('CreateSession', ({ sessionId }, { body }) => {
        if (typeof sessionId === 'string' && text(body, 'otpCode') !== undefined) byCode.add(sessionId);
      });
      restores(seams, (before) => before.filter(([id]) => byCode.has(id)));
    }),
  'login/deleted-session-comes-back-with-a-switch': breaks(staysDeleted)
    .says('Switching cluster MFA makes deleted sessions work again.')
    .by((seams) => {
      const ended = rememberEnded(seams);
      seams.wrap('storeCluster', (storeCluster, before, wanted, world) => {
        if (before.enabled !== wanted.enabled)
          for (const [id, user] of ended) world.state.sessions.set(id, user);
        return storeCluster(before, wanted, world);
      });
    }),
  'login/deleted-session-lives-on-at-a-node': breaks(deleted)
    .says('Every third connection leads to a node where deleted sessions still work.')
    .by((seams) => {
      const ended = rememberEnded(seams);
      const nodes = new WeakMap<object, number>();
      let connections = 0;
      seams.input('any', ({ connection }) => {
        if (nodes.has(connection)) return;
        nodes.set(connection, connections % 3);
        connections += 1;
      });
      alsoKnows(seams, ({ sessionId = '' }, { connection }) =>
        nodes.get(connection) === 2 ? ended.get(sessionId) : undefined,
      );
    }),
  'login/delete-ends-newest-only': breaks(deleted)
    .says('DELETE /users/sessions ends only the newest session of a user.')
    .with(restores, (before, call) =>
      before.filter(([, { sid }]) => sid === call.query.get('sid')).slice(0, -1),
    ),
  'login/delete-ends-too-much': breaks('sessions/delete-leaves-other-users-alone')
    .says('DELETE /users/sessions also ends the newest session of another user.')
    .answers('DeleteSession', (answer, _call, { state }) => {
      const newest = [...state.sessions.keys()].at(-1);
      if (answer.status === 204 && newest !== undefined) state.sessions.delete(newest);
    }),
  'login/deleted-session-lives-on-at-support-mfa': breaks(deleted)
    .says('GetSupportMFAConfig accepts deleted sessions.')
    .with(acceptsEnded, 'GetSupportMFAConfig'),
  'login/deleted-session-lives-on-at-totp-key': breaks(deleted)
    .says('CreateTotpKey accepts deleted sessions.')
    .with(acceptsEnded, 'CreateTotpKey'),
  'login/deleted-session-lives-on-at-send-email-otp': breaks(deleted)
    .says('SendEmailOtp accepts deleted sessions.')
    .with(acceptsEnded, 'SendEmailOtp'),
});
