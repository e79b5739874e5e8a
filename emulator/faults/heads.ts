import { header } from '../credentials.js';
import { asObject, text } from '../json.js';
import type { Fault } from '../seams.js';

/** Secrets that stand where they are logged: in header fields and reason phrases. */
export const headFaults: readonly Fault[] = [
  {
    id: 'security/mailed-code-in-header',
    description: 'POST /email-otp answers the code that it mails in a header field.',
    breaks: ['security/no-secret-in-head'],
    apply: (seams) =>
      seams.answer('CreateEmailOtp', (answer, _call, { state }) => {
        const code = state.mailCodes.at(-1)?.code;
        if (answer.status === 204 && code !== undefined) answer.headers['x-otp'] = code;
      }),
  },
  {
    id: 'security/totp-secret-in-header',
    description: 'PATCH /support-user/mfa answers a new secret in a header field, too.',
    breaks: ['security/no-secret-in-head'],
    apply: (seams) =>
      seams.answer('UpdateSupportMFAConfig', (answer) => {
        const secret = text(asObject(answer.body), 'totpSecretKey');
        if (secret !== undefined) answer.headers['x-totp-secret'] = secret;
      }),
  },
  {
    id: 'security/key-in-header',
    description: 'GET /mfa-config repeats the API key of the request in a header field.',
    breaks: ['security/no-secret-in-head'],
    apply: (seams) =>
      seams.answer('GetMFAConfig', (answer, call) => {
        const key = header(call, 'apikey');
        if (key !== undefined) answer.headers['x-requested-by'] = key;
      }),
  },
  {
    id: 'security/password-in-reason-phrase',
    description: 'A refused login repeats the password in its reason phrase.',
    breaks: ['security/no-secret-in-head'],
    apply: (seams) =>
      seams.wire('CreateSession', (answer, call) => {
        const password = text(asObject(call.body), 'password');
        if (answer.status === 401 && password !== undefined)
          answer.raw = { reason: `Wrong password ${password}` };
      }),
  },
  {
    id: 'security/session-in-link',
    description: 'POST /users/sessions answers a Link with the new session id in its query.',
    breaks: ['security/no-secret-in-head'],
    apply: (seams) =>
      seams.answer('CreateSession', (answer) => {
        const id = text(asObject(answer.body), 'sessionId');
        if (id !== undefined) answer.headers['link'] = `</v2/mfa-config?session-id=${id}>; rel="related"`;
      }),
  },
  {
    id: 'security/session-in-redirect',
    description: 'POST /send-email-otp tells in Location where to go on, with the session id in it.',
    breaks: ['security/no-secret-in-head'],
    apply: (seams) =>
      seams.answer('SendEmailOtp', (answer, call) => {
        const id = header(call, 'session-id');
        if (id !== undefined) answer.headers['location'] = `/login?session-id=${id}`;
      }),
  },
];
