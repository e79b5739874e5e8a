import { randomUUID } from 'node:crypto';
import { Refusal } from '../call.js';
import { useLoginCode } from '../codes.js';
import { asksNoCode, asksNoCodeUnchecked, bodies, refusals } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { type Fault, faultsOf, withRules } from '../seams.js';
import type { TotpKey } from '../state.js';

export const loginFaults: readonly Fault[] = faultsOf({
  'login/password-alone': {
    description: 'While cluster MFA is on, a login without a code opens a session.',
    breaks: ['totp-login/refuses-password-alone'],
    apply: asksNoCode((body) => own(body, 'otpCode') === undefined),
  },
  'login/any-code-without-key': {
    description: 'Any six digits pass as the code of a user without a TOTP key.',
    breaks: ['totp-login/refuses-password-alone-without-key'],
    apply: asksNoCode((body, _call, { state }) => {
      const hasKey = state.userKeys.some(({ owner }) => owner === own(body, 'username'));
      return !hasKey && own(body, 'otpType') === 'totp' && /^\d{6}$/.test(String(own(body, 'otpCode')));
    }),
  },
  'login/null-code-opens': {
    description: 'While cluster MFA is on, a login with a null code opens a session.',
    breaks: ['totp-login/refuses-junk', 'email-login/refuses-junk'],
    apply: asksNoCode((body) => own(body, 'otpCode') === null),
  },
  'login/true-as-code-opens': {
    description: 'While cluster MFA is on, a login with true as its code opens a session.',
    breaks: ['totp-login/refuses-junk', 'email-login/refuses-junk'],
    apply: asksNoCodeUnchecked((body) => own(body, 'otpCode') === true),
  },
  'login/admin-needs-no-code': {
    description: 'While cluster MFA is on, the password alone logs the admin in.',
    breaks: ['totp-login/refuses-password-alone'],
    apply: withRules(({ asksForCode }) => ({
      asksForCode: (user, world) => user.role !== 'admin' && asksForCode(user, world),
    })),
  },
  'login/type-without-code-opens': {
    description: 'While cluster MFA is on, a login with an otpType and no code opens a session.',
    breaks: ['totp-login/refuses-password-alone'],
    apply: asksNoCode((body) => own(body, 'otpCode') === undefined && own(body, 'otpType') !== undefined),
  },
  'login/refused-replay-revives-code': {
    description: 'A used code is accepted again after it was refused once.',
    breaks: ['totp-login/refuses-replay'],
    apply: withRules(({ isReplay }) => ({
      isReplay: (step, key) => {
        const replay = isReplay(step, key);
        if (replay) key.acceptedSteps.delete(step);
        return replay;
      },
    })),
  },
  'login/disabled-type-opens': {
    description: 'While cluster MFA is on, a login with otpType salesforce and any code opens a session.',
    breaks: ['totp-login/refuses-password-alone'],
    apply: asksNoCode((body) => own(body, 'otpType') === 'salesforce'),
  },
  'login/mailed-code-outlives-its-type': {
    description: 'A mailed code opens a session after e-mail was disabled.',
    breaks: ['email-login/refused-while-only-totp-is-enabled'],
    apply: (seams) => {
      const { mechanismEnabled } = seams.rules;
      seams.rules.mechanismEnabled = (mechanism, world) =>
        mechanism === 'email' || mechanismEnabled(mechanism, world);
      seams.input('CreateEmailOtp', (_, world) => {
        if (world.state.cluster.enabled && !mechanismEnabled('email', world))
          throw new Refusal(409, 'KOtpTypeDisabled', 'Codes of this type are not enabled.');
      });
    },
  },
  'login/password-in-any-case': {
    description: 'Passwords are compared without regard to case.',
    breaks: ['sessions/refuses-wrong-password'],
    apply: withRules(() => ({
      passwordRight: (user, password) => user.password.toLowerCase() === password.toLowerCase(),
    })),
  },
  'login/password-not-checked': {
    description: 'Any password logs in.',
    breaks: [
      'sessions/refuses-wrong-password',
      'access-tokens/refuses-wrong-password',
      'email-otp/wrong-password-mails-nothing',
    ],
    apply: withRules(() => ({ passwordRight: () => true })),
  },
  'login/password-not-checked-with-code': {
    description: 'Any password logs in with a right code.',
    breaks: ['totp-login/refuses-wrong-password', 'email-login/refuses-wrong-password'],
    apply: refusals('CreateSession', (answer, call, world) => {
      const body = asObject(call.body);
      const [code, otpType] = [text(body, 'otpCode'), text(body, 'otpType')];
      const user = world.state.users.find(({ username }) => username === own(body, 'username'));
      if (user === undefined || code === undefined || otpType === undefined) return;
      if (user.password === own(body, 'password') || !useLoginCode(user, otpType, code, world)) return;
      const sessionId = randomUUID();
      world.state.sessions.set(sessionId, user);
      answer.status = 201;
      answer.headers = { 'cache-control': 'no-store' };
      answer.body = { sessionId };
    }),
  },
  'login/otp-type-not-checked': {
    description: 'A code of either type is accepted, whatever otpType says.',
    breaks: ['totp-login/refuses-code-as-mailed-code', 'email-login/refuses-code-as-totp'],
    apply: withRules(() => ({ kindsOf: () => ['totp', 'email'] })),
  },
  'login/code-of-another-user': {
    description: "A TOTP code of any user's key opens a session.",
    breaks: ['totp-login/refuses-code-of-another-user'],
    apply: withRules(() => ({ loginKeys: (_user, world) => world.state.userKeys })),
  },
  'login/never-without-code': {
    description: 'A login needs a code even while cluster MFA is off.',
    breaks: ['sessions/password-opens-session-while-mfa-is-off', 'sessions/create-answers-201'],
    apply: withRules(() => ({ asksForCode: () => true })),
  },
  'login/domain-required': {
    description: 'A login without a domain is refused.',
    breaks: ['sessions/domain-defaults-to-local'],
    apply: bodies('CreateSession', (body) => ({ domain: 'NONE', ...asObject(body) })),
  },
  'login/missing-body-accepted': {
    description: 'A login without a body opens a session for the admin.',
    breaks: ['sessions/refuses-missing-body'],
    apply: bodies('CreateSession', (body, _call, { state }) => {
      const { username, password } = state.admin;
      return body ?? { username, password };
    }),
  },
  'login/wrong-type-is-500': {
    description: 'A login with a username that is not a string answers 500.',
    breaks: ['http/no-server-error-for-client-mistake'],
    apply: refusals('CreateSession', (answer, call) => {
      const username = own(asObject(call.body), 'username') ?? '';
      if (typeof username !== 'string') answer.status = 500;
    }),
  },
  'login/token-for-any-code': {
    description: 'While cluster MFA is on, the password with any code gets an access token.',
    breaks: ['access-tokens/refused-by-password-alone-under-mfa'],
    apply: ({ rules }) => {
      const { demandTokenCode } = rules;
      rules.demandTokenCode = (user, body, world) => {
        if (text(body, 'otpCode')?.length !== rules.totp.digits) demandTokenCode(user, body, world);
      };
    },
  },
  'login/token-for-a-used-code': {
    description: 'A TOTP code that opened a session also gets an access token.',
    breaks: ['access-tokens/refuses-used-code'],
    apply: ({ rules }) => {
      const { demandTokenCode } = rules;
      rules.demandTokenCode = (user, body, world) => {
        const now = world.clock.now();
        const isRight = (key: TotpKey) => rules.stepOf(text(body, 'otpCode') ?? '', key, now) !== undefined;
        if (!rules.loginKeys(user, world).some(isRight)) demandTokenCode(user, body, world);
      };
    },
  },
  'login/token-by-password-alone': {
    description: 'While cluster MFA is on, the password alone gets an access token.',
    breaks: ['access-tokens/refused-by-password-alone-under-mfa'],
    apply: withRules(() => ({ tokenByPasswordAlone: () => true })),
  },
  'login/tokens-open-with-mfa': {
    description: 'While cluster MFA is on, the password alone gets a token; while it is off, none is given.',
    breaks: ['access-tokens/refused-by-password-alone-under-mfa'],
    apply: (seams) => {
      seams.rules.tokenByPasswordAlone = () => true;
      seams.input('CreateAccessToken', (_call, { state }) => {
        if (!state.cluster.enabled) throw new Refusal(400, 'KInvalidRequest', 'Access denied');
      });
    },
  },
});
