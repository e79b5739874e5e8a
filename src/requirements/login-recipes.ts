import type { Step } from './curl.js';
import { codeStep, configure, step } from './steps.js';

const openSession = step('Log in: the sessionId is SESSION_ID below', 'CreateSession');
const switchOn = configure('Switch cluster MFA on');

/** What is repeated: so often, and how that is called. */
const repetitions: readonly (readonly [RegExp, string])[] = [
  [/-replay$|-in-parallel$|-works-once$/, 'The same again'],
  [/throttle/, 'The same again, up to a hundred times, each with another wrong code'],
];

const withoutCode = /refuses-password-alone$|skips-no-code$|opens-nothing$/;

/** The code of a login, by the words of the requirement's id. */
function codeOf(id: string, right: string): string {
  if (/-wrong-code$|throttle/.test(id)) return '$WRONG_CODE';
  if (id.endsWith('/refuses-junk')) return '';
  return id.endsWith('-as-number') ? `0${right}` : right;
}

/** A login with password and code, of the user who got the code or of another. */
function login(note: string, id: string, code: string, type: 'totp' | 'email'): Step {
  const user = id.endsWith('-of-another-user') ? 'OTHER' : 'USER';
  const password = id.endsWith('/refuses-wrong-password') ? 'not-the-password' : `$${user}_PASSWORD`;
  const known = `"username":"$${user}_NAME","password":"${password}","domain":"LOCAL"`;
  const withCode = withoutCode.test(id) ? '' : `,"otpCode":"${code}","otpType":"${type}"`;
  const header = id.includes('forwarded-header') ? { header: 'X-Forwarded-For: 127.0.0.1' } : {};
  return step(note, 'CreateSession', { body: `{${known}${withCode}}`, ...header });
}

function again(id: string, attempt: Step): Step[] {
  const note = repetitions.find(([words]) => words.test(id))?.[1];
  return note === undefined ? [] : [{ ...attempt, note }];
}

const moments: readonly (readonly [RegExp, string])[] = [
  [/-old-code$/, " --now '10 minutes ago'"],
  [/-future-code$/, " --now '10 minutes'"],
  [/\/window-/, " --now '2 minutes ago'"],
];

export function totpLogin(id: string): Step[] {
  const moment = moments.find(([words]) => words.test(id))?.[1] ?? '';
  const type = id.endsWith('-as-mailed-code') ? 'email' : 'totp';
  const attempt = login('Log in', id, codeOf(id, '$TOTP_CODE'), type);
  const enrol = step('Enrol: the totpSecretKey is TOTP_SECRET below', 'CreateTotpKey');
  return [
    openSession,
    enrol,
    switchOn,
    ...reconfigured(id),
    codeStep('A code', moment),
    attempt,
    ...after(id, attempt),
  ];
}

/** What happens between the switching on and the login. */
function reconfigured(id: string): Step[] {
  if (id.endsWith('-only-email-is-enabled')) return [configure('Enable email only', '"totp",')];
  if (id.endsWith('-only-totp-is-enabled')) return [configure('Enable totp only', ',"email"')];
  if (!id.includes('/keys-are-')) return [];
  const off = configure('Switch it off', '"enabled":true', '"enabled":false');
  const forgetting = step('Switch it off and have enrolments forgotten', 'UpdateMFAConfig', {
    body: '{"enabled":false,"authenticationTypes":["totp","email"],"retainUserMfaSettings":false}',
  });
  return [id.includes('-forgotten-') ? forgetting : off, { ...switchOn, note: 'Switch it on again' }];
}

function after(id: string, attempt: Step): Step[] {
  if (id.endsWith('-after-newer-code')) {
    const newer = codeStep('The code of the next step, half a minute later: log in with it as well');
    return [{ note: 'Keep the code', command: 'OLDER_CODE=$TOTP_CODE' }, newer, attempt, older(attempt)];
  }
  if (id.endsWith('/first-step-session-opens-nothing')) {
    return [
      step('Where a sessionId was answered: it is SESSION_ID below', 'GetSupportMFAConfig', { as: 'user' }),
    ];
  }
  return again(id, attempt);
}

function older(attempt: Step): Step {
  const body = attempt.call?.body?.replace('$TOTP_CODE', '$OLDER_CODE') ?? '';
  return step('Log in with the older code again', 'CreateSession', { body });
}

export function emailLogin(id: string): Step[] {
  const attempt = login('Log in', id, codeOf(id, '$MAILED_CODE'), id.endsWith('-as-totp') ? 'totp' : 'email');
  return [
    switchOn,
    ...mailing(id),
    ...reconfigured(id),
    ...(id.endsWith('/newer-code-voids-older')
      ? [step('Have another mailed; MAILED_CODE stays the older one', 'CreateEmailOtp')]
      : []),
    ...(id.endsWith('/code-expires') ? [{ note: 'Wait ten and a half minutes', command: 'sleep 630' }] : []),
    attempt,
    ...again(id, attempt),
  ];
}

function mailing(id: string): Step[] {
  if (!id.endsWith('-support-code'))
    return [step('Have a code mailed: it is MAILED_CODE below', 'CreateEmailOtp')];
  const byMail = '{"enabled":true,"mfaType":"email","email":"$SUPPORT_EMAIL"}';
  return [
    step('Switch support MFA on', 'UpdateSupportMFAConfig', { body: byMail }),
    step('Have a code mailed: it is MAILED_CODE below', 'SendSupportEmailOtp'),
  ];
}
