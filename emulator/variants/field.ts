import { randomBytes } from 'node:crypto';
import { type Answer, type Call, Refusal, type World } from '../call.js';
import { attempt, useLoginCode, useMailCode } from '../codes.js';
import { challenges, cookie, credentialsOf, header } from '../credentials.js';
import { asObject, isObject, type Json, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import type { Seams, Variant } from '../seams.js';
import type { User } from '../state.js';

/** A login that is not open here: which of the two is, a setting of the cluster decides. */
function closed(seams: Seams, operation: OperationId): void {
  seams.input(operation, () => {
    throw new Refusal(400, 'KInvalidRequest', 'Access denied');
  });
}

/** The user that a body names, whatever the password. */
function named(body: Json | undefined, { state }: World): User | undefined {
  const username = text(asObject(body), 'username');
  return state.users.find((user) => user.username === username);
}

const mandatory = () => new Refusal(400, 'KValidationError', 'Please specify the mandatory parameters.');

/** Access tokens take a code beside the password, its type in any case. */
function tokensTakeCodes(seams: Seams, types: readonly string[]): void {
  seams.rules.demandTokenCode = (user, body, world) => {
    const [code, type] = [text(body, 'otpCode'), text(body, 'otpType')?.toLowerCase()];
    if (code === undefined || type === undefined) throw mandatory();
    const judge = () =>
      type === 'email' ? useMailCode(code, user.username, world) : useLoginCode(user, type, code, world);
    const isEnabled = types.includes(type) && world.rules.mechanismEnabled(type, world);
    if (isEnabled && attempt(user.username, world, judge)) return;
    throw new Refusal(401, 'KInvalidOtp', 'The one-time code is not valid.', challenges(world));
  };
}

/** So many sessions at a time: a further login with right credentials is refused until one ends, after an hour. */
function sessionLimit(
  most: number,
  [status, errorCode, message]: readonly [number, string, string] = [
    400,
    'KValidationError',
    'Maximum number of sessions reached.',
  ],
): Omit<Variant, 'id'> {
  return {
    description: `A user has ${most} sessions at most, which end after an hour: a further login is refused until one ends ("${message}").`,
    apply: (seams) => {
      const { clock, rules } = seams;
      const { identify } = rules;
      const begun = new Map<string, number>();
      const prune = ({ state }: World): void => {
        for (const [id, at] of begun) if (clock.now() - at > 3_600_000) state.sessions.delete(id);
      };
      rules.identify = (credentials, call, world) => {
        prune(world);
        return identify(credentials, call, world);
      };
      seams.answer('CreateSession', (answer, _call, world) => {
        prune(world);
        const { sessions } = world.state;
        const id = isObject(answer.body) ? text(answer.body, 'sessionId') : undefined;
        if (id === undefined) return;
        const owner = sessions.get(id);
        if ([...sessions.values()].filter((user) => user === owner).length <= most) {
          begun.set(id, clock.now());
          return;
        }
        sessions.delete(id);
        refuse(answer, status, errorCode, message);
      });
    },
  };
}

function refuse(answer: Answer, status: number, errorCode: string, message: string): void {
  Object.assign(answer, { status, headers: {}, body: { errorCode, message, taskLogId: null } });
}

/**
 * The password alone hands out a session by which only what belongs to MFA is open.
 *
 * @param cookieName of one by which the same is open; all else is then answered 403
 */
function firstStep(
  mayEnrol: boolean,
  cookieName?: string,
  reads: readonly OperationId[] = [],
): Omit<Variant, 'id'> {
  const enrolment = mayEnrol ? 'a TOTP key until the first code of one' : 'no TOTP key';
  const set = cookieName === undefined ? '' : ', and a cookie that opens the same; all else is answered 403';
  return {
    description: `While cluster MFA is on, the password alone gets a session that opens GET /mfa-config, POST /send-email-otp and ${enrolment}${set}.`,
    apply: (seams) => {
      const first = new Map<string, User>();
      const idOf = (call: Call) =>
        header(call, 'session-id') ?? (cookieName === undefined ? undefined : cookie(call, cookieName));
      const userOf = (call: Call) => first.get(idOf(call) ?? '');
      const { identify } = seams.rules;
      seams.rules.identify = (credentials, call, world) => {
        const user = userOf(call);
        if (user === undefined) return identify(credentials, call, world);
        // A key counts as set up after its first code.
        const hasKey = world.state.userKeys.some(
          ({ owner, acceptedSteps }) => owner === user.username && acceptedSteps.size > 0,
        );
        const isOpen =
          call.operation === 'GetMFAConfig' ||
          call.operation === 'SendEmailOtp' ||
          reads.some((id) => id === call.operation) ||
          (call.operation === 'CreateTotpKey' && mayEnrol && !hasKey);
        return isOpen ? user : undefined;
      };
      seams.refusal('any', (answer, call, world) => {
        const user = named(call.body, world);
        if (
          call.operation === 'CreateSession' &&
          user !== undefined &&
          own(asObject(answer.body), 'errorCode') === 'KOtpRequired'
        ) {
          const sessionId = randomBytes(24).toString('base64url');
          first.set(sessionId, user);
          const setCookie =
            cookieName === undefined ? {} : { 'set-cookie': `${cookieName}=${sessionId}; HttpOnly` };
          const headers = { 'cache-control': 'no-store', ...setCookie };
          Object.assign(answer, { status: 201, headers, body: { sessionId } });
        } else if (answer.status === 401 && userOf(call) !== undefined && isObject(answer.body)) {
          const message =
            'Only Multi-factor Authentication (MFA) related operations are allowed in this state.';
          answer.body = { ...answer.body, errorCode: 'KStatusUnauthorized', message };
          if (cookieName !== undefined) Object.assign(answer, { status: 403, headers: {} });
        }
      });
    },
  };
}

/** Logins with wrong passwords or codes lock the account, and a locked one looks like a wrong password. */
function lockMinutes(most: number): Omit<Variant, 'id'> {
  const lockMs = 5 * 60_000;
  return {
    description: `${most} wrong passwords or codes in a row lock an account for 5 minutes: even right credentials are then told to be wrong.`,
    apply: (seams) => {
      const { clock, told } = seams;
      told.limits = { ...told.limits, lockMinutes: 5 };
      const failures = new Map<User, { count: number; lockedUntil: number }>();
      const wrong = (world: World) =>
        new Refusal(401, 'KInvalidCredentials', 'The username or password is wrong.', challenges(world));
      const logins: readonly OperationId[] = ['CreateSession', 'CreateAccessToken', 'CreateEmailOtp'];
      seams.body(logins, (body, _call, world) => {
        const user = named(body, world);
        if (user !== undefined && (failures.get(user)?.lockedUntil ?? 0) > clock.now()) throw wrong(world);
        return body;
      });
      seams.answer(logins, (answer, call, world) => {
        const user = named(call.body, world);
        if (user === undefined) return;
        if (answer.status < 300 && call.operation !== 'CreateEmailOtp') failures.delete(user);
        const errorCode = text(asObject(answer.body), 'errorCode');
        const record = failures.get(user) ?? { count: 0, lockedUntil: 0 };
        if (record.lockedUntil > clock.now()) return;
        if (errorCode !== 'KInvalidCredentials' && errorCode !== 'KInvalidOtp') return;
        const count = record.count + 1;
        failures.set(
          user,
          count < most ? { count, lockedUntil: 0 } : { count: 0, lockedUntil: clock.now() + lockMs },
        );
      });
    },
  };
}

/** What is known of real clusters at login and MFA: a session, a code, an account. */
export const fieldVariants: readonly Variant[] = [
  {
    id: 'field-sessions-only',
    description: 'POST /access-tokens is not open: it answers 400 "Access denied" to everybody.',
    apply: (seams) => closed(seams, 'CreateAccessToken'),
  },
  {
    id: 'field-tokens-only',
    description:
      'POST /users/sessions is not open: it answers 400 "Access denied" to everybody. POST /access-tokens takes codes.',
    apply: (seams) => {
      closed(seams, 'CreateSession');
      tokensTakeCodes(seams, ['totp', 'email']);
    },
  },
  {
    id: 'field-tokens-without-codes',
    description: 'POST /users/sessions is not open, and POST /access-tokens takes no codes.',
    apply: (seams) => closed(seams, 'CreateSession'),
  },
  { id: 'field-session-limit', ...sessionLimit(10) },
  { id: 'field-session-limit-3', ...sessionLimit(3) },
  {
    id: 'field-session-limit-untold',
    ...sessionLimit(10, [400, 'KAuthenticationError', 'Authentication failed.']),
  },
  { id: 'field-first-step', ...firstStep(true) },
  { id: 'field-first-step-strict', ...firstStep(false) },
  { id: 'field-first-step-cookie', ...firstStep(false, 'login-session') },
  {
    id: 'field-first-step-reads-support-mfa',
    description:
      "While cluster MFA is on, the password alone gets a session that opens what is about MFA, GET /support-user/mfa included; GET /security-config is another resource, which it doesn't open.",
    fails: ['totp-login/first-step-session-opens-nothing'],
    apply: (seams) => {
      firstStep(false, undefined, ['GetSupportMFAConfig']).apply(seams);
      seams.refusal('any', (answer, call, world) => {
        if (call.method !== 'GET' || !call.path.endsWith('/security-config')) return;
        const isKnown = world.rules.identify(credentialsOf(call, world), call, world) !== undefined;
        Object.assign(
          answer,
          isKnown ? { status: 200, headers: {}, body: {} } : { status: 401, headers: challenges(world) },
        );
      });
    },
  },
  {
    id: 'field-user-exempt',
    description:
      'A user is exempt from MFA, as the target file says: the password alone logs in, whatever the code.',
    apply: ({ rules, told }) => {
      const { asksForCode, tokenByPasswordAlone } = rules;
      told.accounts.other = { mfaExempt: true };
      rules.asksForCode = (user, world) => user.role !== 'other' && asksForCode(user, world);
      rules.tokenByPasswordAlone = (user, world) =>
        user.role === 'other' || tokenByPasswordAlone(user, world);
    },
  },
  {
    id: 'field-domain-always-mfa',
    description: 'A user of another domain than LOCAL needs a code while cluster MFA is off, too.',
    apply: (seams) => {
      seams.start = { ...seams.start, domains: { other: 'corp.example' } };
      const { rules } = seams;
      const { asksForCode, tokenByPasswordAlone } = rules;
      rules.asksForCode = (user, world) => user.domain !== 'LOCAL' || asksForCode(user, world);
      rules.tokenByPasswordAlone = (user, world) =>
        user.domain === 'LOCAL' && tokenByPasswordAlone(user, world);
    },
  },
  { id: 'field-lock-minutes', ...lockMinutes(5) },
  { id: 'field-lock-minutes-3', ...lockMinutes(3) },
  {
    id: 'field-email-not-set-up',
    description: 'A user who has an address gets no codes by mail: POST /email-otp answers 400.',
    apply: (seams) =>
      seams.body('CreateEmailOtp', (body, _call, world) => {
        const user = named(body, world);
        if (user?.role !== 'other' || text(asObject(body), 'password') !== user.password) return body;
        throw new Refusal(400, 'KValidationError', 'Email MFA is not set up for the user.');
      }),
  },
  {
    id: 'field-email-by-tokens',
    description: 'A mailed code opens an access token, not a session.',
    apply: (seams) => {
      seams.rules.kindsOf = (otpType) => (otpType === 'totp' ? ['totp'] : []);
      tokensTakeCodes(seams, ['email']);
    },
  },
  {
    id: 'field-authtypes-null',
    description: 'Before anything was configured, GET /mfa-config answers null for what can be null.',
    apply: (seams) => {
      const clusterMfa = {
        ...seams.start.clusterMfa,
        authenticationTypes: null,
        retainUserMfaSettings: null,
      };
      seams.start = { ...seams.start, clusterMfa };
    },
  },
  {
    id: 'nulls-before-the-first-put-only',
    description:
      'Before anything was configured, GET /mfa-config answers nulls; a PUT of null is one of nothing, or false.',
    apply: (seams) => {
      const nothing = { authenticationTypes: null, retainUserMfaSettings: null };
      seams.start = { ...seams.start, clusterMfa: { ...seams.start.clusterMfa, ...nothing } };
      seams.answer('UpdateMFAConfig', ({ status }, _, { state }) => {
        if (status >= 300) return;
        state.cluster.authenticationTypes ??= [];
        state.cluster.retainUserMfaSettings ??= false;
      });
    },
  },
  {
    id: 'null-keeps-what-is',
    description:
      'Before anything was configured, GET /mfa-config answers nulls; a PUT keeps what is null or left out.',
    apply: (seams) => {
      const nothing = { authenticationTypes: null, retainUserMfaSettings: null };
      seams.start = { ...seams.start, clusterMfa: { ...seams.start.clusterMfa, ...nothing } };
      const { storeCluster } = seams.rules;
      seams.rules.storeCluster = (before, wanted, world) => {
        const { authenticationTypes, retainUserMfaSettings } = before;
        const kept = {
          enabled: wanted.enabled,
          authenticationTypes: wanted.authenticationTypes ?? authenticationTypes,
          retainUserMfaSettings: wanted.retainUserMfaSettings ?? retainUserMfaSettings,
        };
        return storeCluster(before, kept, world);
      };
    },
  },
  {
    id: 'field-support-email-kept',
    description:
      'The address of the support user stays when MFA is switched off, and is used again where none is named.',
    apply: ({ rules }) => {
      const { afterDisabling } = rules;
      rules.afterDisabling = (before) => ({ ...afterDisabling(before), email: before.email });
    },
  },
];
