import { userNamed } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';
import type { ClusterMfa } from '../state.js';

const get = 'GetMFAConfig';
const put = 'UpdateMFAConfig';

function afterLogin(seams: Seams, type: string, change: (config: ClusterMfa) => ClusterMfa): void {
  seams.success('CreateSession', (_body, call, { state }) => {
    if (own(call.body, 'otpType') === type) state.cluster = change(state.cluster);
  });
}

export const semanticsFaults: readonly Fault[] = faultsOf({
  'sessions/totp-login-adds-a-type': breaks('sessions/totp-login-changes-no-configuration')
    .says('A login by TOTP adds email to the authentication types.')
    .with(afterLogin, 'totp', (config) => ({
      ...config,
      authenticationTypes: [...new Set([...(config.authenticationTypes ?? []), 'email'])],
    })),
  'sessions/email-login-forgets-retain': breaks('sessions/email-login-changes-no-configuration')
    .says('A login by a mailed code sets retainUserMfaSettings to false.')
    .with(afterLogin, 'email', (config) => ({ ...config, retainUserMfaSettings: false })),
  'mfa-config/sessions-are-shown-the-first-one': breaks('mfa-config/every-credential-shows-the-same')
    .says('GET /mfa-config in a session shows the configuration from the start of the target.')
    .by((seams) => {
      let first: ClusterMfa | undefined;
      const { readCluster } = seams.rules;
      seams.input('any', (_call, world) => {
        first ??= readCluster(world);
      });
      seams.success(get, (body, call) => (call.headers['session-id'] === undefined ? body : { ...first }));
    }),
  'mfa-config/every-second-switch-off-lost': breaks('mfa-config/stores-enabled')
    .says('Every second PUT /mfa-config that switches cluster MFA off is answered 204 and lost.')
    .by(({ rules }) => {
      let switches = 0;
      rules.storeCluster = (before, wanted) => {
        if (before.enabled && !wanted.enabled) switches += 1;
        return before.enabled && !wanted.enabled && switches % 2 === 0 ? before : wanted;
      };
    }),
  'mfa-config/unknown-property-stores-defaults': breaks('mfa-config/unknown-property-spoils-no-other')
    .says('PUT /mfa-config with an unknown property stores all defaults.')
    .bodies(put, (body) =>
      own(body, 'xProbe') === undefined ? body : { enabled: false, authenticationTypes: null },
    ),
  'mfa-config/types-under-another-name': breaks('http/set-values-keep-their-names')
    .says('GET /mfa-config returns authTypes instead of authenticationTypes.')
    .successes(get, ({ authenticationTypes: authTypes, ...body }) => ({
      ...body,
      authTypes: authTypes ?? null,
    })),
  'support/patch-of-address-resets-mode': breaks('support-mfa/patches-keep-or-reset-alike')
    .says('PATCH /support-user/mfa of email alone clears mfaType while support MFA is off.')
    .by((seams) => {
      const isAlone = seams.noted('UpdateSupportMFAConfig', (body) => Object.keys(body).join() === 'email');
      seams.rules.storeSupport = (_before, wanted) =>
        isAlone() && !wanted.enabled ? { ...wanted, mfaType: null } : wanted;
    }),
  'support/mode-kept-as-spelt': breaks('support-mfa/unknown-mode-is-not-stored')
    .and('support-mfa/get-answers-200')
    .says('PATCH /support-user/mfa accepts mfaType in any case and stores it as spelt.')
    .by((seams) => {
      let spelt: string | undefined;
      seams.edit('UpdateSupportMFAConfig', (body) => {
        const mode = text(body, 'mfaType');
        const known = ['email', 'totp'].find((each) => each === mode?.toLowerCase());
        spelt = known === undefined ? undefined : mode;
        return known !== undefined && { mfaType: known };
      });
      seams.rules.storeSupport = (_before, wanted) =>
        spelt === undefined || wanted.enabled ? wanted : { ...wanted, mfaType: spelt };
    }),
  'totp-key/key-by-api-key-is-the-admins': breaks('ways-in/key-of-any-credential-is-its-owners')
    .says('POST /totp-key with any API key makes a key of the admin.')
    .wraps('identify', (identify, credentials, call, world) => {
      const user = identify(credentials, call, world);
      const isByKey = call.operation === 'CreateTotpKey' && credentials.apiKey !== undefined;
      return isByKey && user !== undefined ? world.state.admin : user;
    }),
  'totp-key/name-escaped': breaks('totp-key/echoes-name')
    .says('POST /totp-key returns the name with &, < and > escaped as in HTML.')
    .shows('CreateTotpKey', (body) => {
      const name = text(body, 'totpKeyName');
      const escaped = name?.replace(/[&<>]/g, (each) => `&#${each.charCodeAt(0)};`);
      return escaped !== undefined && { totpKeyName: escaped };
    }),
  'mail/no-domain-sends-nothing': breaks('email-otp/domain-defaults-to-local')
    .says('POST /email-otp without domain answers 204 and mails nothing.')
    .wraps('recipients', (recipients, address, call, world) => {
      const body = asObject(call.body);
      const lacksDomain = own(body, 'username') !== undefined && own(body, 'domain') === undefined;
      return call.operation === 'CreateEmailOtp' && lacksDomain ? [] : recipients(address, call, world);
    }),
  'mail/caller-is-the-last-login': breaks('send-email-otp/mails-one-code-to-the-caller')
    .says('POST /send-email-otp mails the code to whoever logged in last.')
    .by((seams) => {
      let last: string | undefined;
      seams.success('CreateSession', (_body, call, world) => {
        last = userNamed(call.body, world)?.email ?? last;
      });
      const { recipients } = seams.rules;
      seams.rules.recipients = (address, call, world) =>
        call.operation === 'SendEmailOtp' ? [last ?? address] : recipients(address, call, world);
    }),
  'http/bytes-after-json-taken': breaks('http/refuses-more-than-one-json-text')
    .says('PUT /mfa-config reads only the first JSON object of a body and ignores the rest.')
    .inputs(put, (call) => {
      const first = /^\{[^{}]*\}/.exec(call.content?.toString('latin1') ?? '')?.[0];
      if (first !== undefined) call.content = call.content?.subarray(0, first.length);
    }),
  'http/405-as-text': breaks('http/405-is-error')
    .says('A method unknown to a path is answered 405 in plain text.')
    .wires('any', (answer) => {
      if (answer.status !== 405) return;
      answer.content = Buffer.from('Method Not Allowed\n');
      answer.headers = { ...answer.headers, 'content-type': 'text/plain; charset=utf-8' };
    }),
});
