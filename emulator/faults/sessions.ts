import { randomUUID } from 'node:crypto';
import { Refusal } from '../call.js';
import { cookie, credentialsOf, isAnonymous } from '../credentials.js';
import { asObject, type JsonObject, own, text } from '../json.js';
import type { Fault, Seams } from '../seams.js';
import type { State, User } from '../state.js';

const deleteFaults: readonly Fault[] = [
  {
    id: 'login/delete-needs-no-credential',
    description: 'DELETE /users/sessions ends the sessions of a sid without a credential.',
    breaks: ['sessions/delete-refuses-anonymous'],
    apply: (seams) =>
      seams.input('DeleteSession', (call, world) => {
        if (isAnonymous(credentialsOf(call, world))) call.skip.add('authentication');
      }),
  },
  {
    id: 'login/delete-takes-any-credential',
    description: "DELETE /users/sessions ends the sessions of a sid with a credential that is nobody's.",
    breaks: ['sessions/delete-refuses-anonymous'],
    apply: ({ rules }) => {
      const { identify } = rules;
      rules.identify = (credentials, call, world) =>
        identify(credentials, call, world) ??
        (call.operation === 'DeleteSession' && !isAnonymous(credentials) ? world.state.admin : undefined);
    },
  },
  {
    id: 'login/delete-needs-no-privilege',
    description: "DELETE /users/sessions by a user who may only view ends another's sessions.",
    breaks: ['sessions/viewer-cannot-end-those-of-others'],
    apply: (seams) =>
      seams.refusal('DeleteSession', (answer, call, { state }) => {
        if (answer.status !== 403) return;
        for (const [id, { sid }] of state.sessions)
          if (sid === call.query.get('sid')) state.sessions.delete(id);
        Object.assign(answer, { status: 204, headers: {}, body: undefined });
      }),
  },
  {
    id: 'login/unknown-sid-ends-all',
    description: "DELETE /users/sessions with a sid that nobody has ends everybody's sessions.",
    breaks: ['sessions/unknown-sid-ends-none'],
    apply: (seams) =>
      seams.answer('DeleteSession', (answer, call, { state }) => {
        const isKnown = state.users.some(({ sid }) => sid === call.query.get('sid'));
        if (answer.status === 204 && !isKnown) state.sessions.clear();
      }),
  },
  {
    id: 'login/beginning-of-sid-ends-sessions',
    description:
      'DELETE /users/sessions ends the sessions of each user whose sid begins with the one that is given.',
    breaks: ['sessions/unknown-sid-ends-none'],
    apply: (seams) =>
      seams.answer('DeleteSession', (answer, call, { state }) => {
        const begin = call.query.get('sid');
        if (answer.status >= 300 || !begin) return;
        for (const [id, { sid }] of state.sessions) if (sid.startsWith(begin)) state.sessions.delete(id);
      }),
  },
  {
    id: 'login/unknown-sid-is-a-page',
    description:
      "DELETE /users/sessions answers a sid that nobody has by 404 with an HTML page of the API's own.",
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
  {
    id: 'login/delete-answers-200',
    description: 'DELETE /users/sessions answers 200.',
    breaks: ['sessions/delete-answers-204'],
    apply: (seams) =>
      seams.answer('DeleteSession', (answer) => {
        if (answer.status === 204) Object.assign(answer, { status: 200, body: {} });
      }),
  },
  {
    id: 'login/deleted-sessions-live-on',
    description: 'DELETE /users/sessions answers 204 and ends nothing.',
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) => {
      let before: readonly (readonly [string, User])[] = [];
      seams.input('DeleteSession', (_call, { state }) => {
        before = [...state.sessions];
      });
      seams.answer('DeleteSession', (_answer, _call, { state }) => {
        for (const [id, user] of before) state.sessions.set(id, user);
      });
    },
  },
  {
    id: 'login/cookie-outlives-its-session',
    description: 'A login sets a cookie as well, which opens what it did after the session was deleted.',
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) => {
      const cookies = new Map<string, User>();
      const { identify } = seams.rules;
      seams.answer('CreateSession', (answer, _call, { state }) => {
        const user = state.sessions.get(text(asObject(answer.body), 'sessionId') ?? '');
        if (user === undefined) return;
        const value = randomUUID();
        cookies.set(value, user);
        answer.headers['set-cookie'] = `login-session=${value}; Path=/; HttpOnly; Secure`;
      });
      seams.rules.identify = (credentials, call, world) =>
        identify(credentials, call, world) ?? cookies.get(cookie(call, 'login-session') ?? '');
    },
  },
  ...(['GetSupportMFAConfig', 'CreateTotpKey'] as const).map(
    (operation): Fault => ({
      id: `login/deleted-session-lives-on-at-${operation === 'CreateTotpKey' ? 'totp-key' : 'support-mfa'}`,
      description: `${operation} takes sessions that were deleted.`,
      breaks: ['sessions/deleted-session-is-refused'],
      apply: (seams) => {
        const { identify } = seams.rules;
        const deleted = new Map<string, User>();
        const known = new Map<string, User>();
        seams.answer('CreateSession', (_answer, _call, { state }) => {
          for (const [id, user] of state.sessions) known.set(id, user);
        });
        seams.answer('DeleteSession', (_answer, _call, { state }) => {
          for (const [id, user] of known) if (!state.sessions.has(id)) deleted.set(id, user);
        });
        seams.rules.identify = (credentials, call, world) =>
          identify(credentials, call, world) ??
          (call.operation === operation ? deleted.get(credentials.sessionId ?? '') : undefined);
      },
    }),
  ),
  {
    id: 'login/deleted-session-comes-back',
    description: 'A deleted session opens what it did once its user has logged in again.',
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) => {
      const ended = new Map<string, User>();
      seams.input('DeleteSession', (_call, { state }) => {
        for (const [id, user] of state.sessions) ended.set(id, user);
      });
      seams.success('CreateSession', (body, _call, { state }) => {
        const back = new Set(state.sessions.values());
        for (const [id, user] of ended) if (back.has(user)) state.sessions.set(id, user);
        return body;
      });
    },
  },
  {
    id: 'login/deleted-session-comes-back-with-a-switch',
    description: 'Switching cluster MFA opens the sessions again that were deleted.',
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) => {
      const ended = new Map<string, User>();
      const { storeCluster } = seams.rules;
      seams.input('DeleteSession', (_call, { state }) => {
        for (const [id, user] of state.sessions) ended.set(id, user);
      });
      seams.rules.storeCluster = (before, wanted, world) => {
        if (before.enabled !== wanted.enabled)
          for (const [id, user] of ended) world.state.sessions.set(id, user);
        return storeCluster(before, wanted, world);
      };
    },
  },
  {
    id: 'login/deleted-session-lives-on-at-a-node',
    description: 'Every third connection leads to where deleted sessions are still open.',
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) => {
      const ended = new Map<string, User>();
      const nodes = new WeakMap<object, number>();
      let connections = 0;
      seams.input('any', ({ connection }) => {
        if (nodes.has(connection)) return;
        nodes.set(connection, connections % 3);
        connections += 1;
      });
      seams.input('DeleteSession', (_call, { state }) => {
        for (const [id, user] of state.sessions) ended.set(id, user);
      });
      const { identify } = seams.rules;
      seams.rules.identify = (credentials, call, world) => {
        const isLate = nodes.get(call.connection) === 2;
        return (
          identify(credentials, call, world) ?? (isLate ? ended.get(credentials.sessionId ?? '') : undefined)
        );
      };
    },
  },
  {
    id: 'login/delete-ends-newest-only',
    description: "DELETE /users/sessions ends the newest of a user's sessions only.",
    breaks: ['sessions/deleted-session-is-refused'],
    apply: (seams) => {
      let before: readonly (readonly [string, User])[] = [];
      seams.input('DeleteSession', (_call, { state }) => {
        before = [...state.sessions];
      });
      seams.answer('DeleteSession', (_answer, call, { state }) => {
        const ended = before.filter(([, user]) => user.sid === call.query.get('sid'));
        for (const [id, user] of ended.slice(0, -1)) state.sessions.set(id, user);
      });
    },
  },
  {
    id: 'login/delete-ends-too-much',
    description: 'DELETE /users/sessions ends the newest session of another user, too.',
    breaks: ['sessions/delete-leaves-other-users-alone'],
    apply: (seams) =>
      seams.answer('DeleteSession', (answer, _call, { state }) => {
        const newest = [...state.sessions.keys()].at(-1);
        if (answer.status === 204 && newest !== undefined) state.sessions.delete(newest);
      }),
  },
];

export const sessionFaults: readonly Fault[] = [
  ...deleteFaults,
  {
    id: 'login/unknown-user-is-404',
    description: 'A login of an unknown user is answered 404, one with a wrong password 401.',
    breaks: ['sessions/unknown-user-looks-alike'],
    apply: (seams) => tellUnknown(seams, 'CreateSession'),
  },
  {
    id: 'login/unknown-user-is-told-under-mfa',
    description:
      'While cluster MFA is on, a login of an unknown user is answered 404, one with a wrong password 401.',
    breaks: ['sessions/unknown-user-looks-alike'],
    apply: (seams) => tellUnknown(seams, 'CreateSession', ({ cluster }) => cluster.enabled),
  },
  {
    id: 'login/unknown-user-is-told-by-code',
    description: 'While cluster MFA is on, a login with a code tells an unknown user from a wrong password.',
    breaks: ['sessions/unknown-user-looks-alike'],
    apply: (seams) =>
      tellUnknown(
        seams,
        'CreateSession',
        ({ cluster }, body) => cluster.enabled && own(body, 'otpCode') !== undefined,
      ),
  },
  {
    id: 'login/token-of-unknown-user-is-404',
    description: 'A token for an unknown user is answered 404, one with a wrong password 401.',
    breaks: ['access-tokens/unknown-user-looks-alike'],
    apply: (seams) => tellUnknown(seams, 'CreateAccessToken'),
  },
  {
    id: 'login/one-session-id-for-each-user',
    description: "Each login of a user is answered with the first one's session id.",
    breaks: ['sessions/ids-differ'],
    apply: (seams) => {
      const ids = new Map<string, string>();
      changeId(seams, (id, user) => {
        ids.set(user, ids.get(user) ?? id);
        return ids.get(user) ?? id;
      });
    },
  },
  {
    id: 'login/short-session-ids',
    description: 'Session ids have eight characters.',
    breaks: ['sessions/ids-are-long-enough'],
    apply: (seams) => changeId(seams, () => randomUUID().slice(0, 8)),
  },
];

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

/** Gives sessions other ids. */
function changeId(seams: Seams, change: (id: string, username: string) => string): void {
  seams.success('CreateSession', (body, _call, { state, clock }) => {
    const id = text(body, 'sessionId') ?? '';
    const user = state.sessions.get(id);
    if (user === undefined) return body;
    const sessionId = change(id, user.username);
    state.sessions.set(sessionId, user);
    state.issuedAt.set(sessionId, state.issuedAt.get(id) ?? clock.now());
    return { ...body, sessionId };
  });
}
