import { setTimeout as pause } from 'node:timers/promises';
import type { Call, World } from '../call.js';
import { asObject, type JsonObject, own, text } from '../json.js';
import type { Fault, Seams } from '../seams.js';
import { supportOff, supportOwner } from '../state.js';
import { hotp, stepAt } from '../totp.js';

const patch = 'UpdateSupportMFAConfig';
const verify = 'VerifySupportUserTotp';
const send = 'SendSupportEmailOtp';

/** Lets changes pass without a code, by the mfaCode that is given, and all else of the request. */
function freely(
  seams: Seams,
  isFree: (given: string | undefined, world: World, body: JsonObject, call: Call) => boolean,
): void {
  const { needsMfaCode } = seams.rules;
  let frees = (_world: World): boolean => false;
  seams.body(patch, (body, call) => {
    const asked = asObject(body);
    frees = (world) => isFree(text(asked, 'mfaCode'), world, asked, call);
    return body;
  });
  seams.rules.needsMfaCode = (before, wanted, world) => needsMfaCode(before, wanted, world) && !frees(world);
}

/** Every code that was mailed to the support user, oldest first. */
function rememberMailed(seams: Seams): string[] {
  const codes: string[] = [];
  seams.answer(send, (answer, _call, { state }) => {
    const code = state.mailCodes.findLast(({ owner }) => owner === supportOwner)?.code;
    if (answer.status === 204 && code !== undefined) codes.push(code);
  });
  return codes;
}

export const supportProofFaults: readonly Fault[] = [
  {
    id: 'support/list-of-mailed-codes',
    description: 'Of a list as mfaCode each mailed code in it is tried.',
    breaks: ['support-email/no-change-without-proof'],
    since: '6.8.1',
    apply: (seams) =>
      seams.body(patch, (body, _call, { state }) => {
        const codes = own(asObject(body), 'mfaCode');
        const mailed = state.mailCodes.filter(({ owner }) => owner === supportOwner).map(({ code }) => code);
        const right = Array.isArray(codes) ? codes.find((code) => mailed.includes(String(code))) : undefined;
        return right === undefined ? body : { ...asObject(body), mfaCode: right };
      }),
  },
  {
    id: 'support/without-enabled-is-off',
    description: 'A PATCH /support-user/mfa that leaves enabled out switches off, without a code.',
    breaks: ['support-totp/no-change-without-proof'],
    since: '6.8.1',
    apply: (seams) =>
      seams.answer(patch, (answer, call, { state }) => {
        const body = asObject(call.body);
        if (answer.status === 200 && Object.keys(body).every((name) => name === 'mfaCode'))
          state.support = supportOff;
      }),
  },
  {
    id: 'support/stays-off',
    description: 'PATCH /support-user/mfa answers that MFA is on, and leaves it off.',
    breaks: ['support-totp/get-shows-what-was-set'],
    apply: (seams) => {
      seams.rules.storeSupport = (before, wanted) =>
        wanted.enabled && !before.enabled ? { ...wanted, enabled: false } : wanted;
      seams.success(patch, (body, call) =>
        own(asObject(call.body), 'enabled') === true ? { ...body, enabled: true } : body,
      );
    },
  },
  {
    id: 'support/state-set-by-client',
    description: 'PATCH /support-user/mfa stores the otpVerificationState of the request.',
    breaks: ['support-totp/no-change-without-proof'],
    since: '7.1.2_u3',
    apply: (seams) =>
      seams.answer(patch, (answer, call, { state }) => {
        const given = own(asObject(call.body), 'otpVerificationState');
        if (answer.status !== 200 || (given !== 'kPending' && given !== 'kNotStarted')) return;
        state.support = { ...state.support, verification: given };
      }),
  },
  {
    id: 'support/off-when-the-address-is-named',
    description: 'Who names an address beside enabled false needs no code.',
    breaks: ['support-email/no-change-without-proof'],
    since: '6.8.1',
    apply: (seams) =>
      freely(
        seams,
        (_given, _world, body) => own(body, 'enabled') === false && text(body, 'email') !== undefined,
      ),
  },
  {
    id: 'support/off-when-a-mode-is-named',
    description: 'Who names the other mode beside enabled false needs no code.',
    breaks: ['support-totp/no-change-without-proof'],
    since: '6.8.1',
    apply: (seams) =>
      freely(seams, (_given, { state }, body) => {
        const mode = text(body, 'mfaType') ?? state.support.mfaType;
        return own(body, 'enabled') === false && mode !== state.support.mfaType;
      }),
  },
  {
    id: 'support/off-by-session',
    description: 'Who is logged in, rather than by an API key, needs no code to switch off.',
    breaks: ['support-totp/no-change-without-proof'],
    since: '6.8.1',
    apply: (seams) => freely(seams, (_given, _world, _body, { headers }) => headers['apikey'] === undefined),
  },
  {
    id: 'support/address-alone-changes',
    description: 'A PATCH /support-user/mfa of email alone changes the address without a code.',
    breaks: ['support-email/no-change-without-proof'],
    since: '6.8.1',
    apply: (seams) => freely(seams, (_given, _world, body) => Object.keys(body).join() === 'email'),
  },
  {
    id: 'support/tag-of-address-ignored',
    description: 'An address of the support user with a tag passes for the same one without it.',
    breaks: ['support-email/tagged-address-needs-code'],
    since: '6.8.1',
    apply: ({ rules }) => {
      const { needsMfaCode } = rules;
      const bare = (email: string | null) => email?.replace(/\+[^@]*@/, '@') ?? null;
      rules.needsMfaCode = (before, wanted, world) =>
        needsMfaCode(
          before,
          bare(wanted.email) === bare(before.email) ? { ...wanted, email: before.email } : wanted,
          world,
        );
    },
  },
  {
    id: 'support/address-cleared-without-code',
    description: 'In email mode the address is cleared without a code, and another one set after that.',
    breaks: ['support-email/no-change-without-proof'],
    since: '6.8.1',
    apply: (seams) => {
      const { needsMfaCode } = seams.rules;
      seams.rules.needsMfaCode = (before, wanted, world) =>
        needsMfaCode(before, wanted, world) && !(before.mfaType === 'email' && before.email === null);
      seams.refusal(patch, (answer, _call, { state }) => {
        if (text(asObject(answer.body), 'errorCode') !== 'KAddressMissing') return;
        if (!state.support.enabled || state.support.mfaType !== 'email') return;
        state.support = { ...state.support, email: null };
        Object.assign(answer, { status: 200, body: { enabled: true, mfaType: 'email', email: null } });
      });
    },
  },
  ...(['too', 'alone'] as const).map(
    (how): Fault => ({
      id: `support/codes-to-the-address-before-${how}`,
      description: `After a change of the address, codes go to the one before ${how === 'too' ? 'as well' : 'alone'}.`,
      breaks: ['support-email/codes-follow-the-address'],
      since: '6.8.1',
      apply: (seams) => {
        const { recipients, storeSupport } = seams.rules;
        let before: string | null = null;
        seams.rules.storeSupport = (was, wanted, world) => {
          before = was.enabled && wanted.enabled && was.email !== wanted.email ? was.email : null;
          return storeSupport(was, wanted, world);
        };
        seams.rules.recipients = (address, call, world) => {
          const own = recipients(address, call, world);
          if (call.operation !== send || before === null) return own;
          return how === 'too' ? [...own, before] : [before];
        };
      },
    }),
  ),
  {
    id: 'support/codes-to-the-refused-address',
    description: 'After a refused change of the address, codes go to the one that was refused as well.',
    breaks: ['support-email/refused-address-gets-no-code'],
    since: '6.8.1',
    apply: (seams) => {
      const { recipients } = seams.rules;
      let refused: string | undefined;
      seams.answer(patch, (answer, call) => {
        refused = answer.status === 403 ? text(asObject(call.body), 'email') : undefined;
      });
      seams.rules.recipients = (address, call, world) => [
        ...recipients(address, call, world),
        ...(call.operation === send && refused !== undefined ? [refused] : []),
      ];
    },
  },
  {
    id: 'support/change-of-address-spends-no-code',
    description: 'A mailed code that changed the address does for the next change, too.',
    breaks: ['support-email/code-serves-one-change'],
    since: '6.8.1',
    apply: (seams) => {
      let spent: string | undefined;
      freely(seams, (given) => given !== undefined && given === spent);
      seams.answer(patch, (answer, call) => {
        const body = asObject(call.body);
        if (answer.status === 200)
          spent = own(body, 'email') === undefined ? undefined : text(body, 'mfaCode');
      });
    },
  },
  {
    id: 'support/code-spent-late',
    description: 'A mailed code that made a change does for another one at the same time.',
    breaks: ['support-email/code-serves-one-change-of-two-at-once'],
    since: '6.8.1',
    apply: (seams) => {
      let spent: string | undefined;
      freely(seams, (given) => given !== undefined && given === spent);
      seams.answer(patch, async (answer, call) => {
        if (answer.status !== 200) return;
        spent = text(asObject(call.body), 'mfaCode');
        await pause(30);
        spent = undefined;
      });
    },
  },
  {
    id: 'support/older-codes-live-on',
    description: 'A mailed code does as mfaCode although a newer one was mailed.',
    breaks: ['support-email/newer-code-voids-older'],
    since: '6.8.1',
    apply: (seams) => {
      const codes = rememberMailed(seams);
      freely(seams, (given, { state }) => {
        const isMail = state.support.mfaType === 'email';
        return isMail && given !== undefined && codes.slice(-2, -1).includes(given);
      });
      seams.success(patch, (body) => {
        codes.length = 0;
        return body;
      });
    },
  },
  {
    id: 'support/codes-without-end',
    description: 'A mailed code does as mfaCode however old it is.',
    breaks: ['support-email/code-expires'],
    since: '6.8.1',
    apply: (seams) => {
      const codes = rememberMailed(seams);
      freely(seams, (given, { state }) => {
        const isMail = state.support.mfaType === 'email';
        return isMail && given !== undefined && given === codes.at(-1);
      });
      seams.success(patch, (body) => {
        codes.length = 0;
        return body;
      });
    },
  },
  {
    id: 'support/email-to-totp-without-code',
    description: 'Support MFA is switched from mail to TOTP without mfaCode.',
    breaks: ['support-email/mode-not-changed-without-code'],
    since: '6.8.1',
    apply: (seams) => {
      const { needsMfaCode } = seams.rules;
      seams.rules.needsMfaCode = (before, wanted, world) =>
        needsMfaCode(before, wanted, world) &&
        !(wanted.enabled && wanted.mfaType === 'totp' && before.mfaType === 'email');
    },
  },
  {
    id: 'support/live-code-shown',
    description: 'GET /support-user/mfa shows a code that was mailed to the support user and not used yet.',
    breaks: ['security/no-secret-echoed'],
    apply: (seams) =>
      seams.success('GetSupportMFAConfig', (body, _call, { state }) => {
        const live = state.mailCodes.findLast(({ owner, uses }) => owner === supportOwner && uses === 0);
        return live === undefined ? body : { ...body, mfaCode: live.code };
      }),
  },
  {
    id: 'support/several-addresses',
    description: 'Whatever has an @ in it is stored as the address.',
    breaks: ['support-email/address-is-one'],
    apply: ({ rules }) => {
      rules.isAddress = (address) => address.includes('@');
    },
  },
  {
    id: 'support/email-without-address',
    description: 'Support MFA is switched on by mail although there is no address.',
    breaks: ['support-email/not-on-without-an-address'],
    apply: (seams) => {
      const { needsMfaCode } = seams.rules;
      seams.rules.needsMfaCode = (before, wanted, world) =>
        needsMfaCode(before, wanted, world) && !(before.mfaType === 'email' && before.email === null);
      seams.refusal(patch, (answer, _call, { state }) => {
        if (text(asObject(answer.body), 'errorCode') !== 'KAddressMissing') return;
        state.support = { ...supportOff, enabled: true, mfaType: 'email' };
        const { enabled, mfaType, email } = state.support;
        Object.assign(answer, { status: 200, body: { enabled, mfaType, email } });
      });
    },
  },
  {
    id: 'verify-totp/blanks-make-it-another',
    description: 'A used code is taken again where there are blanks around it.',
    breaks: ['verify-totp/refuses-used-code-with-blanks'],
    apply: (seams) => verifyAs(seams, (given, right) => given !== right && given.trim() === right),
  },
  {
    id: 'verify-totp/replay-at-once',
    description: 'One code verifies several times at the same time.',
    breaks: ['verify-totp/refuses-replay-in-parallel'],
    apply: (seams) => {
      let accepted: string | undefined;
      seams.answer(verify, async (answer, call) => {
        const given = text(asObject(call.body), 'totpCode');
        if (given !== undefined && given === accepted) answer.body = { success: true };
        if (own(asObject(answer.body), 'success') !== true) return;
        accepted = given;
        await pause(30);
        accepted = undefined;
      });
    },
  },
];

/** Takes for right what is like a right code; steps of one before and after, too. */
function verifyAs(seams: Seams, isLike: (given: string, right: string) => boolean): void {
  seams.answer(verify, (answer, call, { state, clock }) => {
    const given = text(asObject(call.body), 'totpCode') ?? '';
    const { key } = state.support;
    if (key === undefined || call.caller?.privileges.includes('CLUSTER_MODIFY') !== true) return;
    const now = clock.now();
    const step = stepAt(now, key.parameters.period);
    const codes = [step - 1, step, step + 1].map((at) => hotp(key.secret, at, key.parameters));
    if (codes.some((right) => isLike(given, right))) {
      answer.status = 200;
      answer.body = { success: true };
    }
  });
}
