import { setTimeout as pause } from 'node:timers/promises';
import type { Call, World } from '../call.js';
import { asksNoCodeUnchecked } from '../deviations.js';
import { asObject, type Json, type JsonObject, own, text } from '../json.js';
import { type Fault, faultsOf } from '../seams.js';

/** Login members that may come in a list, which the check for MFA does not read. */
const listed: readonly (readonly [member: 'username' | 'domain', what: string])[] = [
  ['username', "a user's name"],
  ['domain', 'the domain'],
];

function firstOf(given: Json | undefined): string | undefined {
  const [first] = Array.isArray(given) ? given : [];
  return typeof first === 'string' ? first : undefined;
}

/** Whether a login has no code, and its user has neither a key nor an unused mailed code. */
function isWithoutCode(body: JsonObject, _call: Call, { state }: World): boolean {
  const owner = text(body, 'username');
  const hasKey = state.userKeys.some((key) => key.owner === owner);
  const isMailed = state.mailCodes.some((code) => code.owner === owner && code.uses === 0);
  const areEnabled = ['totp', 'email'].every((type) => state.cluster.authenticationTypes?.includes(type));
  return own(body, 'otpCode') === undefined && areEnabled && !hasKey && !isMailed;
}

/** Logins that need no code because of how the target reads them or their user. */
const single = faultsOf({
  'totp-login/nothing-set-up-no-code': {
    description: 'While both types are enabled, a user with neither a key nor a mailed code needs no code.',
    breaks: ['totp-login/refuses-password-alone-without-key'],
    apply: asksNoCodeUnchecked(isWithoutCode),
  },
  'login/email-alone-asks-for-no-code': {
    description: 'While e-mail alone is enabled, the password alone opens a session.',
    breaks: ['totp-login/refused-while-only-email-is-enabled'],
    apply: asksNoCodeUnchecked(
      (body, _call, { state }) =>
        own(body, 'otpCode') === undefined && state.cluster.authenticationTypes?.join() === 'email',
    ),
  },
  'ways-in/right-code-counts-for-all': {
    description: 'While a login with a right code is being answered, another login needs no code.',
    breaks: ['ways-in/code-of-others-at-once-skips-no-code'],
    apply: (seams) => {
      let atWork = 0;
      asksNoCodeUnchecked((body) => atWork > 0 && own(body, 'otpCode') === undefined)(seams);
      seams.answer(['CreateSession', 'VerifyUserOtp'], async ({ status }, call, { state }) => {
        const body = asObject(call.body);
        const isByCode = own(body, 'otpCode') !== undefined || own(body, 'otp') !== undefined;
        if (status >= 300 || !isByCode || !state.cluster.enabled) return;
        atWork += 1;
        await pause(60);
        atWork -= 1;
      });
    },
  },
});

export const unaskedFaults: readonly Fault[] = [
  ...single,
  ...listed.map(
    ([member, what]): Fault => ({
      id: `ways-in/${member}-in-a-list`,
      description: `While cluster MFA is on, ${what} in a list asks for no code.`,
      // Locks do not know this name either.
      breaks: ['ways-in/name-in-any-form-needs-code'],
      apply: (seams) => {
        asksNoCodeUnchecked((body) => firstOf(own(body, member)) !== undefined)(seams);
        seams.body('CreateSession', (body) => {
          const first = firstOf(own(asObject(body), member));
          return first === undefined ? body : { ...asObject(body), [member]: first };
        });
      },
    }),
  ),
];
