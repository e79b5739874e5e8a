import { useLoginCode } from '../codes.js';
import { header } from '../credentials.js';
import { asObject, text } from '../json.js';
import type { Fault, Seams } from '../seams.js';

const verify = 'VerifyUserOtp';

type Later = Omit<Fault, 'since' | 'level'> & { readonly level?: Fault['level'] };

/** Of the second step of a login, POST /users/verify-otp. */
const secondStep: readonly Later[] = [
  {
    id: 'status/verify-user-otp-201',
    description: 'POST /users/verify-otp answers 201 for 200.',
    level: 'should',
    fails: ['second-step/answers-200'],
    apply: (seams) =>
      seams.answer(verify, (answer) => {
        if (answer.status === 200) answer.status = 201;
      }),
  },
  {
    id: 'second-step/totp-finishes-nothing',
    description: 'A TOTP code is told to be right, and the session opens nothing all the same.',
    fails: ['second-step/right-code-finishes-the-login'],
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
    fails: ['second-step/mailed-code-finishes-the-login'],
    apply: ({ rules }) => {
      const { secondStepRight } = rules;
      rules.secondStepRight = (user, type, code, world) =>
        type !== 'email' && secondStepRight(user, type, code, world);
    },
  },
  {
    id: 'second-step/any-code-finishes',
    description: 'Every well-formed code finishes a login.',
    fails: [
      'second-step/refuses-wrong-code',
      'second-step/refuses-used-code',
      'second-step/refuses-code-of-another-user',
    ],
    apply: ({ rules }) => {
      const { secondStepRight } = rules;
      rules.secondStepRight = (user, type, code, world) =>
        /^\d{6}$/.test(code) || secondStepRight(user, type, code, world);
    },
  },
  {
    id: 'second-step/salesforce-finishes',
    description: 'Every code of type salesforce finishes a login, though that type is not enabled.',
    fails: ['second-step/refuses-wrong-code'],
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
    fails: ['second-step/refuses-used-code'],
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
    fails: ['second-step/refuses-used-code'],
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
    fails: ['second-step/refuses-code-of-another-user'],
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
    fails: ['second-step/refuses-code-of-another-user'],
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
    fails: ['second-step/refuses-wrong-code', 'second-step/refuses-code-of-another-user'],
    apply: ({ rules }) => {
      const { secondStepRight } = rules;
      rules.secondStepRight = (user, type, code, world) =>
        type === 'email' || secondStepRight(user, type, code, world);
    },
  },
  {
    id: 'second-step/code-without-session',
    description: 'POST /users/verify-otp answers who the user is without a session.',
    fails: ['second-step/refuses-anonymous'],
    apply: (seams) =>
      seams.refusal(verify, (answer, call, { state }) => {
        if (call.caller !== undefined || header(call, 'session-id') !== undefined) return;
        Object.assign(answer, { status: 200, headers: {}, body: { username: state.admin.username } });
      }),
  },
  {
    id: 'second-step/no-code-finishes',
    description: 'A null for a code finishes a login.',
    fails: ['second-step/what-is-no-code-finishes-nothing'],
    apply: (seams) =>
      seams.refusal(verify, (answer, call, world) => {
        const body = asObject(call.body);
        if (body['otp'] !== null || call.caller === undefined) return;
        seams.rules.finishLogin(header(call, 'session-id') ?? '', call.caller, world);
        Object.assign(answer, { status: 200, headers: {}, body: { username: call.caller.username } });
      }),
  },
  {
    id: 'second-step/all-logins-finished',
    description: 'A code finishes every login that the user has begun.',
    level: 'should',
    fails: ['second-step/finishes-one-login-only'],
    apply: ({ rules }) => {
      const { finishLogin } = rules;
      rules.finishLogin = (_firstStep, user, world) => {
        for (const [id, owner] of world.state.firstSteps) if (owner === user) finishLogin(id, user, world);
      };
    },
  },
  {
    id: 'second-step/later-login-finishes',
    description: 'A login with a code finishes those that the password alone has begun.',
    fails: ['totp-login/refuses-password-alone'],
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
    fails: ['totp-login/first-step-session-stays-one'],
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
    level: 'should',
    fails: ['second-step/wrong-codes-are-throttled'],
    apply: ({ rules }) => {
      rules.secondStepRight = (user, type, code, world) => useLoginCode(user, type, code, world);
    },
  },
  {
    id: 'second-step/missing-body-accepted',
    description: 'POST /users/verify-otp without a body is answered 200.',
    fails: ['second-step/refuses-missing-body'],
    apply: (seams) =>
      seams.refusal(verify, (answer, call) => {
        if (call.caller === undefined || call.content === undefined || call.content.length > 0) return;
        Object.assign(answer, { status: 200, headers: {}, body: { username: call.caller.username } });
      }),
  },
];

export const secondStepFaults: readonly Fault[] = secondStep.map((fault) => ({
  level: 'must',
  ...fault,
  since: '7.3.1',
}));
