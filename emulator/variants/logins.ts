import { Refusal } from '../call.js';
import { shownAs } from '../deviations.js';
import { asObject, isObject, text } from '../json.js';
import { conforms, type Variant, variantsOf } from '../seams.js';

export const loginVariants: readonly Variant[] = variantsOf({
  'users-by-address-too': conforms()
    .says('A user is known by the name in any case and by the e-mail address.')
    .by((seams) => {
      for (const operation of ['CreateSession', 'CreateAccessToken', 'CreateEmailOtp'] as const)
        seams.edit(operation, (body, _call, world) => {
          const given = text(body, 'username')?.toLowerCase();
          const user = world.state.users.find(({ username, email }) => given === username || given === email);
          return isObject(body) && user !== undefined && { username: user.username };
        });
    }),
  'credentials-in-padded-base64': conforms()
    .says('Session ids and access tokens are padded base64; characters after the padding are ignored.')
    .by((seams) => {
      // Two characters before an id of 32 make 34, whose base64 ends in two padding characters.
      const show = (id: string) => Buffer.from(`..${id}`).toString('base64');
      const read = (shown: string) => Buffer.from(shown, 'base64').toString().slice(2);
      for (const property of ['sessionId', 'accessToken'] as const) shownAs(seams, property, show, read);
    }),
  'otp-type-by-the-code': conforms()
    .says('A code may come without its otpType: the target compares codes of both types.')
    .edits('CreateSession', (body, _call, world) => {
      const given = asObject(body);
      const [code, username] = [text(given, 'otpCode'), text(given, 'username')];
      if (!isObject(body) || code === undefined || 'otpType' in body) return;
      const isMailed = world.state.mailCodes.some(
        (known) => known.code === code && known.owner === username && known.uses === 0,
      );
      return { otpType: isMailed ? 'email' : 'totp' };
    }),
  'sessions-end-with-a-support-change': conforms()
    .says("A change of the support user's MFA ends all sessions.")
    .successes('UpdateSupportMFAConfig', (_body, _call, { state }) => {
      state.sessions.clear();
    }),
  'sessions-end-with-a-key': conforms()
    .says('A new TOTP key ends all sessions of its user.')
    .successes('CreateTotpKey', (_body, { caller }, { state }) => {
      for (const [id, user] of state.sessions) if (user === caller) state.sessions.delete(id);
    }),
  'codes-while-mfa-is-on-only': conforms()
    .says('While cluster MFA or a type is off, its codes and TOTP keys are refused with 400.')
    .by((seams) => {
      const kinds = { CreateEmailOtp: 'email', SendEmailOtp: 'email', CreateTotpKey: 'totp' } as const;
      for (const [operation, type] of Object.entries(kinds) as [keyof typeof kinds, string][])
        seams.body(operation, (body, { caller }, world) => {
          if (operation !== 'CreateEmailOtp' && caller === undefined) return body;
          if (world.state.cluster.enabled && seams.rules.mechanismEnabled(type, world)) return body;
          throw new Refusal(400, 'KMfaDisabled', 'Multi-factor authentication is not enabled.');
        });
    }),
});
