import { header } from '../credentials.js';
import { answers, wires } from '../deviations.js';
import { asObject, text } from '../json.js';
import { type Fault, faultsOf } from '../seams.js';

/** Secrets in header fields and reason phrases, which are logged. */
export const headFaults: readonly Fault[] = faultsOf({
  'security/mailed-code-in-header': {
    description: 'POST /email-otp answers the mailed code in a header field.',
    breaks: ['security/no-secret-in-head'],
    apply: answers('CreateEmailOtp', (answer, _call, { state }) => {
      const code = state.mailCodes.at(-1)?.code;
      if (answer.status === 204 && code !== undefined) answer.headers['x-otp'] = code;
    }),
  },
  'security/totp-secret-in-header': {
    description: 'PATCH /support-user/mfa also answers a new secret in a header field.',
    breaks: ['security/no-secret-in-head'],
    apply: answers('UpdateSupportMFAConfig', (answer) => {
      const secret = text(asObject(answer.body), 'totpSecretKey');
      if (secret !== undefined) answer.headers['x-totp-secret'] = secret;
    }),
  },
  'security/key-in-header': {
    description: 'GET /mfa-config repeats the API key of the request in a header field.',
    breaks: ['security/no-secret-in-head'],
    apply: answers('GetMFAConfig', (answer, call) => {
      const key = header(call, 'apikey');
      if (key !== undefined) answer.headers['x-requested-by'] = key;
    }),
  },
  'security/password-in-reason-phrase': {
    description: 'A refused login repeats the password in its reason phrase.',
    breaks: ['security/no-secret-in-head'],
    apply: wires('CreateSession', (answer, call) => {
      const password = text(asObject(call.body), 'password');
      if (answer.status === 401 && password !== undefined)
        answer.raw = { reason: `Wrong password ${password}` };
    }),
  },
  'security/session-in-link': {
    description: 'POST /users/sessions answers a Link with the new session id in its query.',
    breaks: ['security/no-secret-in-head'],
    apply: answers('CreateSession', (answer) => {
      const id = text(asObject(answer.body), 'sessionId');
      if (id !== undefined) answer.headers['link'] = `</v2/mfa-config?session-id=${id}>; rel="related"`;
    }),
  },
  'security/session-in-redirect': {
    description: 'POST /send-email-otp answers a Location that contains the session id.',
    breaks: ['security/no-secret-in-head'],
    apply: answers('SendEmailOtp', (answer, call) => {
      const id = header(call, 'session-id');
      if (id !== undefined) answer.headers['location'] = `/login?session-id=${id}`;
    }),
  },
});
