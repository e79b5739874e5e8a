import { type Fault, faultsOf, type Seams, withRules } from '../seams.js';
import { hotp, stepAt } from '../totp.js';
import { changeUri, enrolments } from './key-uris.js';

/** Codes of more steps are accepted. */
function acceptSteps(seams: Seams, from: number, to: number): void {
  seams.rules.stepOf = (code, key, now) => {
    const current = stepAt(now, key.parameters.period);
    for (let step = current + from; step <= current + to; step += 1) {
      if (hotp(key.secret, step, key.parameters) === code) return step;
    }
    return undefined;
  };
}

const noCodeAccepted = ['totp-login/accepts-current-code', 'verify-totp/accepts-current-code'];

const single = faultsOf({
  'totp/old-codes-accepted': {
    description: 'TOTP codes are accepted for half an hour.',
    breaks: ['totp-login/refuses-old-code'],
    apply: (seams) => acceptSteps(seams, -60, 1),
  },
  'totp/future-codes-accepted': {
    description: 'TOTP codes are accepted half an hour before their time.',
    breaks: ['totp-login/refuses-future-code'],
    apply: (seams) => acceptSteps(seams, -1, 60),
  },
  'totp/replay-accepted': {
    description: 'TOTP codes are accepted repeatedly within their time.',
    breaks: ['totp-login/refuses-replay'],
    apply: withRules(() => ({ isReplay: () => false })),
  },
  'totp/any-code-accepted': {
    description: 'Every code of the right length is accepted.',
    breaks: ['totp-login/refuses-wrong-code'],
    apply: withRules(({ stepOf }) => ({
      stepOf: (code, key, now) =>
        stepOf(code, key, now) ?? (code.length === key.parameters.digits ? -Number(code) - 1 : undefined),
    })),
  },
  'totp/right-code-refused': {
    description: 'TOTP codes are refused: the target counts steps in minutes, whatever the URI declares.',
    breaks: noCodeAccepted,
    apply: withRules(() => ({
      stepOf: (code, key, now) => {
        const step = stepAt(now, 60);
        return hotp(key.secret, step, key.parameters) === code ? step : undefined;
      },
    })),
  },
});

export const totpFaults: readonly Fault[] = [
  ...single,
  ...(
    [
      [
        'first',
        (code) => code.slice(1),
        ['verify-totp/refuses-wrong-code', 'support-totp/not-disabled-with-wrong-code'],
      ],
      ['last', (code) => code.slice(0, -1), []],
    ] as const satisfies readonly (readonly [string, (code: string) => string, readonly string[]])[]
  ).map(
    ([place, compared, also]): Fault => ({
      id: `totp/${place}-digit-not-compared`,
      description: `The ${place} digit of a TOTP code is not compared.`,
      breaks: ['totp-login/refuses-wrong-code', ...also],
      apply: withRules(() => ({
        stepOf: (code, key, now) => {
          const current = stepAt(now, key.parameters.period);
          return [current - 1, current, current + 1].find((step) => {
            const right = hotp(key.secret, step, key.parameters);
            return code.length === right.length && compared(code) === compared(right);
          });
        },
      })),
    }),
  ),
  ...(
    [
      ['digits', 'digits=6', 'digits=8'],
      ['period', 'period=30', 'period=60'],
      ['algorithm', 'algorithm=SHA1', 'algorithm=SHA256'],
    ] as const
  ).map(
    ([parameter, right, wrong]): Fault => ({
      id: `totp/other-${parameter}-declared`,
      description: `The URIs declare ${wrong}, while codes are judged by ${right}.`,
      breaks: noCodeAccepted,
      apply: (seams) => changeUri(seams, enrolments, (uri) => uri.replace(right, wrong)),
    }),
  ),
];
