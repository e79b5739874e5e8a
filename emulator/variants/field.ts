import { randomBytes } from 'node:crypto';
import { type Answer, type Call, Refusal, type World } from '../call.js';
import { attempt, useLoginCode, useMailCode } from '../codes.js';
import { challenges, cookie, credentialsOf, header } from '../credentials.js';
import { userNamed } from '../deviations.js';
import { isObject, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { conforms, type Seams, type Variant, variantsOf } from '../seams.js';
import type { User } from '../state.js';

/** Closes one of the two logins. On real clusters, a setting closes one of them. */
function closed(seams: Seams, operation: OperationId): void {
  seams.input(operation, () => {
    throw new Refusal(400, 'KInvalidRequest', 'Access denied');
  });
}

function startsWithNulls(seams: Seams): void {
  const nulls = { authenticationTypes: null, retainUserMfaSettings: null };
  seams.start = { ...seams.start, clusterMfa: { ...seams.start.clusterMfa, ...nulls } };
}

const mandatory = () => new Refusal(400, 'KValidationError', 'Please specify the mandatory parameters.');

/** POST /access-tokens needs the password and a code. The type of the code may be in upper or lower case. */
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

/** At the session limit, the target refuses logins until a session ends, an hour after it began. */
function sessionLimit(
  most: number,
  [status, errorCode, message]: readonly [number, string, string] = [
    400,
    'KValidationError',
    'Maximum number of sessions reached.',
  ],
): Omit<Variant, 'id'> {
  return {
    description: `A user has at most ${most} sessions of an hour; further logins are refused ("${message}").`,
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

function firstStep(
  mayEnrol: boolean,
  cookieName?: string,
  reads: readonly OperationId[] = [],
): Omit<Variant, 'id'> {
  const enrolment = mayEnrol ? 'a new TOTP key until its first code' : 'no TOTP key';
  const more = cookieName === undefined ? '' : ' A cookie opens the same. Other operations are answered 403.';
  return {
    description: `While cluster MFA is on, a pending session opens GET /mfa-config, POST /send-email-otp and ${enrolment}.${more}`,
    apply: (seams) => {
      const first = new Map<string, User>();
      const idOf = (call: Call) =>
        header(call, 'session-id') ?? (cookieName === undefined ? undefined : cookie(call, cookieName));
      const userOf = (call: Call) => first.get(idOf(call) ?? '');
      const { identify } = seams.rules;
      seams.rules.identify = (credentials, call, world) => {
        const user = userOf(call);
        if (user === undefined) return identify(credentials, call, world);
        // A user has a key only once the target has accepted one of its codes.
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
        const user = userNamed(call.body, world);
        if (
          call.operation === 'CreateSession' &&
          user !== undefined &&
          own(answer.body, 'errorCode') === 'KOtpRequired'
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

/** Wrong passwords or codes lock the account. While it is locked, even right logins are answered as wrong passwords. */
function lockMinutes(most: number): Omit<Variant, 'id'> {
  const lockMs = 5 * 60_000;
  return {
    description: `${most} consecutive wrong passwords or codes lock an account for 5 minutes: right credentials then count as wrong.`,
    apply: (seams) => {
      const { clock, told } = seams;
      told.limits = { ...told.limits, lockMinutes: 5 };
      const failures = new Map<User, { count: number; lockedUntil: number }>();
      const wrong = (world: World) =>
        new Refusal(401, 'KInvalidCredentials', 'The username or password is wrong.', challenges(world));
      const logins: readonly OperationId[] = ['CreateSession', 'CreateAccessToken', 'CreateEmailOtp'];
      seams.body(logins, (body, _call, world) => {
        const user = userNamed(body, world);
        if (user !== undefined && (failures.get(user)?.lockedUntil ?? 0) > clock.now()) throw wrong(world);
      });
      seams.answer(logins, (answer, call, world) => {
        const user = userNamed(call.body, world);
        if (user === undefined) return;
        if (answer.status < 300 && call.operation !== 'CreateEmailOtp') failures.delete(user);
        const errorCode = text(answer.body, 'errorCode');
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

export const fieldVariants: readonly Variant[] = variantsOf({
  'field-sessions-only': conforms()
    .says('POST /access-tokens is closed: it answers everyone 400 "Access denied".')
    .with(closed, 'CreateAccessToken'),
  'field-tokens-only': conforms()
    .says('POST /users/sessions is closed ("Access denied"); POST /access-tokens accepts codes.')
    .by((seams) => {
      closed(seams, 'CreateSession');
      tokensTakeCodes(seams, ['totp', 'email']);
    }),
  'field-tokens-without-codes': conforms()
    .says('POST /users/sessions is closed, and POST /access-tokens accepts no codes.')
    .with(closed, 'CreateSession'),
  'field-session-limit': sessionLimit(10),
  'field-session-limit-3': sessionLimit(3),
  'field-session-limit-untold': {
    ...sessionLimit(10, [400, 'KAuthenticationError', 'Authentication failed.']),
  },
  'field-first-step': firstStep(true),
  'field-first-step-strict': firstStep(false),
  'field-first-step-cookie': firstStep(false, 'login-session'),
  'field-first-step-reads-support-mfa': conforms({ fails: ['totp-login/first-step-session-opens-nothing'] })
    .says('A pending session opens MFA operations and GET /support-user/mfa, not GET /security-config.')
    .by((seams) => {
      firstStep(false, undefined, ['GetSupportMFAConfig']).apply(seams);
      seams.refusal('any', (_answer, call, world) => {
        if (call.method !== 'GET' || !call.path.endsWith('/security-config')) return;
        const isKnown = world.rules.identify(credentialsOf(call, world), call, world) !== undefined;
        return isKnown ? { status: 200, headers: {}, body: {} } : { status: 401, headers: challenges(world) };
      });
    }),
  'field-user-exempt': conforms()
    .says('The target file exempts a user from MFA: the password alone logs in, with any code.')
    .by(({ rules, told }) => {
      const { asksForCode, tokenByPasswordAlone } = rules;
      told.accounts.other = { mfaExempt: true };
      rules.asksForCode = (user, world) => user.role !== 'other' && asksForCode(user, world);
      rules.tokenByPasswordAlone = (user, world) =>
        user.role === 'other' || tokenByPasswordAlone(user, world);
    }),
  'field-domain-always-mfa': conforms()
    .says('A user outside the domain LOCAL needs a code even while cluster MFA is off.')
    .by((seams) => {
      seams.start = { ...seams.start, domains: { other: 'corp.example' } };
      const { rules } = seams;
      const { asksForCode, tokenByPasswordAlone } = rules;
      rules.asksForCode = (user, world) => user.domain !== 'LOCAL' || asksForCode(user, world);
      rules.tokenByPasswordAlone = (user, world) =>
        user.domain === 'LOCAL' && tokenByPasswordAlone(user, world);
    }),
  'field-lock-minutes': lockMinutes(5),
  'field-lock-minutes-3': lockMinutes(3),
  'field-email-not-set-up': conforms()
    .says('A user with an address gets no mailed codes: POST /email-otp answers 400.')
    .bodies('CreateEmailOtp', (body, _call, world) => {
      const user = userNamed(body, world);
      if (user?.role !== 'other' || text(body, 'password') !== user.password) return body;
      throw new Refusal(400, 'KValidationError', 'Email MFA is not set up for the user.');
    }),
  'field-email-by-tokens': conforms()
    .says('A mailed code gets an access token but no session.')
    .by((seams) => {
      seams.rules.kindsOf = (otpType) => (otpType === 'totp' ? ['totp'] : []);
      tokensTakeCodes(seams, ['email']);
    }),
  'field-authtypes-null': conforms()
    .says('Before the first change, GET /mfa-config returns null for nullable properties.')
    .with(startsWithNulls),
  'nulls-before-the-first-put-only': conforms()
    .says('GET /mfa-config returns nulls at first; a PUT of null stores an empty list or false.')
    .by((seams) => {
      startsWithNulls(seams);
      seams.answer('UpdateMFAConfig', ({ status }, _, { state }) => {
        if (status >= 300) return;
        state.cluster.authenticationTypes ??= [];
        state.cluster.retainUserMfaSettings ??= false;
      });
    }),
  'null-keeps-what-is': conforms()
    .says('GET /mfa-config returns nulls at first; a PUT keeps null or missing properties.')
    .by((seams) => {
      startsWithNulls(seams);
      const { storeCluster } = seams.rules;
      seams.rules.storeCluster = (before, { enabled, ...wanted }, world) => {
        const authenticationTypes = wanted.authenticationTypes ?? before.authenticationTypes;
        const retainUserMfaSettings = wanted.retainUserMfaSettings ?? before.retainUserMfaSettings;
        return storeCluster(before, { enabled, authenticationTypes, retainUserMfaSettings }, world);
      };
    }),
  'field-support-email-kept': conforms()
    .says("The support user's address stays when MFA is switched off, and is used again by default.")
    .rules(({ afterDisabling }) => ({
      afterDisabling: (before) => ({ ...afterDisabling(before), email: before.email }),
    })),
});
