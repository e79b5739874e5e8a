import { setTimeout as pause } from 'node:timers/promises';
import { changesFreely, codeOf, keepsAddress, verifyAlso } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { breaks, type Fault, faultsOf, faultsSince, type Seams } from '../seams.js';
import { type SupportMfa, supportOff, supportOwner } from '../state.js';

const patch = 'UpdateSupportMFAConfig';
const verify = 'VerifySupportUserTotp';
const send = 'SendSupportEmailOtp';

/** `which` picks the right mfaCode among the codes mailed since the last change, oldest first. */
function takesMailed(seams: Seams, which: (codes: readonly string[]) => string | undefined): void {
  let codes: readonly string[] = [];
  seams.answer(send, (answer, _call, { state }) => {
    const code = state.mailCodes.findLast(({ owner }) => owner === supportOwner)?.code;
    if (answer.status === 204 && code !== undefined) codes = [...codes, code];
  });
  changesFreely(
    seams,
    ({ given, before }) => before.mfaType === 'email' && given !== undefined && given === which(codes),
  );
  seams.success(patch, () => {
    codes = [];
  });
}

/** PATCH /support-user/mfa to email succeeds without an address. `accept` returns the configuration to store. */
function withoutAddress(seams: Seams, accept: (now: SupportMfa) => SupportMfa | undefined): void {
  changesFreely(seams, ({ before }) => before.mfaType === 'email' && before.email === null);
  seams.refusal(patch, (answer, _call, { state }) => {
    const isMissing = text(answer.body, 'errorCode') === 'KAddressMissing';
    const stored = isMissing ? accept(state.support) : undefined;
    if (stored === undefined) return;
    state.support = stored;
    Object.assign(answer, { status: 200, body: { enabled: true, mfaType: 'email', email: null } });
  });
}

/** After a change of the address, `most` codes go to the old address. `isBoth`: to the new one too. */
function mailsEarlier(seams: Seams, isBoth: boolean, most = Number.POSITIVE_INFINITY): void {
  let sent = 0;
  let before: string | null = null;
  seams.wrap('storeSupport', (storeSupport, was, wanted, world) => {
    before = was.enabled && wanted.enabled && was.email !== wanted.email ? was.email : null;
    sent = 0;
    return storeSupport(was, wanted, world);
  });
  seams.wrap('recipients', (recipients, address, call, world) => {
    const own = recipients(address, call, world);
    if (call.operation !== send || before === null || sent >= most) return own;
    sent += 1;
    return isBoth ? [...own, before] : [before];
  });
}

/** A new address needs no code if it differs from the old one only in what `of` leaves out. */
const comparesAddresses = (seams: Seams, of: (email: string) => string) =>
  seams.wrap('needsMfaCode', (needsMfaCode, before, wanted, world) => {
    const [was, is] = [before, wanted].map(({ email }) => email && of(email));
    return needsMfaCode(before, was === is ? { ...wanted, email: before.email } : wanted, world);
  });

const single = faultsOf({
  'support/stays-off': breaks('support-totp/get-shows-what-was-set')
    .says('PATCH /support-user/mfa answers enabled true but leaves support MFA off.')
    .by((seams) => {
      seams.rules.storeSupport = (before, wanted) =>
        wanted.enabled && !before.enabled ? { ...wanted, enabled: false } : wanted;
      seams.show(patch, (_body, call) => own(call.body, 'enabled') === true && { enabled: true });
    }),
  'support/state-set-by-client': breaks('support-totp/no-change-without-proof')
    .since('7.1.2_u3')
    .says('PATCH /support-user/mfa stores the otpVerificationState of the request.')
    .answers(patch, (answer, call, { state }) => {
      const given = own(call.body, 'otpVerificationState');
      if (answer.status !== 200 || (given !== 'kPending' && given !== 'kNotStarted')) return;
      state.support = { ...state.support, verification: given };
    }),
  'support/failed-state-needs-no-code': breaks('support-totp/no-change-without-proof')
    .since('7.1.2_u3')
    .says('PATCH /support-user/mfa switches off without a code if its otpVerificationState is kFailure.')
    .refusals(patch, (answer, call, { state }) => {
      if (own(call.body, 'enabled') !== false || own(call.body, 'otpVerificationState') !== 'kFailure')
        return;
      state.support = { ...state.support, enabled: false };
      Object.assign(answer, { status: 200, body: { enabled: false } });
    }),
  'support/live-code-shown': breaks('security/no-secret-echoed')
    .says('GET /support-user/mfa shows an unused code that was mailed to the support user.')
    .shows('GetSupportMFAConfig', (_body, _call, { state }) => {
      const live = state.mailCodes.findLast(({ owner, uses }) => owner === supportOwner && uses === 0);
      return live !== undefined && { mfaCode: live.code };
    }),
  'support/several-addresses': breaks('support-email/address-is-one')
    .says('Any text with an @ in it is stored as the address.')
    .wraps('isAddress', (_earlier, address) => address.includes('@')),
  'support/email-without-address': breaks('support-email/not-on-without-an-address')
    .says('Support MFA can be switched on by e-mail without an address.')
    .with(withoutAddress, () => ({ ...supportOff, enabled: true, mfaType: 'email' })),
  'verify-totp/blanks-make-it-another': breaks('verify-totp/refuses-used-code-with-blanks')
    .says('A used code is accepted again with blanks around it.')
    .with(verifyAs, (given, right) => given !== right && given.trim() === right),
  'verify-totp/tells-the-right-code': breaks('security/no-secret-echoed')
    .says('POST /support-user/verify-totp answers a wrong code with the right one.')
    .shows(verify, (body, _call, world) => {
      const { key } = world.state.support;
      return body['success'] === false && key !== undefined && { message: `expected ${codeOf(key, world)}` };
    }),
  'verify-totp/decimal-makes-it-another': breaks('verify-totp/refuses-used-code-with-blanks')
    .says('A used code is accepted again with .0 after it.')
    .with(verifyAs, (given, right) => given === `${right}.0`),
  'verify-totp/replay-at-once': breaks('verify-totp/refuses-replay-in-parallel')
    .says('One code verifies several concurrent requests.')
    .by((seams) => {
      let accepted: string | undefined;
      seams.answer(verify, async (answer, call) => {
        const given = text(call.body, 'totpCode');
        if (given !== undefined && given === accepted) answer.body = { success: true };
        if (own(answer.body, 'success') !== true) return;
        accepted = given;
        await pause(30);
        accepted = undefined;
      });
    }),
});

const since681 = faultsSince('6.8.1', {
  'support/list-of-mailed-codes': breaks('support-email/no-change-without-proof')
    .says('PATCH /support-user/mfa accepts a list of codes as mfaCode if one of them is right.')
    .edits(patch, (body, _call, { state }) => {
      const codes = own(body, 'mfaCode');
      const mailed = state.mailCodes.filter(({ owner }) => owner === supportOwner).map(({ code }) => code);
      const right = Array.isArray(codes) ? codes.find((code) => mailed.includes(String(code))) : undefined;
      return right !== undefined && { mfaCode: right };
    }),
  'support/without-enabled-is-off': breaks('support-totp/no-change-without-proof')
    .says('A PATCH /support-user/mfa without enabled switches support MFA off without a code.')
    .answers(patch, (answer, call, { state }) => {
      const body = asObject(call.body);
      if (answer.status === 200 && Object.keys(body).every((name) => name === 'mfaCode'))
        state.support = supportOff;
    }),
  'support/off-when-the-address-is-named': breaks('support-email/no-change-without-proof')
    .says('A request with enabled false and an address needs no code.')
    .with(changesFreely, ({ body }) => own(body, 'enabled') === false && text(body, 'email') !== undefined),
  'support/off-when-a-mode-is-named': breaks('support-totp/no-change-without-proof')
    .and('support-email/no-change-without-proof')
    .says('A request with enabled false and the other mode needs no code.')
    .with(changesFreely, ({ body, world: { state } }) => {
      const mode = text(body, 'mfaType') ?? state.support.mfaType;
      return own(body, 'enabled') === false && mode !== state.support.mfaType;
    }),
  'support/off-by-session': breaks('support-totp/no-change-without-proof')
    .says('A caller with a session instead of an API key switches support MFA off without a code.')
    .with(changesFreely, ({ call }) => call.headers['apikey'] === undefined),
  'support/address-alone-changes': breaks('support-email/no-change-without-proof')
    .says('A PATCH /support-user/mfa of email alone changes the address without a code.')
    .with(changesFreely, ({ body }) => Object.keys(body).join() === 'email'),
  'support/tag-of-address-ignored': breaks('support-email/tagged-address-needs-code')
    .says('A tagged address counts as the same address without the tag.')
    .with(comparesAddresses, (email) => email.replace(/\+[^@]*@/, '@')),
  'support/domain-of-address-ignored': breaks('support-email/address-not-changed-without-code')
    .says('An address at another domain counts as the same address.')
    .with(comparesAddresses, (email) => email.replace(/@.*/, '')),
  'support/address-cleared-without-code': breaks('support-email/no-change-without-proof')
    .says('In email mode the address can be cleared without a code, and then set to another one.')
    .with(withoutAddress, (now) =>
      now.enabled && now.mfaType === 'email' ? { ...now, email: null } : undefined,
    ),
  'support/codes-to-the-refused-address': breaks('support-email/refused-address-gets-no-code')
    .says('After a refused change of the address, codes also go to the refused one.')
    .by((seams) => {
      let refused: string | undefined;
      seams.answer(patch, (answer, call) => {
        refused = answer.status === 403 ? text(call.body, 'email') : undefined;
      });
      seams.wrap('recipients', (recipients, address, call, world) => [
        ...recipients(address, call, world),
        ...(call.operation === send && refused !== undefined ? [refused] : []),
      ]);
    }),
  'support/change-of-address-spends-no-code': breaks('support-email/code-serves-one-change')
    .says('A mailed code that changed the address also serves the next change.')
    .by((seams) => {
      let spent: string | undefined;
      changesFreely(seams, ({ given }) => given !== undefined && given === spent);
      seams.answer(patch, (answer, call) => {
        const body = asObject(call.body);
        if (answer.status === 200)
          spent = own(body, 'email') === undefined ? undefined : text(body, 'mfaCode');
      });
    }),
  'support/code-spent-late': breaks('support-email/code-serves-one-change-of-two-at-once')
    .says('A mailed code that made a change also serves a concurrent change.')
    .by((seams) => {
      let spent: string | undefined;
      changesFreely(seams, ({ given }) => given !== undefined && given === spent);
      seams.answer(patch, async (answer, call) => {
        if (answer.status !== 200) return;
        spent = text(call.body, 'mfaCode');
        await pause(30);
        spent = undefined;
      });
    }),
  'support/older-codes-live-on': breaks('support-email/newer-code-voids-older')
    .says('An older mailed code is accepted as mfaCode after a newer one was mailed.')
    .with(takesMailed, (codes) => codes.at(-2)),
  'support/older-codes-revive': breaks('support-email/newer-code-voids-older')
    .says('Once support MFA was switched off, older mailed codes are accepted as mfaCode again.')
    .by((seams) => {
      let mailed: string[] = [];
      const revived = new Set<string>();
      seams.answer(send, (_answer, _call, { state }) => {
        mailed.push(state.mailCodes.findLast(({ owner }) => owner === supportOwner)?.code ?? '');
      });
      seams.success(patch, (_body, _call, { state }) => {
        if (state.support.enabled) return;
        for (const code of mailed.slice(0, -1)) if (code !== '') revived.add(code);
        mailed = [];
      });
      changesFreely(seams, ({ given }) => given !== undefined && revived.has(given));
    }),
  'support/voided-code-revives': breaks('support-email/newer-code-voids-older')
    .says('Once support MFA was switched off, the mailed code before the last is accepted again.')
    .by((seams) => {
      const mailed: string[] = [];
      let revived: string | undefined;
      seams.answer(send, (_answer, _call, { state }) => {
        mailed.push(state.mailCodes.findLast(({ owner }) => owner === supportOwner)?.code ?? '');
      });
      seams.success(patch, (_body, _call, { state }) => {
        if (!state.support.enabled) revived = mailed.at(-2) ?? revived;
      });
      changesFreely(seams, ({ given }) => given !== undefined && given === revived);
    }),
  'support/codes-without-end': breaks('support-email/code-expires')
    .says('A mailed code is accepted as mfaCode however old it is.')
    .with(takesMailed, (codes) => codes.at(-1)),
  'support/new-address-is-not-stored': breaks('support-email/codes-follow-the-address')
    .and('support-email/address-changed-with-mailed-code')
    .says('A change of the address returns the new address but keeps the earlier one.')
    .with(keepsAddress, () => undefined),
  'support/email-to-totp-without-code': breaks('support-email/mode-not-changed-without-code')
    .says('Support MFA is switched from mail to TOTP without mfaCode.')
    .with(
      changesFreely,
      ({ before, wanted }) => wanted.enabled && wanted.mfaType === 'totp' && before.mfaType === 'email',
    ),
  'support/any-code-changes-email-to-totp': breaks('support-email/mode-not-changed-without-code')
    .says('Support MFA is switched from mail to TOTP with any mfaCode.')
    .with(
      changesFreely,
      ({ given, before, wanted }) =>
        given !== undefined && wanted.enabled && wanted.mfaType === 'totp' && before.mfaType === 'email',
    ),
  'support/known-address-needs-no-code': breaks('support-email/address-not-changed-without-code')
    .and(
      'support-email/address-not-changed-with-wrong-code',
      'support-email/code-serves-one-change-of-two-at-once',
    )
    .says('An address that was in use since support MFA was switched on needs no mfaCode.')
    .by((seams) => {
      const known = new Set<string | null>();
      seams.success(patch, (_body, _call, { state: { support } }) => {
        if (!support.enabled) known.clear();
        known.add(support.email);
      });
      changesFreely(
        seams,
        ({ before, wanted }) =>
          before.enabled &&
          wanted.enabled &&
          wanted.mfaType === 'email' &&
          before.mfaType === 'email' &&
          known.has(wanted.email),
      );
    }),
  'support/codes-to-the-address-before-too': breaks('support-email/codes-follow-the-address')
    .says('After a change of the address, codes go to the earlier one as well.')
    .with(mailsEarlier, true),
  'support/codes-to-the-address-before-alone': breaks('support-email/codes-follow-the-address')
    .says('After a change of the address, codes go to the earlier one only.')
    .with(mailsEarlier, false),
  'support/first-code-to-the-address-before': breaks('support-email/codes-follow-the-address')
    .says('After a change of the address, the first code goes to the earlier one.')
    .with(mailsEarlier, false, 1),
});

export const supportProofFaults: readonly Fault[] = [...single, ...since681];

/** If `isLike` finds a code like a right one of this step, or of the step before or after, the code verifies. */
function verifyAs(seams: Seams, isLike: (given: string, right: string) => boolean): void {
  verifyAlso(
    seams,
    (given, { key }, world) =>
      key !== undefined && [-1, 0, 1].some((steps) => isLike(given, codeOf(key, world, steps))),
  );
}
