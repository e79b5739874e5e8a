import { randomUUID } from 'node:crypto';
import { Refusal } from '../call.js';
import { useLoginCode } from '../codes.js';
import { asObject, own, text } from '../json.js';
import type { Fault } from '../seams.js';
import type { TotpKey } from '../state.js';

export const loginFaults: readonly Fault[] = [
  {
    id: 'login/password-alone',
    description: 'While cluster MFA is on, a login without a code opens a session.',
    breaks: ['totp-login/refuses-password-alone'],
    apply: (seams) => {
      const { asksForCode } = seams.rules;
      let gaveCode = false;
      seams.body('CreateSession', (body) => {
        gaveCode = own(asObject(body), 'otpCode') !== undefined;
        return body;
      });
      seams.rules.asksForCode = (user, world) => gaveCode && asksForCode(user, world);
    },
  },
  {
    id: 'login/any-code-without-key',
    description: 'Of a user who has no TOTP key any six digits are taken for a code.',
    breaks: ['totp-login/refuses-password-alone-without-key'],
    apply: (seams) => {
      const { asksForCode } = seams.rules;
      let isMadeUp = false;
      seams.body('CreateSession', (body, _call, { state }) => {
        const name = own(asObject(body), 'username');
        const hasKey = state.userKeys.some(({ owner }) => owner === name);
        isMadeUp = !hasKey && /^\d{6}$/.test(String(own(asObject(body), 'otpCode')));
        isMadeUp &&= own(asObject(body), 'otpType') === 'totp';
        return body;
      });
      seams.rules.asksForCode = (user, world) => !isMadeUp && asksForCode(user, world);
    },
  },
  {
    id: 'login/null-code-opens',
    description: 'While cluster MFA is on, a login with null as its code opens a session.',
    breaks: ['totp-login/refuses-junk', 'email-login/refuses-junk'],
    apply: (seams) => {
      const { asksForCode } = seams.rules;
      let isNull = false;
      seams.body('CreateSession', (body) => {
        isNull = own(asObject(body), 'otpCode') === null;
        return body;
      });
      seams.rules.asksForCode = (user, world) => !isNull && asksForCode(user, world);
    },
  },
  {
    id: 'login/true-as-code-opens',
    description: 'While cluster MFA is on, a login with a code that is not text opens a session.',
    breaks: ['totp-login/refuses-junk', 'email-login/refuses-junk'],
    apply: (seams) => {
      const { asksForCode } = seams.rules;
      let isOther = false;
      seams.body('CreateSession', (body, call) => {
        isOther = own(asObject(body), 'otpCode') === true;
        if (isOther) call.skip.add('checks');
        return body;
      });
      seams.rules.asksForCode = (user, world) => !isOther && asksForCode(user, world);
    },
  },
  {
    id: 'login/admin-needs-no-code',
    description: 'While cluster MFA is on, the admin logs in by password alone.',
    breaks: ['totp-login/refuses-password-alone'],
    apply: ({ rules }) => {
      const { asksForCode } = rules;
      rules.asksForCode = (user, world) => user.role !== 'admin' && asksForCode(user, world);
    },
  },
  {
    id: 'login/type-without-code-opens',
    description: 'While cluster MFA is on, a login with an otpType but no code opens a session.',
    breaks: ['totp-login/refuses-password-alone'],
    apply: (seams) => {
      const { asksForCode } = seams.rules;
      let isTypeAlone = false;
      seams.body('CreateSession', (body) => {
        const [code, type] = [own(asObject(body), 'otpCode'), own(asObject(body), 'otpType')];
        isTypeAlone = code === undefined && type !== undefined;
        return body;
      });
      seams.rules.asksForCode = (user, world) => !isTypeAlone && asksForCode(user, world);
    },
  },
  {
    id: 'login/refused-replay-revives-code',
    description: 'A code that was used counts again once it was refused.',
    breaks: ['totp-login/refuses-replay'],
    apply: ({ rules }) => {
      const { isReplay } = rules;
      rules.isReplay = (step, key) => {
        const replay = isReplay(step, key);
        if (replay) key.acceptedSteps.delete(step);
        return replay;
      };
    },
  },
  {
    id: 'login/disabled-type-opens',
    description: 'While cluster MFA is on, a login with otpType salesforce and any code opens a session.',
    breaks: ['totp-login/refuses-password-alone'],
    apply: (seams) => {
      const { asksForCode } = seams.rules;
      let isOther = false;
      seams.body('CreateSession', (body) => {
        isOther = own(asObject(body), 'otpType') === 'salesforce';
        return body;
      });
      seams.rules.asksForCode = (user, world) => !isOther && asksForCode(user, world);
    },
  },
  {
    id: 'login/mailed-code-outlives-its-type',
    description:
      'A mailed code opens a session while e-mail is not enabled any more; POST /email-otp is refused then.',
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
  {
    id: 'login/password-in-any-case',
    description: 'Passwords are compared without regard to the case of their letters.',
    breaks: ['sessions/refuses-wrong-password'],
    apply: ({ rules }) => {
      rules.passwordRight = (user, password) => user.password.toLowerCase() === password.toLowerCase();
    },
  },
  {
    id: 'login/password-not-checked',
    description: 'Any password will do.',
    breaks: [
      'sessions/refuses-wrong-password',
      'access-tokens/refuses-wrong-password',
      'email-otp/wrong-password-mails-nothing',
    ],
    apply: (seams) => {
      seams.rules.passwordRight = () => true;
    },
  },
  {
    id: 'login/password-not-checked-with-code',
    description: 'Any password will do for a login with a right code.',
    breaks: ['totp-login/refuses-wrong-password', 'email-login/refuses-wrong-password'],
    apply: (seams) =>
      seams.refusal('CreateSession', (answer, call, world) => {
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
  {
    id: 'login/otp-type-not-checked',
    description: 'A code of either kind is accepted whatever otpType says.',
    breaks: ['totp-login/refuses-code-as-mailed-code', 'email-login/refuses-code-as-totp'],
    apply: (seams) => {
      seams.rules.kindsOf = () => ['totp', 'email'];
    },
  },
  {
    id: 'login/code-of-another-user',
    description: "A TOTP code of any user's key opens a session.",
    breaks: ['totp-login/refuses-code-of-another-user'],
    apply: (seams) => {
      seams.rules.loginKeys = (_user, world) => world.state.userKeys;
    },
  },
  {
    id: 'login/never-without-code',
    description: 'A login needs a code even while cluster MFA is off.',
    breaks: ['sessions/password-opens-session-while-mfa-is-off', 'sessions/create-answers-201'],
    apply: (seams) => {
      seams.rules.asksForCode = () => true;
    },
  },
  {
    id: 'login/domain-required',
    description: 'A login without a domain is refused.',
    breaks: ['sessions/domain-defaults-to-local'],
    apply: (seams) => seams.body('CreateSession', (body) => ({ domain: 'NONE', ...asObject(body) })),
  },
  {
    id: 'login/missing-body-accepted',
    description: 'A login without a body opens a session of the admin.',
    breaks: ['sessions/refuses-missing-body'],
    apply: (seams) =>
      seams.body('CreateSession', (body, _call, { state }) => {
        const { username, password } = state.admin;
        return body ?? { username, password };
      }),
  },
  {
    id: 'login/wrong-type-is-500',
    description: 'A login with a username that is not a string answers 500.',
    breaks: ['http/no-server-error-for-client-mistake'],
    apply: (seams) =>
      seams.refusal('CreateSession', (answer, call) => {
        const username = own(asObject(call.body), 'username') ?? '';
        if (typeof username !== 'string') answer.status = 500;
      }),
  },
  {
    id: 'login/token-for-any-code',
    description: 'While cluster MFA is on, the password and whatever code get an access token.',
    breaks: ['access-tokens/refused-by-password-alone-under-mfa'],
    apply: ({ rules }) => {
      const { demandTokenCode } = rules;
      rules.demandTokenCode = (user, body, world) => {
        if (text(body, 'otpCode')?.length !== rules.totp.digits) demandTokenCode(user, body, world);
      };
    },
  },
  {
    id: 'login/token-for-a-used-code',
    description: 'A TOTP code that opened a session gets an access token.',
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
  {
    id: 'login/token-by-password-alone',
    description: 'While cluster MFA is on, the password alone gets an access token.',
    breaks: ['access-tokens/refused-by-password-alone-under-mfa'],
    apply: (seams) => {
      seams.rules.tokenByPasswordAlone = () => true;
    },
  },
  {
    id: 'login/tokens-open-with-mfa',
    description:
      'POST /access-tokens is not open while cluster MFA is off; while it is on, the password alone gets a token.',
    breaks: ['access-tokens/refused-by-password-alone-under-mfa'],
    apply: (seams) => {
      seams.rules.tokenByPasswordAlone = () => true;
      seams.input('CreateAccessToken', (_call, { state }) => {
        if (!state.cluster.enabled) throw new Refusal(400, 'KInvalidRequest', 'Access denied');
      });
    },
  },
];
