import { header } from '../credentials.js';
import { objectIn, own } from '../json.js';
import type { Fault, Seams } from '../seams.js';

type May = Seams['rules']['mayCall'];

/** More than their privileges allow. */
const alsoMay =
  (may: May) =>
  ({ rules }: Seams): void => {
    const { mayCall } = rules;
    rules.mayCall = (user, privilege, call) => mayCall(user, privilege, call) || may(user, privilege, call);
  };

/** Of privileges that are asked for in part, or not of everybody. */
export const privilegeFaults: readonly Fault[] = [
  {
    id: 'access/viewer-may-enrol-the-support-user',
    description: 'PATCH /support-user/mfa to totp works for a user who may only view.',
    breaks: ['access/viewer-cannot-update-support-mfa'],
    apply: alsoMay((_user, _privilege, { operation, content }) => {
      const body = operation === 'UpdateSupportMFAConfig' ? objectIn(content) : {};
      return own(body, 'enabled') === true && own(body, 'mfaType') === 'totp';
    }),
  },
  {
    id: 'access/viewer-may-configure-totp',
    description: 'PUT /support-user/mfa to totp works for a user who may only view.',
    breaks: ['access/viewer-cannot-configure-support-mfa'],
    since: '7.3.2',
    apply: alsoMay(
      (_user, _privilege, { operation, content }) =>
        operation === 'ConfigureSupportMFAConfig' && own(objectIn(content), 'mfaType') === 'totp',
    ),
  },
  {
    id: 'access/viewer-may-switch-on',
    description: 'PUT /mfa-config with enabled true works for a user who may only view.',
    breaks: ['access/viewer-cannot-update-mfa-config'],
    apply: alsoMay(
      (_user, _privilege, { operation, content }) =>
        operation === 'UpdateMFAConfig' && own(objectIn(content), 'enabled') === true,
    ),
  },
  {
    id: 'access/junk-key-beside-a-session',
    description: 'Who has a session and sends any API key beside it is asked for no privilege.',
    breaks: ['access/viewer-cannot-update-mfa-config'],
    apply: alsoMay((user, _privilege, call) => {
      const key = header(call, 'apikey');
      return header(call, 'session-id') !== undefined && key !== undefined && key !== user.apiKey;
    }),
  },
];
