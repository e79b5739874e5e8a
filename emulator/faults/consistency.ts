import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from '../call.js';
import { mailNewCode } from '../codes.js';
import { codeOf, countsOpen } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { breaks, type Fault, faultsOf } from '../seams.js';
import { type ClusterMfa, type SupportMfa, supportOwner, type TotpKey } from '../state.js';

const put = 'UpdateMFAConfig';
const patch = 'UpdateSupportMFAConfig';

export const consistencyFaults: readonly Fault[] = faultsOf({
  'mfa-config/part-keeps-half': breaks('mfa-config/part-keeps-or-resets')
    .says('A PUT /mfa-config of enabled alone keeps the types but resets retainUserMfaSettings.')
    .edits(put, (body, _call, { state }) => {
      if (Object.keys(asObject(body)).join() !== 'enabled') return;
      const { authenticationTypes } = state.cluster;
      return { authenticationTypes, retainUserMfaSettings: false };
    }),
  'mfa-config/forgets-a-change': breaks('mfa-config/change-stays-visible')
    .says('GET /mfa-config shows email as the only type four times, then the earlier types.')
    .by(({ rules }) => {
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
    }),
  'mfa-config/parallel-puts-mixed': breaks('mfa-config/parallel-puts-leave-one-whole')
    .says('A PUT /mfa-config that overlaps another one stores everything but the types.')
    .by((seams) => {
      const open = countsOpen(seams, put);
      seams.rules.storeCluster = (before, wanted) =>
        open() > 1 ? { ...wanted, authenticationTypes: before.authenticationTypes } : wanted;
    }),
  'support/patch-of-enabled-changes-address': breaks('support-mfa/patch-keeps-or-resets')
    .says('A PATCH /support-user/mfa of enabled alone keeps the mode email and changes the address.')
    .by((seams) => {
      const alone = seams.noted(
        patch,
        (body) => Object.keys(body).join() === 'enabled' && own(body, 'enabled') === true,
      );
      seams.rules.storeSupport = (_before, wanted, { state }) =>
        alone() ? { ...wanted, email: state.admin.email } : wanted;
    }),
  'support/unknown-property-stored': breaks('support-mfa/unknown-property-is-not-stored')
    .says('PATCH /support-user/mfa stores unknown properties; GET returns them.')
    .by((seams) => {
      let kept = {};
      seams.success(patch, (_body, call) => {
        if (own(call.body, 'xProbe') !== undefined) kept = { xProbe: 1 };
      });
      seams.success('GetSupportMFAConfig', (body) => ({ ...kept, ...body }));
    }),
  'support/send-refused-to-viewer-mails': breaks('support-email/refused-send-mails-nothing')
    .says('POST /support-user/send-email-otp by a view-only user is answered 403, yet mails a code.')
    .refusals('SendSupportEmailOtp', (answer, call, world) => {
      const { email } = world.state.support;
      if (answer.status === 403 && email !== null) mailNewCode(supportOwner, email, call, world);
    }),
  'support/refused-send-mails': breaks('support-email/refused-send-mails-nothing')
    .says('POST /support-user/send-email-otp without a credential is refused, yet mails a code.')
    .refusals('SendSupportEmailOtp', (answer, call, world) => {
      const { enabled, mfaType, email } = world.state.support;
      const isRefused = answer.status === 401 && call.headers['apikey'] === undefined;
      if (isRefused && enabled && mfaType === 'email' && email !== null) {
        mailNewCode(supportOwner, email, call, world);
      }
    }),
});

export const atOnceFaults: readonly Fault[] = faultsOf({
  'support/enrolments-at-once-both-count': breaks('support-totp/parallel-enrolments-leave-one-key')
    .says('After two concurrent PATCHes to totp the codes of both keys verify.')
    .by((seams) => {
      let flying: TotpKey[] = [];
      const twins = new Map<TotpKey, TotpKey>();
      seams.answer(patch, async (answer, _call, { state }) => {
        const { key } = state.support;
        if (answer.status !== 200 || key === undefined || flying.includes(key)) return;
        for (const other of flying) twins.set(key, other);
        flying.push(key);
        await pause(30);
        flying = flying.filter((each) => each !== key);
      });
      seams.answer('VerifySupportUserTotp', (_answer, call, { state, clock }) => {
        const twin = state.support.key === undefined ? undefined : twins.get(state.support.key);
        const isTwins = twin !== undefined && text(call.body, 'totpCode') === codeOf(twin, { clock });
        return isTwins && { status: 200, body: { success: true } };
      });
    }),
  'support/patches-at-once-overwrite': breaks('support-mfa/parallel-patches-lose-nothing')
    .says('If two PATCHes of different properties are concurrent, the later one reverts the earlier.')
    .by((seams) => {
      const found = new WeakMap<Call, SupportMfa>();
      seams.input(patch, (call, { state }) => void found.set(call, state.support));
      seams.answer(patch, async (answer, call, { state }) => {
        const before = found.get(call);
        const after = state.support;
        if (answer.status !== 200 || before === undefined || before.enabled || after.enabled) return;
        state.support = before;
        await pause(20);
        state.support = after;
      });
    }),
  'access/callers-are-mixed-up': breaks('access/callers-at-once-are-told-apart')
    .says("While an admin's request is being answered, all requests count as the admin's.")
    .by((seams) => {
      const { identify } = seams.rules;
      let atWork = 0;
      seams.rules.identify = (credentials, call, world) =>
        atWork > 0 ? world.state.admin : identify(credentials, call, world);
      seams.answer('GetMFAConfig', async (_answer, call) => {
        if (call.caller?.role !== 'admin') return;
        atWork += 1;
        await pause(30);
        atWork -= 1;
      });
    }),
  'config/without-types-is-open': breaks('mfa-config/on-without-types-is-not-open')
    .says('While cluster MFA is on without any type, the password alone opens a session.')
    .rules(({ asksForCode }) => ({
      asksForCode: (user, world) =>
        asksForCode(user, world) && (world.state.cluster.authenticationTypes?.length ?? 0) > 0,
    })),
  'config/code-only-where-retained': breaks('mfa-config/on-without-retaining-needs-codes')
    .says('While cluster MFA is on, a login needs a code only if retainUserMfaSettings is true.')
    .wraps('asksForCode', (asksForCode, user, world) => {
      const isRetained = world.state.cluster.retainUserMfaSettings === true;
      return isRetained && asksForCode(user, world);
    }),
  'config/code-without-types-is-500': breaks('mfa-config/on-without-types-is-not-open')
    .says('While cluster MFA is on without any type, a login with a code is answered 500.')
    .refusals('CreateSession', (answer, call, { state }) => {
      const { enabled, authenticationTypes } = state.cluster;
      const hasTypes = (authenticationTypes?.length ?? 0) > 0;
      if (enabled && !hasTypes && own(call.body, 'otpCode') !== undefined) answer.status = 500;
    }),
  'totp-key/name-raw-in-uri': breaks('totp-key/name-spoils-no-uri')
    .says('totpUri contains the key name unencoded.')
    .wraps('keyUri', (keyUri, key, secretText) => {
      const uri = keyUri(key, secretText);
      return /[?&]/.test(key.name ?? '') ? uri.replace(/[^/]*\?/, () => `${key.name}?`) : uri;
    }),
});
