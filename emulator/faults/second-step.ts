import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '../call.js';
import { useLoginCode } from '../codes.js';
import { header } from '../credentials.js';
import { asObject, own, text } from '../json.js';
import type { Fault, Seams } from '../seams.js';
import type { User } from '../state.js';
import { hotp, stepAt } from '../totp.js';

const verify = 'VerifyUserOtp';

type Right = (user: User, type: string, code: string, world: World) => boolean;

/** More is right for the second step than what is. */
const alsoRight =
  (isRight: Right) =>
  ({ rules }: Seams): void => {
    const { secondStepRight } = rules;
    rules.secondStepRight = (user, type, code, world) =>
      isRight(user, type, code, world) || secondStepRight(user, type, code, world);
  };

/** Of the last so many steps those that a code is an unused one of. */
function rightSteps(user: User, code: string, { state, clock }: World, most: number): readonly number[] {
  return state.userKeys
    .filter(({ owner }) => owner === user.username)
    .flatMap(({ secret, parameters, acceptedSteps }) => {
      const now = stepAt(clock.now(), parameters.period);
      const steps = Array.from({ length: most + 1 }, (_, n) => now - n);
      return steps.filter((step) => !acceptedSteps.has(step) && hotp(secret, step, parameters) === code);
    });
}

/** Of the second step of a login, POST /users/verify-otp. */
const secondStep: readonly Fault[] = [
  {
    id: 'status/verify-user-otp-201',
    description: 'POST /users/verify-otp answers 201 for 200.',
    breaks: ['second-step/answers-200'],
    apply: (seams) =>
      seams.answer(verify, (answer) => {
        if (answer.status === 200) answer.status = 201;
      }),
  },
  {
    id: 'second-step/totp-finishes-nothing',
    description: 'A TOTP code is told to be right, and the session opens nothing all the same.',
    breaks: ['second-step/right-code-finishes-the-login'],
    apply: ({ rules }) => {
      const { finishLogin, secondStepRight } = rules;
      let isTotp = false;
      rules.secondStepRight = (user, type, code, world) => {
        isTotp = type === 'totp';
        return secondStepRight(user, type, code, world);
      };
      rules.finishLogin = (firstStep, user, world) => {
        if (!isTotp) finishLogin(firstStep, user, world);
      };
    },
  },
  {
    id: 'second-step/mailed-code-refused',
    description: 'A mailed code is refused at the second step.',
    breaks: ['second-step/mailed-code-finishes-the-login'],
    apply: ({ rules }) => {
      const { secondStepRight } = rules;
      rules.secondStepRight = (user, type, code, world) =>
        type !== 'email' && secondStepRight(user, type, code, world);
    },
  },
  {
    id: 'second-step/any-code-finishes',
    description: 'Every well-formed code finishes a login.',
    breaks: ['second-step/refuses-wrong-code'],
    apply: ({ rules }) => {
      const { secondStepRight } = rules;
      rules.secondStepRight = (user, type, code, world) =>
        /^\d{6}$/.test(code) || secondStepRight(user, type, code, world);
    },
  },
  {
    id: 'second-step/salesforce-finishes',
    description: 'Every code of type salesforce finishes a login, though that type is not enabled.',
    breaks: ['second-step/refuses-wrong-code'],
    apply: (seams) =>
      seams.refusal(verify, (answer, call, world) => {
        const { caller } = call;
        if (caller === undefined || text(asObject(call.body), 'type') !== 'salesforce') return;
        world.rules.finishLogin(header(call, 'session-id') ?? '', caller, world);
        Object.assign(answer, { status: 200, headers: {}, body: { username: caller.username } });
      }),
  },
  {
    id: 'second-step/used-code-finishes',
    description: 'A code that was used at the second step finishes another login.',
    breaks: ['second-step/refuses-used-code'],
    apply: ({ rules }) => {
      const used = new Set<string>();
      const { secondStepRight } = rules;
      rules.secondStepRight = (user, type, code, world) => {
        const key = `${user.username} ${code}`;
        const isRight = used.has(key) || secondStepRight(user, type, code, world);
        if (isRight) used.add(key);
        return isRight;
      };
    },
  },
  {
    id: 'second-step/remembers-its-own-codes-only',
    description: 'A code that was used at POST /users/sessions finishes another login.',
    breaks: ['second-step/refuses-used-code'],
    apply: (seams) => {
      const used = new Set<string>();
      seams.answer('CreateSession', ({ status }, call) => {
        const { username, otpCode, otpType } = asObject(call.body);
        if (status < 300 && otpType === 'totp') used.add(`${String(username)} ${String(otpCode)}`);
      });
      const { secondStepRight } = seams.rules;
      seams.rules.secondStepRight = (user, type, code, world) =>
        used.delete(`${user.username} ${code}`) || secondStepRight(user, type, code, world);
    },
  },
  ...(['code', 'mailed-code'] as const).map((kind) => ({
    id: `second-step/${kind}-of-anybody-finishes`,
    description: `Another user's ${kind.replace('-', ' ')} finishes a login.`,
    breaks: ['second-step/refuses-code-of-another-user'],
    apply: ({ rules }: Seams) => {
      const { secondStepRight } = rules;
      rules.secondStepRight = (user, type, code, world) =>
        secondStepRight(user, type, code, world) ||
        ((kind === 'code' || type === 'email') &&
          world.state.users.some((other) => other !== user && useLoginCode(other, type, code, world)));
    },
  })),
  {
    id: 'second-step/callers-code-of-anybody-finishes',
    description: 'A code that another user was mailed by POST /send-email-otp finishes a login.',
    breaks: ['second-step/refuses-code-of-another-user'],
    apply: (seams) => {
      const codes = new Map<string, string>();
      const { secondStepRight } = seams.rules;
      seams.answer('SendEmailOtp', (answer, { caller }, { state }) => {
        const newest = state.mailCodes.at(-1);
        if (answer.status < 300 && caller !== undefined && newest !== undefined)
          codes.set(newest.code, caller.username);
      });
      seams.rules.secondStepRight = (user, type, code, world) =>
        secondStepRight(user, type, code, world) ||
        (type === 'email' && codes.has(code) && codes.get(code) !== user.username);
    },
  },
  {
    id: 'second-step/any-mailed-code-finishes',
    description: 'Every code that is said to be a mailed one finishes a login.',
    breaks: ['second-step/refuses-wrong-code'],
    apply: ({ rules }) => {
      const { secondStepRight } = rules;
      rules.secondStepRight = (user, type, code, world) =>
        type === 'email' || secondStepRight(user, type, code, world);
    },
  },
  {
    id: 'second-step/code-without-session',
    description: 'POST /users/verify-otp answers who the user is without a session.',
    breaks: ['second-step/refuses-anonymous'],
    apply: (seams) =>
      seams.refusal(verify, (answer, call, { state }) => {
        if (call.caller !== undefined || header(call, 'session-id') !== undefined) return;
        Object.assign(answer, { status: 200, headers: {}, body: { username: state.admin.username } });
      }),
  },
  {
    id: 'second-step/no-code-finishes',
    description: 'A null for a code finishes a login.',
    breaks: ['second-step/what-is-no-code-finishes-nothing'],
    apply: (seams) =>
      seams.refusal(verify, (answer, call, world) => {
        const body = asObject(call.body);
        if (body['otp'] !== null || call.caller === undefined) return;
        seams.rules.finishLogin(header(call, 'session-id') ?? '', call.caller, world);
        Object.assign(answer, { status: 200, headers: {}, body: { username: call.caller.username } });
      }),
  },
  {
    id: 'second-step/any-of-a-list-finishes',
    description: 'A right code in a list of guesses finishes a login.',
    breaks: ['second-step/what-is-no-code-finishes-nothing'],
    apply: (seams) =>
      seams.body(verify, (body, { caller, skip }, world) => {
        const otp = own(asObject(body), 'otp');
        if (!Array.isArray(otp) || caller === undefined) return body;
        skip.add('checks');
        const right = otp.map(String).find((code) => rightSteps(caller, code, world, 1).length > 0);
        return { ...asObject(body), otp: right ?? '' };
      }),
  },
  {
    id: 'second-step/nothing-is-a-mailed-code',
    description: 'While no mailed code of a user is good, an empty one finishes its login.',
    breaks: ['second-step/what-is-no-code-finishes-nothing'],
    apply: alsoRight((user, type, code, { state }) => {
      const isOut = state.mailCodes.some(({ owner, uses }) => owner === user.username && uses === 0);
      return type === 'email' && code === '' && !isOut;
    }),
  },
  {
    id: 'second-step/first-digits-finish',
    description: 'The first digits of a code finish a login.',
    breaks: ['second-step/refuses-wrong-code'],
    apply: alsoRight(
      (user, type, code, { state, clock }) =>
        type === 'totp' &&
        code !== '' &&
        state.userKeys
          .filter(({ owner }) => owner === user.username)
          .some(({ secret, parameters }) => {
            const right = hotp(secret, stepAt(clock.now(), parameters.period), parameters);
            return right.startsWith(code) && right !== code;
          }),
    ),
  },
  {
    id: 'second-step/old-code-finishes',
    description: 'An unused code of the last two hours finishes a login.',
    breaks: ['second-step/refuses-wrong-code'],
    apply: alsoRight(
      (user, type, code, world) =>
        type === 'totp' &&
        !rightSteps(user, code, world, 2).length &&
        rightSteps(user, code, world, 240).length > 0,
    ),
  },
  {
    id: 'second-step/every-type-is-enabled',
    description: 'A code of a type that is not enabled finishes a login.',
    breaks: ['totp-login/refused-while-only-email-is-enabled'],
    apply: (seams) => {
      const { mechanismEnabled } = seams.rules;
      let isVerified = false;
      seams.input('any', ({ operation }) => {
        isVerified = operation === verify;
      });
      seams.rules.mechanismEnabled = (mechanism, world) =>
        mechanismEnabled(mechanism, world) || (isVerified && mechanism === 'totp');
    },
  },
  {
    id: 'second-step/used-mailed-code-finishes',
    description: 'A mailed code that was used finishes another login.',
    breaks: ['email-login/code-works-once'],
    apply: alsoRight(
      (user, type, code, { state }) =>
        type === 'email' &&
        state.mailCodes.some((mail) => mail.owner === user.username && mail.code === code && mail.uses > 0),
    ),
  },
  {
    id: 'second-step/code-works-twice-at-once',
    description: 'A code finishes every login that it is sent for at the same time.',
    breaks: ['totp-login/refuses-replay-in-parallel'],
    apply: (seams) => {
      const { secondStepRight } = seams.rules;
      const flying = new Set<string>();
      seams.rules.secondStepRight = (user, type, code, world) =>
        flying.has(`${user.username} ${code}`) || secondStepRight(user, type, code, world);
      seams.answer(verify, async (answer, { caller, body }) => {
        if (answer.status !== 200 || caller === undefined) return;
        const key = `${caller.username} ${text(asObject(body), 'otp')}`;
        flying.add(key);
        await pause(40);
        flying.delete(key);
      });
    },
  },
  {
    id: 'second-step/all-logins-finished',
    description: 'A code finishes every login that the user has begun.',
    breaks: ['second-step/finishes-one-login-only'],
    apply: ({ rules }) => {
      const { finishLogin } = rules;
      rules.finishLogin = (_firstStep, user, world) => {
        for (const [id, owner] of world.state.firstSteps) if (owner === user) finishLogin(id, user, world);
      };
    },
  },
  {
    id: 'second-step/first-step-is-a-token',
    description: 'What the password alone has begun opens everything as an access token.',
    breaks: ['totp-login/first-step-session-opens-nothing', 'totp-login/first-step-session-changes-nothing'],
    apply: ({ rules }) => {
      const { identify } = rules;
      rules.identify = (credentials, call, world) =>
        identify(credentials, call, world) ??
        world.state.firstSteps.get((credentials.authorization ?? '').replace(/^bearer /i, ''));
    },
  },
  {
    id: 'second-step/first-step-configures-support',
    description: 'PUT /support-user/mfa works for what the password of an admin alone has begun.',
    breaks: ['totp-login/first-step-session-changes-nothing'],
    since: '7.3.2',
    apply: ({ rules }) => {
      const { firstStepMay } = rules;
      rules.firstStepMay = (operation) =>
        operation === 'ConfigureSupportMFAConfig' || firstStepMay(operation);
    },
  },
  {
    id: 'second-step/later-login-finishes',
    description: 'A login with a code finishes those that the password alone has begun.',
    breaks: ['totp-login/refuses-password-alone'],
    apply: (seams) =>
      seams.success('CreateSession', (body, call, world) => {
        const asked = asObject(call.body);
        const user = world.state.users.find(({ username }) => username === asked['username']);
        if (user === undefined || typeof asked['otpCode'] !== 'string') return body;
        for (const [id, owner] of world.state.firstSteps)
          if (owner === user) seams.rules.finishLogin(id, user, world);
        return body;
      }),
  },
  {
    id: 'second-step/asking-for-a-code-finishes',
    description: 'POST /send-email-otp by a login that the password began makes a whole one of it.',
    breaks: ['totp-login/first-step-session-stays-one'],
    apply: (seams) => {
      const { rules } = seams;
      const { firstStepMay } = rules;
      rules.firstStepMay = (operation) => operation === 'SendEmailOtp' || firstStepMay(operation);
      seams.answer('SendEmailOtp', ({ status }, call, world) => {
        if (status < 300 && call.caller !== undefined)
          rules.finishLogin(header(call, 'session-id') ?? '', call.caller, world);
      });
    },
  },
  {
    id: 'second-step/not-throttled',
    description: 'Wrong codes at the second step are not counted.',
    breaks: ['second-step/wrong-codes-are-throttled'],
    apply: ({ rules }) => {
      rules.secondStepRight = (user, type, code, world) => useLoginCode(user, type, code, world);
    },
  },
  {
    id: 'second-step/missing-body-accepted',
    description: 'POST /users/verify-otp without a body is answered 200.',
    breaks: ['second-step/refuses-missing-body'],
    apply: (seams) =>
      seams.refusal(verify, (answer, call) => {
        if (call.caller === undefined || call.content === undefined || call.content.length > 0) return;
        Object.assign(answer, { status: 200, headers: {}, body: { username: call.caller.username } });
      }),
  },
];

export const secondStepFaults: readonly Fault[] = secondStep.map((fault) => ({
  since: '7.3.1',
  ...fault,
}));
