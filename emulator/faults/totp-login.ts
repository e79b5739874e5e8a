import { setTimeout as pause } from 'node:timers/promises';
import { header } from '../credentials.js';
import {
  alsoKnows,
  asksNoCode,
  codeOf,
  emptyKey,
  handsWithoutCode,
  keysOf,
  opened,
  userNamed,
} from '../deviations.js';
import { type Json, own, text } from '../json.js';
import type { OperationId } from '../operations/table.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';
import type { State, TotpKey, User } from '../state.js';

function changesCode(seams: Seams, change: (code: string, digits: number) => string): void {
  const by = (body: Json | undefined, name: string, type: Json | undefined) => {
    const code = text(body, name);
    return code !== undefined && type === 'totp' && { [name]: change(code, seams.rules.totp.digits) };
  };
  seams.edit('CreateSession', (body) => by(body, 'otpCode', own(body, 'otpType')));
  seams.edit('VerifySupportUserTotp', (body) => by(body, 'totpCode', 'totp'));
}

const forgetUses = (keys: readonly TotpKey[]) => {
  for (const key of keys) key.acceptedSteps.clear();
};

/** The password alone gets a session that can change a configuration, but read none. */
function firstStepChanges(
  seams: Seams,
  operation: OperationId,
  as: (user: User, state: State) => User,
): void {
  const users = handsWithoutCode(seams, opened);
  alsoKnows(seams, ({ sessionId }, call, { state }) => {
    const user = users.get(sessionId);
    return call.operation === operation && user !== undefined ? as(user, state) : undefined;
  });
}

export const totpLoginFaults: readonly Fault[] = faultsOf({
  'totp-login/switch-forgets-used-codes': breaks('totp-login/refuses-replay')
    .says('Switching cluster MFA makes used codes open sessions again.')
    .answers('UpdateMFAConfig', ({ status }, _call, { state }) => {
      if (status < 300 && !state.cluster.enabled) forgetUses(state.userKeys);
    }),
  'totp-login/put-forgets-used-codes': breaks('totp-login/refuses-replay')
    .says('PUT /mfa-config that leaves cluster MFA on makes used codes open sessions again.')
    .wraps('storeCluster', (storeCluster, before, wanted, world) => {
      if (before.enabled && wanted.enabled) forgetUses(world.state.userKeys);
      return storeCluster(before, wanted, world);
    }),
  'totp-login/second-switch-off-forgets': breaks('totp-login/keys-are-retained-where-told')
    .says('PUT /mfa-config with enabled false forgets the keys if cluster MFA is already off.')
    .wraps(
      'forgetsKeys',
      (forgetsKeys, before, after) =>
        (!before.enabled && !after.enabled && after.retainUserMfaSettings === true) ||
        forgetsKeys(before, after),
    ),
  'totp-login/keys-last-one-switch': breaks('totp-login/keys-are-retained-where-told')
    .says('Switching cluster MFA off for the second time deletes a key.')
    .by((seams) => {
      const kept = new WeakSet<TotpKey>();
      seams.wrap('storeCluster', (storeCluster, before, wanted, world) => {
        const { state } = world;
        if (before.enabled && !wanted.enabled) {
          state.userKeys = state.userKeys.filter((key) => !kept.has(key));
          for (const key of state.userKeys) kept.add(key);
        }
        return storeCluster(before, wanted, world);
      });
    }),
  'totp/leading-zeros-lost': breaks('totp-login/accepts-leading-zero')
    .says('TOTP codes that begin with 0 are refused, because the target keeps codes as numbers.')
    .with(changesCode, (code, digits) => (code.length === digits ? code.replace(/^0+/, '') : code)),
  'totp/codes-compared-as-numbers': breaks('totp-login/refuses-code-as-number')
    .says('TOTP codes are compared as numbers: leading zeros do not matter.')
    .with(changesCode, (code, digits) =>
      /^[0-9]+$/.test(code) ? String(Number(code)).padStart(digits, '0') : code,
    ),
  'totp/window-of-two-minutes': breaks('totp-login/window-is-a-minute-at-most')
    .says('TOTP codes of up to two minutes before and after now are accepted.')
    .rules(({ totp }) => ({ totp: { ...totp, stepsBack: 4, stepsAhead: 4 } })),
  'totp/only-last-step-remembered': breaks('totp-login/refuses-replay-after-newer-code')
    .says('Only the last accepted TOTP code is refused as a replay.')
    .by(({ rules }) => {
      const last = new Map<TotpKey, number>();
      rules.isReplay = (step, key) => {
        if (last.get(key) === step) return true;
        last.set(key, step);
        return false;
      };
    }),
  'totp/used-codes-forgotten-with-sessions': breaks('totp-login/refuses-replay')
    .says("Ending a user's sessions makes their TOTP codes valid again.")
    .answers('DeleteSession', ({ status }, _, { state }) => {
      if (status < 300) forgetUses(state.userKeys);
    }),
  'totp/replay-race': breaks('totp-login/refuses-replay-in-parallel')
    .says('A TOTP code counts as used only after its login was answered.')
    .by((seams) => {
      const settled = new Map<TotpKey, Set<number>>();
      seams.rules.isReplay = (step, key) => settled.get(key)?.has(step) ?? false;
      seams.answer(
        ['CreateSession', 'UpdateSupportMFAConfig', 'VerifySupportUserTotp'],
        async (_, call, world) => {
          const { userKeys, support } = world.state;
          const keys = support.key === undefined ? userKeys : [...userKeys, support.key];
          if (call.operation === 'CreateSession' && own(call.body, 'otpCode') !== undefined) {
            await pause(60);
          }
          for (const key of keys) settled.set(key, new Set(key.acceptedSteps));
        },
      );
    }),
  'totp/junk-is-500': breaks('totp-login/refuses-junk', 'sessions/any-body-is-handled')
    .says('A login with a code that is not a number answers 500.')
    .refusals('CreateSession', (answer, call) => {
      const isJunk = /[^0-9]|^$/.test(text(call.body, 'otpCode') ?? '0');
      if (isJunk && own(call.body, 'otpType') === 'totp') answer.status = 500;
    }),
  'totp/empty-code-accepted': breaks('totp-login/refuses-junk')
    .says('A login with an empty TOTP code opens a session.')
    .edits('CreateSession', (body, _call, world) => {
      const key = keysOf(userNamed(body, world)?.username, world.state).at(-1);
      if (key === undefined || text(body, 'otpCode') !== '' || own(body, 'otpType') !== 'totp') return;
      key.acceptedSteps.clear();
      return { otpCode: codeOf(key, world) };
    }),
  'login/local-clients-need-no-code': breaks('totp-login/forwarded-header-skips-no-code')
    .says('A client whose X-Forwarded-For is 127.0.0.1 needs no code.')
    .with(asksNoCode, (_body, call) => header(call, 'x-forwarded-for') === '127.0.0.1'),
  'login/all-types-enabled': breaks('totp-login/refused-while-only-email-is-enabled')
    .and('email-login/refused-while-only-totp-is-enabled')
    .says('Codes of every type are accepted, even of types that authenticationTypes lacks.')
    .wraps('mechanismEnabled', () => true),
  'login/type-checked-in-small-letters': breaks('totp-login/refused-while-only-email-is-enabled')
    .and('email-login/refused-while-only-totp-is-enabled')
    .says('A code of a type that is not enabled is accepted if its otpType has capitals.')
    .by((seams) => {
      const typeIn = (body: Json | undefined) => text(body, 'otpType');
      const otherwise = seams.noted('CreateSession', (body) => typeIn(body) !== typeIn(body)?.toLowerCase());
      seams.edit('CreateSession', (body) => otherwise() && { otpType: typeIn(body)?.toLowerCase() ?? null });
      seams.wrap('mechanismEnabled', (enabled, ...asked) => otherwise() === true || enabled(...asked));
    }),
  'login/keys-end-with-their-type': breaks('totp-login/keys-are-retained-where-told')
    .says('A PUT /mfa-config without the type totp deletes all TOTP keys.')
    .wraps('forgetsKeys', (forgetsKeys, before, after) => {
      const isNarrowed = after.enabled && !after.authenticationTypes?.includes('totp');
      return isNarrowed || forgetsKeys(before, after);
    }),
  'login/keys-always-forgotten': breaks('totp-login/keys-are-retained-where-told')
    .says('After cluster MFA was off users have to enrol again, even with retainUserMfaSettings true.')
    .wraps('forgetsKeys', (_earlier, before, after) => before.enabled && !after.enabled),
  'totp-login/code-of-an-empty-secret-opens': breaks('totp-login/refuses-password-alone-without-key')
    .says('A user without a key logs in with the code of an empty secret.')
    .wraps('loginKeys', (loginKeys, user, world) => {
      const keys = loginKeys(user, world);
      return keys.length === 0 ? [emptyKey(world.rules)] : keys;
    }),
  'totp-login/no-key-no-code': breaks('totp-login/refuses-password-alone-without-key')
    .says('While TOTP alone is enabled, a user without a key is asked for no code.')
    .wraps('asksForCode', (asksForCode, user, world) => {
      const mayEnrol = world.state.cluster.authenticationTypes?.includes('email') === false;
      const isEnrolled = keysOf(user.username, world.state).length > 0;
      return (isEnrolled || !mayEnrol) && asksForCode(user, world);
    }),
  'totp-login/new-key-by-api-key-suspends-codes': breaks('totp-login/key-by-api-key-needs-codes')
    .says('A user whose new TOTP key was made by API key needs no code until its first one.')
    .by((seams) => {
      const byApiKey = new Set<TotpKey>();
      seams.answer('CreateTotpKey', ({ status }, call, { state }) => {
        const made = state.userKeys.at(-1);
        if (status < 300 && made !== undefined && header(call, 'apikey') !== undefined) byApiKey.add(made);
      });
      seams.wrap('asksForCode', (asksForCode, user, world) => {
        const newest = keysOf(user.username, world.state).at(-1);
        const isUnused = newest !== undefined && byApiKey.has(newest) && newest.acceptedSteps.size === 0;
        return !isUnused && asksForCode(user, world);
      });
    }),
  'totp-login/mail-login-forgets-used-codes': breaks('totp-login/refuses-replay')
    .says('After any login attempt with a mailed code, used TOTP codes are accepted again.')
    .answers('CreateSession', (_answer, call, { state }) => {
      if (text(call.body, 'otpType') === 'email') forgetUses(keysOf(text(call.body, 'username'), state));
    }),
  'login/keys-never-forgotten': breaks('totp-login/keys-are-forgotten-where-told')
    .says('Keys stay when cluster MFA is switched off with retainUserMfaSettings false.')
    .wraps('forgetsKeys', () => false),
  'login/first-step-session-writes-config': breaks('totp-login/first-step-session-changes-nothing')
    .says('The password alone gets a session that changes cluster MFA as the admin and reads nothing.')
    .with(firstStepChanges, 'UpdateMFAConfig', (_user, { admin }) => admin),
  'login/first-step-session-writes-as-its-user': breaks('totp-login/first-step-session-changes-nothing')
    .says('The password alone gets a session that changes cluster MFA and reads nothing.')
    .with(firstStepChanges, 'UpdateMFAConfig', (user) => user),
  'login/first-step-session-patches-as-its-user': breaks('totp-login/first-step-session-changes-nothing')
    .says("The password alone gets a session that changes the support user's MFA and reads nothing.")
    .with(firstStepChanges, 'UpdateSupportMFAConfig', (user) => user),
});
