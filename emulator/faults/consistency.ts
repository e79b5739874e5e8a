import { setTimeout as pause } from 'node:timers/promises';
import { mailNewCode } from '../codes.js';
import { bodies, refusals } from '../deviations.js';
import { asObject, own } from '../json.js';
import { type Fault, faultsOf } from '../seams.js';
import { type ClusterMfa, supportOwner } from '../state.js';

const put = 'UpdateMFAConfig';
const patch = 'UpdateSupportMFAConfig';

/** Faults that show over time, in concurrent requests, or in partial changes. */
export const consistencyFaults: readonly Fault[] = faultsOf({
  'mfa-config/part-keeps-half': {
    description: 'A PUT /mfa-config of enabled alone keeps the types but resets retainUserMfaSettings.',
    breaks: ['mfa-config/part-keeps-or-resets'],
    apply: bodies(put, (body, _call, { state }) => {
      if (Object.keys(asObject(body)).join() !== 'enabled') return body;
      const { authenticationTypes } = state.cluster;
      return { ...asObject(body), authenticationTypes, retainUserMfaSettings: false };
    }),
  },
  'mfa-config/forgets-a-change': {
    description: 'GET /mfa-config shows email as the only type four times, then the earlier types.',
    breaks: ['mfa-config/change-stays-visible'],
    apply: ({ rules }) => {
      let before: ClusterMfa['authenticationTypes'] = null;
      let reads = 0;
      rules.storeCluster = (old, wanted) => {
        [before, reads] = [old.authenticationTypes, 0];
        return wanted;
      };
      rules.readCluster = ({ state: { cluster } }) => {
        reads += 1;
        const { enabled, authenticationTypes, retainUserMfaSettings } = cluster;
        const isMeant = enabled && authenticationTypes?.join() === 'email' && retainUserMfaSettings === true;
        return isMeant && reads > 4 ? { ...cluster, authenticationTypes: before } : cluster;
      };
    },
  },
  'mfa-config/parallel-puts-mixed': {
    description: 'A PUT /mfa-config that overlaps another one stores everything but the types.',
    breaks: ['mfa-config/parallel-puts-leave-one-whole'],
    apply: (seams) => {
      let open = 0;
      seams.input(put, () => {
        open += 1;
      });
      seams.answer(put, async () => {
        await pause(25);
        open -= 1;
      });
      seams.rules.storeCluster = (before, wanted) =>
        open > 1 ? { ...wanted, authenticationTypes: before.authenticationTypes } : wanted;
    },
  },
  'support/patch-of-enabled-changes-address': {
    description: 'A PATCH /support-user/mfa of enabled alone keeps the mode email and changes the address.',
    breaks: ['support-mfa/patch-keeps-or-resets'],
    apply: (seams) => {
      const alone = seams.noted(
        patch,
        (body) => Object.keys(body).join() === 'enabled' && own(body, 'enabled') === true,
      );
      seams.rules.storeSupport = (_before, wanted, { state }) =>
        alone() ? { ...wanted, email: state.admin.email } : wanted;
    },
  },
  'support/unknown-property-stored': {
    description: 'PATCH /support-user/mfa stores unknown properties; GET answers them.',
    breaks: ['support-mfa/unknown-property-is-not-stored'],
    apply: (seams) => {
      let kept = {};
      seams.success(patch, (_body, call) => {
        if (own(asObject(call.body), 'xProbe') !== undefined) kept = { xProbe: 1 };
      });
      seams.success('GetSupportMFAConfig', (body) => ({ ...kept, ...body }));
    },
  },
  'support/send-refused-to-viewer-mails': {
    description: 'POST /support-user/send-email-otp by a view-only user is answered 403, yet mails a code.',
    breaks: ['support-email/refused-send-mails-nothing'],
    apply: refusals('SendSupportEmailOtp', (answer, call, world) => {
      const { email } = world.state.support;
      if (answer.status === 403 && email !== null) mailNewCode(supportOwner, email, call, world);
    }),
  },
  'support/refused-send-mails': {
    description: 'POST /support-user/send-email-otp without a credential is refused, yet mails a code.',
    breaks: ['support-email/refused-send-mails-nothing'],
    apply: refusals('SendSupportEmailOtp', (answer, call, world) => {
      const { enabled, mfaType, email } = world.state.support;
      const isRefused = answer.status === 401 && call.headers['apikey'] === undefined;
      if (isRefused && enabled && mfaType === 'email' && email !== null) {
        mailNewCode(supportOwner, email, call, world);
      }
    }),
  },
});
