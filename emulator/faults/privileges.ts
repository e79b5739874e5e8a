import { header } from '../credentials.js';
import { objectIn, own } from '../json.js';
import { type Fault, faultsOf, type Seams } from '../seams.js';

type May = Seams['rules']['mayCall'];

/** Some calls need no privilege. */
const alsoMay =
  (may: May) =>
  ({ rules }: Seams): void => {
    const { mayCall } = rules;
    rules.mayCall = (user, privilege, call) => mayCall(user, privilege, call) || may(user, privilege, call);
  };

/** Privileges that are checked only in part, or only for some users. */
export const privilegeFaults: readonly Fault[] = faultsOf({
  'access/viewer-may-enrol-the-support-user': {
    description: 'PATCH /support-user/mfa to totp works for a view-only user.',
    breaks: ['access/viewer-cannot-update-support-mfa'],
    apply: alsoMay((_user, _privilege, { operation, content }) => {
      const body = operation === 'UpdateSupportMFAConfig' ? objectIn(content) : {};
      return own(body, 'enabled') === true && own(body, 'mfaType') === 'totp';
    }),
  },
  'access/viewer-may-configure-totp': {
    description: 'PUT /support-user/mfa to totp works for a view-only user.',
    breaks: ['access/viewer-cannot-configure-support-mfa'],
    since: '7.3.2',
    apply: alsoMay(
      (_user, _privilege, { operation, content }) =>
        operation === 'ConfigureSupportMFAConfig' && own(objectIn(content), 'mfaType') === 'totp',
    ),
  },
  'access/viewer-may-switch-on': {
    description: 'PUT /mfa-config with enabled true works for a view-only user.',
    breaks: ['access/viewer-cannot-update-mfa-config'],
    apply: alsoMay(
      (_user, _privilege, { operation, content }) =>
        operation === 'UpdateMFAConfig' && own(objectIn(content), 'enabled') === true,
    ),
  },
  'access/junk-key-beside-a-session': {
    description: 'A session with an unknown API key beside it needs no privilege.',
    breaks: ['access/viewer-cannot-update-mfa-config'],
    apply: alsoMay((user, _privilege, call) => {
      const key = header(call, 'apikey');
      return header(call, 'session-id') !== undefined && key !== undefined && key !== user.apiKey;
    }),
  },
});
