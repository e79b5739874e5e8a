import { randomUUID } from 'node:crypto';
import { type Call, Refusal } from '../call.js';
import { cookie, credentialsOf, isAnonymous } from '../credentials.js';
import { alsoKnows, answers, handsOut, inputs, refusals, replaces } from '../deviations.js';
import { asObject, type JsonObject, own, text } from '../json.js';
import { type Fault, faultsOf, type Seams } from '../seams.js';
import type { State, User } from '../state.js';

const single = faultsOf({
  'login/delete-needs-no-credential': {
    description: 'DELETE /users/sessions needs no credential.',
    breaks: ['sessions/delete-refuses-anonymous'],
    apply: inputs('DeleteSession', (call, world) => {
      if (isAnonymous(credentialsOf(call, world))) call.skip.add('authentication');
    }),
  },
  'login/delete-takes-any-credential': {
    description: 'DELETE /users/sessions accepts an unknown credential.',
    breaks: ['sessions/delete-refuses-anonymous'],
    apply: alsoKnows((credentials, call, { state }) =>
      call.operation === 'DeleteSession' && !isAnonymous(credentials) ? state.admin : undefined,
    ),
  },
  'login/delete-needs-no-privilege': {
    description: "A view-only user ends another user's sessions by DELETE /users/sessions.",
    breaks: ['sessions/viewer-cannot-end-those-of-others'],
    apply: refusals('DeleteSession', (answer, call, { state }) => {
      if (answer.status !== 403) return;
      for (const [id, { sid }] of state.sessions)
        if (sid === call.query.get('sid')) state.sessions.delete(id);
      Object.assign(answer, { status: 204, headers: {}, body: undefined });
    }),
  },
  'login/unknown-sid-ends-all': {
    description: 'DELETE /users/sessions with an unknown sid ends all sessions.',
    breaks: ['sessions/unknown-sid-ends-none'],
    apply: answers('DeleteSession', (answer, call, { state }) => {
      const isKnown = state.users.some(({ sid }) => sid === call.query.get('sid'));
      if (answer.status === 204 && !isKnown) state.sessions.clear();
    }),
  },
  'login/beginning-of-sid-ends-sessions': {
    description: 'DELETE /users/sessions ends sessions of every user whose sid begins with the given one.',
    breaks: ['sessions/unknown-sid-ends-none'],
    apply: answers('DeleteSession', (answer, call, { state }) => {
      const begin = call.query.get('sid');
      if (answer.status >= 300 || !begin) return;
      for (const [id, { sid }] of state.sessions) if (sid.startsWith(begin)) state.sessions.delete(id);
    }),
  },
  'login/unknown-sid-is-a-page': {
    description: 'DELETE /users/sessions answers an unknown sid by 404 with an HTML page of the API itself.',
    breaks: ['http/errors-are-error'],
    apply: (seams) => {
      seams.input('DeleteSession', (call, { state }) => {
        const sid = call.query.get('sid');
        if (sid !== null && !state.users.some((user) => user.sid === sid))
          throw new Refusal(404, 'KNotFound', 'There is no such user.');
      });
      seams.wire('DeleteSession', (answer) => {
        if (answer.status !== 404) return;
        answer.headers['content-type'] = 'text/html';
        answer.content = Buffer.from('<html><h1>Something went wrong</h1></html>');
      });
    },
  },
  'login/delete-answers-200': {
    description: 'DELETE /users/sessions answers 200.',
    breaks: ['sessions/delete-answers-204'],
    apply: replaces('DeleteSession', 204, { status: 200, body: {} }),
  },
  'login/deleted-sessions-live-on': {
    description: 'DELETE /users/sessions answers 204 and ends nothing.',
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) => restores(seams, (before) => before),
  },
  'login/cookie-outlives-its-session': {
    description: 'A login also sets a cookie, which still authenticates after the session was deleted.',
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) => {
      const cookies = new Map<string, User>();
      seams.answer('CreateSession', (answer, _call, { state }) => {
        const user = state.sessions.get(text(asObject(answer.body), 'sessionId') ?? '');
        if (user === undefined) return;
        const value = randomUUID();
        cookies.set(value, user);
        answer.headers['set-cookie'] = `login-session=${value}; Path=/; HttpOnly; Secure`;
      });
      alsoKnows((_credentials, call) => cookies.get(cookie(call, 'login-session') ?? ''))(seams);
    },
  },
  'login/deleted-session-comes-back': {
    description: 'A deleted session works again after its user has logged in again.',
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) => {
      const ended = rememberEnded(seams);
      seams.success('CreateSession', (_body, _call, { state }) => {
        const back = new Set(state.sessions.values());
        for (const [id, user] of ended) if (back.has(user)) state.sessions.set(id, user);
        return undefined;
      });
    },
  },
  'login/deleted-session-comes-back-with-a-switch': {
    description: 'Switching cluster MFA makes deleted sessions work again.',
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) => {
      const ended = rememberEnded(seams);
      const { storeCluster } = seams.rules;
      seams.rules.storeCluster = (before, wanted, world) => {
        if (before.enabled !== wanted.enabled)
          for (const [id, user] of ended) world.state.sessions.set(id, user);
        return storeCluster(before, wanted, world);
      };
    },
  },
  'login/deleted-session-lives-on-at-a-node': {
    description: 'Every third connection leads to a node where deleted sessions still work.',
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) => {
      const ended = rememberEnded(seams);
      const nodes = new WeakMap<object, number>();
      let connections = 0;
      seams.input('any', ({ connection }) => {
        if (nodes.has(connection)) return;
        nodes.set(connection, connections % 3);
        connections += 1;
      });
      alsoKnows(({ sessionId = '' }, { connection }) =>
        nodes.get(connection) === 2 ? ended.get(sessionId) : undefined,
      )(seams);
    },
  },
  'login/delete-ends-newest-only': {
    description: 'DELETE /users/sessions ends only the newest session of a user.',
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) =>
      restores(seams, (before, call) =>
        before.filter(([, user]) => user.sid === call.query.get('sid')).slice(0, -1),
      ),
  },
  'login/delete-ends-too-much': {
    description: 'DELETE /users/sessions also ends the newest session of another user.',
    breaks: ['sessions/delete-leaves-other-users-alone'],
    apply: answers('DeleteSession', (answer, _call, { state }) => {
      const newest = [...state.sessions.keys()].at(-1);
      if (answer.status === 204 && newest !== undefined) state.sessions.delete(newest);
    }),
  },
});

/** DELETE /users/sessions leaves some of the sessions that were there before it. */
function restores(
  seams: Seams,
  kept: (before: readonly (readonly [string, User])[], call: Call) => readonly (readonly [string, User])[],
): void {
  let before: readonly (readonly [string, User])[] = [];
  seams.input('DeleteSession', (_call, { state }) => {
    before = [...state.sessions];
  });
  seams.answer('DeleteSession', (_answer, call, { state }) => {
    for (const [id, user] of kept(before, call)) state.sessions.set(id, user);
  });
}

/** All sessions that were there before a DELETE /users/sessions. */
function rememberEnded(seams: Seams): ReadonlyMap<string, User> {
  const ended = new Map<string, User>();
  seams.input('DeleteSession', (_call, { state }) => {
    for (const [id, user] of state.sessions) ended.set(id, user);
  });
  return ended;
}

const deleteFaults: readonly Fault[] = [
  ...single,
  ...(['GetSupportMFAConfig', 'CreateTotpKey'] as const).map(
    (operation): Fault => ({
      id: `login/deleted-session-lives-on-at-${operation === 'CreateTotpKey' ? 'totp-key' : 'support-mfa'}`,
      description: `${operation} accepts deleted sessions.`,
      breaks: ['sessions/deleted-session-is-refused'],
      apply: (seams) => {
        const deleted = new Map<string, User>();
        const known = new Map<string, User>();
        seams.answer('CreateSession', (_answer, _call, { state }) => {
          for (const [id, user] of state.sessions) known.set(id, user);
        });
        seams.answer('DeleteSession', (_answer, _call, { state }) => {
          for (const [id, user] of known) if (!state.sessions.has(id)) deleted.set(id, user);
        });
        alsoKnows(({ sessionId = '' }, call) =>
          call.operation === operation ? deleted.get(sessionId) : undefined,
        )(seams);
      },
    }),
  ),
];

const singleMore = faultsOf({
  'login/unknown-user-is-404': {
    description: 'A login of an unknown user is answered 404, one with a wrong password 401.',
    breaks: ['sessions/unknown-user-looks-alike'],
    apply: (seams) => tellUnknown(seams, 'CreateSession'),
  },
  'login/unknown-user-is-told-under-mfa': {
    description: 'While cluster MFA is on, a login of an unknown user is answered 404 instead of 401.',
    breaks: ['sessions/unknown-user-looks-alike'],
    apply: (seams) => tellUnknown(seams, 'CreateSession', ({ cluster }) => cluster.enabled),
  },
  'login/unknown-user-is-told-by-code': {
    description: 'While cluster MFA is on, a login with a code reveals whether the user exists.',
    breaks: ['sessions/unknown-user-looks-alike'],
    apply: (seams) =>
      tellUnknown(
        seams,
        'CreateSession',
        ({ cluster }, body) => cluster.enabled && own(body, 'otpCode') !== undefined,
      ),
  },
  'login/token-of-unknown-user-is-404': {
    description: 'A token for an unknown user is answered 404, one with a wrong password 401.',
    breaks: ['access-tokens/unknown-user-looks-alike'],
    apply: (seams) => tellUnknown(seams, 'CreateAccessToken'),
  },
  'login/one-session-id-for-each-user': {
    description: 'Every login of a user gets the session id of the first one.',
    breaks: ['sessions/ids-differ'],
    apply: (seams) => {
      const ids = new Map<string, string>();
      handsOut('CreateSession', (id, user) => {
        ids.set(user, ids.get(user) ?? id);
        return ids.get(user) ?? id;
      })(seams);
    },
  },
  'login/short-session-ids': {
    description: 'Session ids have eight characters.',
    breaks: ['sessions/ids-are-long-enough'],
    apply: handsOut('CreateSession', () => randomUUID().slice(0, 8)),
  },
});

export const sessionFaults: readonly Fault[] = [...singleMore, ...deleteFaults];

function tellUnknown(
  seams: Seams,
  operation: 'CreateSession' | 'CreateAccessToken',
  isTold: (state: State, body: JsonObject) => boolean = () => true,
): void {
  seams.refusal(operation, (answer, call, { state }) => {
    const body = asObject(call.body);
    const isUnknown = !state.users.some(({ username }) => username === own(body, 'username'));
    if (answer.status === 401 && isUnknown && isTold(state, body)) answer.status = 404;
  });
}
