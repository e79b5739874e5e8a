import { setTimeout as pause } from 'node:timers/promises';
import type { Call, World } from '../call.js';
import { asObject, type Json, type JsonObject, own, text } from '../json.js';
import type { Fault } from '../seams.js';
import { asksNoCode } from './ways-in.js';

/** Members of a login in a list, of which what finds MFA knows nothing. */
const listed: readonly (readonly [member: 'username' | 'domain', what: string])[] = [
  ['username', "a user's name"],
  ['domain', 'the domain'],
];

function firstOf(given: Json | undefined): string | undefined {
  const [first] = Array.isArray(given) ? given : [];
  return typeof first === 'string' ? first : undefined;
}

/** Whether a login brings no code, and its user has none to bring: no key, and no mailed code that was not used. */
function isWithoutCode(body: JsonObject, _call: Call, { state }: World): boolean {
  const owner = text(body, 'username');
  const hasKey = state.userKeys.some((key) => key.owner === owner);
  const isMailed = state.mailCodes.some((code) => code.owner === owner && code.uses === 0);
  const areEnabled = ['totp', 'email'].every((type) => state.cluster.authenticationTypes?.includes(type));
  return own(body, 'otpCode') === undefined && areEnabled && !hasKey && !isMailed;
}

/** Logins that are asked for no code for what the target makes of them, or of the user. */
export const unaskedFaults: readonly Fault[] = [
  ...listed.map(
    ([member, what]): Fault => ({
      id: `ways-in/${member}-in-a-list`,
      description: `While cluster MFA is on, ${what} in a list asks for no code.`,
      // What asks for no code is known to no lock either.
      breaks: ['ways-in/name-in-any-form-needs-code'],
      apply: (seams) => {
        asksNoCode(seams, (body) => firstOf(own(body, member)) !== undefined);
        seams.body('CreateSession', (body) => {
          const first = firstOf(own(asObject(body), member));
          return first === undefined ? body : { ...asObject(body), [member]: first };
        });
      },
    }),
  ),
  {
    id: 'totp-login/nothing-set-up-no-code',
    description:
      'While TOTP and e-mail are enabled, a user without a key to whom no code was mailed is asked for no code.',
    breaks: ['totp-login/refuses-password-alone-without-key'],
    apply: (seams) => asksNoCode(seams, isWithoutCode),
  },
  {
    id: 'login/email-alone-asks-for-no-code',
    description: 'While e-mail alone is enabled, the password alone opens a session.',
    breaks: ['totp-login/refused-while-only-email-is-enabled'],
    apply: (seams) =>
      asksNoCode(
        seams,
        (body, _call, { state }) =>
          own(body, 'otpCode') === undefined && state.cluster.authenticationTypes?.join() === 'email',
      ),
  },
  {
    id: 'ways-in/right-code-counts-for-all',
    description: 'While a login by a right code is answered, a login without one is asked for none.',
    breaks: ['ways-in/code-of-others-at-once-skips-no-code'],
    apply: (seams) => {
      let atWork = 0;
      asksNoCode(seams, (body) => atWork > 0 && own(body, 'otpCode') === undefined);
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
];
