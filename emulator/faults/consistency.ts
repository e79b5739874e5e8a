import { setTimeout as pause } from 'node:timers/promises';
import { mailNewCode } from '../codes.js';
import { asObject, own } from '../json.js';
import type { Fault } from '../seams.js';
import { type ClusterMfa, supportOwner } from '../state.js';

const put = 'UpdateMFAConfig';
const patch = 'UpdateSupportMFAConfig';

/** What shows only over time, side by side, or for a part of a configuration. */
export const consistencyFaults: readonly Fault[] = [
  {
    id: 'mfa-config/part-keeps-half',
    description: 'A PUT /mfa-config of enabled alone keeps the types and resets retainUserMfaSettings.',
    breaks: ['mfa-config/part-keeps-or-resets'],
    apply: (seams) =>
      seams.body(put, (body, _call, { state }) => {
        if (Object.keys(asObject(body)).join() !== 'enabled') return body;
        const { authenticationTypes } = state.cluster;
        return { ...asObject(body), authenticationTypes, retainUserMfaSettings: false };
      }),
  },
  {
    id: 'mfa-config/forgets-a-change',
    description: 'GET /mfa-config shows the type email alone four times, then the types before it.',
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
  {
    id: 'mfa-config/parallel-puts-mixed',
    description: 'A PUT /mfa-config that comes before another was answered stores everything but the types.',
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
  {
    id: 'support/patch-of-enabled-changes-address',
    description: 'A PATCH /support-user/mfa of enabled alone keeps the mode email and sets another address.',
    breaks: ['support-mfa/patch-keeps-or-resets'],
    apply: (seams) => {
      let alone = false;
      seams.body(patch, (body) => {
        alone = Object.keys(asObject(body)).join() === 'enabled' && own(asObject(body), 'enabled') === true;
        return body;
      });
      seams.rules.storeSupport = (_before, wanted, { state }) =>
        alone ? { ...wanted, email: state.admin.email } : wanted;
    },
  },
  {
    id: 'support/unknown-property-stored',
    description: 'PATCH /support-user/mfa stores properties the document does not know; GET answers them.',
    breaks: ['support-mfa/unknown-property-is-not-stored'],
    apply: (seams) => {
      let kept = {};
      seams.success(patch, (body, call) => {
        if (own(asObject(call.body), 'xProbe') !== undefined) kept = { xProbe: 1 };
        return body;
      });
      seams.success('GetSupportMFAConfig', (body) => ({ ...kept, ...body }));
    },
  },
  {
    id: 'support/send-refused-to-viewer-mails',
    description:
      'POST /support-user/send-email-otp by a user who may only view is answered 403, and mails a code.',
    breaks: ['support-email/refused-send-mails-nothing'],
    apply: (seams) =>
      seams.refusal('SendSupportEmailOtp', (answer, call, world) => {
        const { email } = world.state.support;
        if (answer.status === 403 && email !== null) mailNewCode(supportOwner, email, call, world);
      }),
  },
  {
    id: 'support/refused-send-mails',
    description: 'POST /support-user/send-email-otp without a credential is refused, and mails a code.',
    breaks: ['support-email/refused-send-mails-nothing'],
    apply: (seams) =>
      seams.refusal('SendSupportEmailOtp', (answer, call, world) => {
        const { enabled, mfaType, email } = world.state.support;
        const isRefused = answer.status === 401 && call.headers['apikey'] === undefined;
        if (isRefused && enabled && mfaType === 'email' && email !== null) {
          mailNewCode(supportOwner, email, call, world);
        }
      }),
  },
];
