import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from '../call.js';
import { refusals } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { type Fault, faultsOf, withRules } from '../seams.js';
import type { SupportMfa, TotpKey } from '../state.js';
import { hotp, stepAt } from '../totp.js';

const patch = 'UpdateSupportMFAConfig';

/** Faults that show only in concurrent requests. */
export const atOnceFaults: readonly Fault[] = faultsOf({
  'support/enrolments-at-once-both-count': {
    description: 'After two concurrent PATCHes to totp the codes of both keys verify.',
    breaks: ['support-totp/parallel-enrolments-leave-one-key'],
    apply: (seams) => {
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
      seams.answer('VerifySupportUserTotp', (answer, call, { state, clock }) => {
        const twin = state.support.key === undefined ? undefined : twins.get(state.support.key);
        if (twin === undefined) return;
        const code = hotp(twin.secret, stepAt(clock.now(), twin.parameters.period), twin.parameters);
        if (text(asObject(call.body), 'totpCode') !== code) return;
        Object.assign(answer, { status: 200, body: { success: true } });
      });
    },
  },
  'support/patches-at-once-overwrite': {
    description: 'Of two concurrent PATCHes of different properties the later one reverts the earlier.',
    breaks: ['support-mfa/parallel-patches-lose-nothing'],
    apply: (seams) => {
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
    },
  },
  'access/callers-are-mixed-up': {
    description: "While an admin's request is being answered, all requests count as the admin's.",
    breaks: ['access/callers-at-once-are-told-apart'],
    apply: (seams) => {
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
    },
  },
  'config/without-types-is-open': {
    description: 'While cluster MFA is on without any type, the password alone opens a session.',
    breaks: ['mfa-config/on-without-types-is-not-open'],
    apply: withRules(({ asksForCode }) => ({
      asksForCode: (user, world) =>
        asksForCode(user, world) && (world.state.cluster.authenticationTypes?.length ?? 0) > 0,
    })),
  },
  'config/code-without-types-is-500': {
    description: 'While cluster MFA is on without any type, a login with a code is answered 500.',
    breaks: ['mfa-config/on-without-types-is-not-open'],
    apply: refusals('CreateSession', (answer, call, { state }) => {
      const { enabled, authenticationTypes } = state.cluster;
      const hasTypes = (authenticationTypes?.length ?? 0) > 0;
      if (enabled && !hasTypes && own(asObject(call.body), 'otpCode') !== undefined) answer.status = 500;
    }),
  },
  'totp-key/name-raw-in-uri': {
    description: 'totpUri contains the key name unencoded.',
    breaks: ['totp-key/name-spoils-no-uri'],
    apply: withRules(({ keyUri }) => ({
      keyUri: (key, secretText) => {
        const uri = keyUri(key, secretText);
        return /[?&]/.test(key.name ?? '') ? uri.replace(/[^/]*\?/, () => `${key.name}?`) : uri;
      },
    })),
  },
});
