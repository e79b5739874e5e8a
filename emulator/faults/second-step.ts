import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Call, World } from '../call.js';
import { useLoginCode } from '../codes.js';
import { header } from '../credentials.js';
import { alsoKnows, bodies, refusals, replaces } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { type Fault, faultsOf, type Seams, withRules } from '../seams.js';
import type { User } from '../state.js';
import { hotp, stepAt } from '../totp.js';

const verify = 'VerifyUserOtp';

type Right = (user: User, type: string, code: string, world: World) => boolean;

/** The second step accepts some more codes. */
const alsoRight =
  (isRight: Right) =>
  ({ rules }: Seams): void => {
    const { secondStepRight } = rules;
    rules.secondStepRight = (user, type, code, world) =>
      isRight(user, type, code, world) || secondStepRight(user, type, code, world);
  };

/** The steps among the last `most` ones whose unused code this is. */
function rightSteps(user: User, code: string, { state, clock }: World, most: number): readonly number[] {
  return state.userKeys
    .filter(({ owner }) => owner === user.username)
    .flatMap(({ secret, parameters, acceptedSteps }) => {
      const now = stepAt(clock.now(), parameters.period);
      const steps = Array.from({ length: most + 1 }, (_, n) => now - n);
      return steps.filter((step) => !acceptedSteps.has(step) && hotp(secret, step, parameters) === code);
    });
}

/** Faults of the second step of a login, POST /users/verify-otp. */
const single = faultsOf({
  'status/verify-user-otp-201': {
    description: 'POST /users/verify-otp answers 201 instead of 200.',
    breaks: ['second-step/answers-200'],
    apply: replaces(verify, 200, { status: 201 }),
  },
  'second-step/totp-finishes-nothing': {
    description: 'A TOTP code is answered as right, yet the session still opens nothing.',
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
  'second-step/mailed-code-refused': {
    description: 'A mailed code is refused at the second step.',
    breaks: ['second-step/mailed-code-finishes-the-login'],
    apply: withRules(({ secondStepRight }) => ({
      secondStepRight: (user, type, code, world) =>
        type !== 'email' && secondStepRight(user, type, code, world),
    })),
  },
  'second-step/any-code-finishes': {
    description: 'Every well-formed code finishes a login.',
    breaks: ['second-step/refuses-wrong-code'],
    apply: alsoRight((_user, _type, code) => /^\d{6}$/.test(code)),
  },
  'second-step/salesforce-finishes': {
    description: 'Every code of type salesforce finishes a login, although that type is not enabled.',
    breaks: ['second-step/refuses-wrong-code'],
    apply: refusals(verify, (answer, call, world) => {
      if (text(asObject(call.body), 'type') === 'salesforce') finish(answer, call, world);
    }),
  },
  'second-step/used-code-finishes': {
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
  'second-step/remembers-its-own-codes-only': {
    description: 'A code that was used at POST /users/sessions finishes another login.',
    breaks: ['second-step/refuses-used-code'],
    apply: (seams) => {
      const used = new Set<string>();
      seams.answer('CreateSession', ({ status }, call) => {
        const { username, otpCode, otpType } = asObject(call.body);
        if (status < 300 && otpType === 'totp') used.add(`${String(username)} ${String(otpCode)}`);
      });
      alsoRight((user, _type, code) => used.delete(`${user.username} ${code}`))(seams);
    },
  },
  'second-step/callers-code-of-anybody-finishes': {
    description: 'A code that POST /send-email-otp mailed to another user finishes a login.',
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
  'second-step/any-mailed-code-finishes': {
    description: 'Every code of type email finishes a login.',
    breaks: ['second-step/refuses-wrong-code'],
    apply: alsoRight((_user, type) => type === 'email'),
  },
  'second-step/code-without-session': {
    description: 'POST /users/verify-otp answers a user name without a session.',
    breaks: ['second-step/refuses-anonymous'],
    apply: refusals(verify, (answer, call, { state }) => {
      if (call.caller !== undefined || header(call, 'session-id') !== undefined) return;
      Object.assign(answer, { status: 200, headers: {}, body: { username: state.admin.username } });
    }),
  },
  'second-step/no-code-finishes': {
    description: 'A null code finishes a login.',
    breaks: ['second-step/what-is-no-code-finishes-nothing'],
    apply: refusals(verify, (answer, call, world) => {
      if (own(asObject(call.body), 'otp') === null) finish(answer, call, world);
    }),
  },
  'second-step/any-of-a-list-finishes': {
    description: 'A right code in a list of guesses finishes a login.',
    breaks: ['second-step/what-is-no-code-finishes-nothing'],
    apply: bodies(verify, (body, { caller, skip }, world) => {
      const otp = own(asObject(body), 'otp');
      if (!Array.isArray(otp) || caller === undefined) return body;
      skip.add('checks');
      const right = otp.map(String).find((code) => rightSteps(caller, code, world, 1).length > 0);
      return { ...asObject(body), otp: right ?? '' };
    }),
  },
  'second-step/nothing-is-a-mailed-code': {
    description: 'While a user has no unused mailed code, an empty code finishes the login.',
    breaks: ['second-step/what-is-no-code-finishes-nothing'],
    apply: alsoRight((user, type, code, { state }) => {
      const isOut = state.mailCodes.some(({ owner, uses }) => owner === user.username && uses === 0);
      return type === 'email' && code === '' && !isOut;
    }),
  },
  'second-step/first-digits-finish': {
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
  'second-step/old-code-finishes': {
    description: 'An unused code of the last two hours finishes a login.',
    breaks: ['second-step/refuses-wrong-code'],
    apply: alsoRight(
      (user, type, code, world) =>
        type === 'totp' &&
        !rightSteps(user, code, world, 2).length &&
        rightSteps(user, code, world, 240).length > 0,
    ),
  },
  'second-step/every-type-is-enabled': {
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
  'second-step/used-mailed-code-finishes': {
    description: 'A mailed code that was used finishes another login.',
    breaks: ['email-login/code-works-once'],
    apply: alsoRight(
      (user, type, code, { state }) =>
        type === 'email' &&
        state.mailCodes.some((mail) => mail.owner === user.username && mail.code === code && mail.uses > 0),
    ),
  },
  'second-step/code-works-twice-at-once': {
    description: 'A code finishes all concurrent logins that it is sent for.',
    breaks: ['totp-login/refuses-replay-in-parallel'],
    apply: (seams) => {
      const flying = new Set<string>();
      alsoRight((user, _type, code) => flying.has(`${user.username} ${code}`))(seams);
      seams.answer(verify, async (answer, { caller, body }) => {
        if (answer.status !== 200 || caller === undefined) return;
        const key = `${caller.username} ${text(asObject(body), 'otp')}`;
        flying.add(key);
        await pause(40);
        flying.delete(key);
      });
    },
  },
  'second-step/all-logins-finished': {
    description: 'A code finishes every pending login of the user.',
    breaks: ['second-step/finishes-one-login-only'],
    apply: withRules(({ finishLogin }) => ({
      finishLogin: (_firstStep, user, world) => {
        for (const [id, owner] of world.state.firstSteps) if (owner === user) finishLogin(id, user, world);
      },
    })),
  },
  'second-step/first-step-is-a-token': {
    description: 'A pending session id opens everything as an access token.',
    breaks: ['totp-login/first-step-session-opens-nothing', 'totp-login/first-step-session-changes-nothing'],
    apply: alsoKnows(({ authorization = '' }, _call, { state }) =>
      state.firstSteps.get(authorization.replace(/^bearer /i, '')),
    ),
  },
  'second-step/first-step-configures-support': {
    description: 'PUT /support-user/mfa works with a pending session of an admin.',
    breaks: ['totp-login/first-step-session-changes-nothing'],
    since: '7.3.2',
    apply: withRules(({ firstStepMay }) => ({
      firstStepMay: (operation) => operation === 'ConfigureSupportMFAConfig' || firstStepMay(operation),
    })),
  },
  'second-step/later-login-finishes': {
    description: "A login with a code also finishes the user's pending logins.",
    breaks: ['totp-login/refuses-password-alone'],
    apply: (seams) =>
      seams.success('CreateSession', (_body, call, world) => {
        const asked = asObject(call.body);
        const user = world.state.users.find(({ username }) => username === asked['username']);
        if (user === undefined || typeof asked['otpCode'] !== 'string') return;
        for (const [id, owner] of world.state.firstSteps)
          if (owner === user) seams.rules.finishLogin(id, user, world);
      }),
  },
  'second-step/asking-for-a-code-finishes': {
    description: 'POST /send-email-otp in a pending session turns it into a full session.',
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
  'second-step/not-throttled': {
    description: 'Wrong codes at the second step are not counted.',
    breaks: ['second-step/wrong-codes-are-throttled'],
    apply: withRules(() => ({
      secondStepRight: (user, type, code, world) => useLoginCode(user, type, code, world),
    })),
  },
  'second-step/missing-body-accepted': {
    description: 'POST /users/verify-otp without a body is answered 200.',
    breaks: ['second-step/refuses-missing-body'],
    apply: refusals(verify, (answer, call) => {
      if (call.caller === undefined || call.content === undefined || call.content.length > 0) return;
      Object.assign(answer, { status: 200, headers: {}, body: { username: call.caller.username } });
    }),
  },
});

/** Turns a refusal in a pending session into the success that finishes its login. */
function finish(answer: Answer, call: Call, world: World): void {
  if (call.caller === undefined) return;
  world.rules.finishLogin(header(call, 'session-id') ?? '', call.caller, world);
  Object.assign(answer, { status: 200, headers: {}, body: { username: call.caller.username } });
}

const secondStep: readonly Fault[] = [
  ...single,
  ...(['code', 'mailed-code'] as const).map((kind) => ({
    id: `second-step/${kind}-of-anybody-finishes`,
    description: `Another user's ${kind.replace('-', ' ')} finishes a login.`,
    breaks: ['second-step/refuses-code-of-another-user'],
    apply: withRules(({ secondStepRight }) => ({
      secondStepRight: (user, type, code, world) =>
        secondStepRight(user, type, code, world) ||
        ((kind === 'code' || type === 'email') &&
          world.state.users.some((other) => other !== user && useLoginCode(other, type, code, world))),
    })),
  })),
];

export const secondStepFaults: readonly Fault[] = secondStep.map((fault) => ({
  since: '7.3.1',
  ...fault,
}));
