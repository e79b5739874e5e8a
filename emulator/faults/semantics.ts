import { bodies, inputs, successes, userNamed, wires } from '../deviations.js';
import { asObject, own, text } from '../json.js';
import { type Fault, faultsOf, type Seams, withRules } from '../seams.js';
import type { ClusterMfa } from '../state.js';

const get = 'GetMFAConfig';
const put = 'UpdateMFAConfig';

/** A login with a code changes the configuration of the cluster. */
function afterLogin(seams: Seams, type: string, change: (config: ClusterMfa) => ClusterMfa): void {
  seams.success('CreateSession', (_body, call, { state }) => {
    if (own(asObject(call.body), 'otpType') === type) state.cluster = change(state.cluster);
  });
}

/** Configurations that change, show or are named wrongly. */
export const semanticsFaults: readonly Fault[] = faultsOf({
  'sessions/totp-login-adds-a-type': {
    description: 'A login by TOTP adds email to the authentication types.',
    breaks: ['sessions/totp-login-changes-no-configuration'],
    apply: (seams) =>
      afterLogin(seams, 'totp', (config) => ({
        ...config,
        authenticationTypes: [...new Set([...(config.authenticationTypes ?? []), 'email'])],
      })),
  },
  'sessions/email-login-forgets-retain': {
    description: 'A login by a mailed code sets retainUserMfaSettings to false.',
    breaks: ['sessions/email-login-changes-no-configuration'],
    apply: (seams) => afterLogin(seams, 'email', (config) => ({ ...config, retainUserMfaSettings: false })),
  },
  'mfa-config/sessions-are-shown-the-first-one': {
    description: 'GET /mfa-config in a session shows the configuration from the start of the target.',
    breaks: ['mfa-config/every-credential-shows-the-same'],
    apply: (seams) => {
      let first: ClusterMfa | undefined;
      const { readCluster } = seams.rules;
      seams.input('any', (_call, world) => {
        first ??= readCluster(world);
      });
      seams.success(get, (body, call) => (call.headers['session-id'] === undefined ? body : { ...first }));
    },
  },
  'mfa-config/second-switch-off-lost': {
    description: 'The second PUT /mfa-config that switches cluster MFA off is answered 204 and lost.',
    breaks: ['mfa-config/stores-enabled'],
    apply: ({ rules }) => {
      let switches = 0;
      rules.storeCluster = (before, wanted) => {
        if (before.enabled && !wanted.enabled) switches += 1;
        return before.enabled && !wanted.enabled && switches === 2 ? before : wanted;
      };
    },
  },
  'mfa-config/unknown-property-stores-defaults': {
    description: 'PUT /mfa-config with an unknown property stores all defaults.',
    breaks: ['mfa-config/unknown-property-spoils-no-other'],
    apply: bodies(put, (body) =>
      own(asObject(body), 'xProbe') === undefined ? body : { enabled: false, authenticationTypes: null },
    ),
  },
  'mfa-config/types-under-another-name': {
    description: 'GET /mfa-config answers authTypes instead of authenticationTypes.',
    breaks: ['http/set-values-keep-their-names'],
    apply: successes(get, ({ authenticationTypes: authTypes, ...body }) => ({
      ...body,
      authTypes: authTypes ?? null,
    })),
  },
  'support/patch-of-address-resets-mode': {
    description: 'PATCH /support-user/mfa of email alone clears mfaType while support MFA is off.',
    breaks: ['support-mfa/patches-keep-or-reset-alike'],
    apply: (seams) => {
      const isAlone = seams.noted('UpdateSupportMFAConfig', (body) => Object.keys(body).join() === 'email');
      seams.rules.storeSupport = (_before, wanted) =>
        isAlone() && !wanted.enabled ? { ...wanted, mfaType: null } : wanted;
    },
  },
  'support/mode-kept-as-spelt': {
    description: 'PATCH /support-user/mfa accepts mfaType in any case and stores it as spelt.',
    breaks: ['support-mfa/unknown-mode-is-not-stored'],
    apply: (seams) => {
      let spelt: string | undefined;
      seams.body('UpdateSupportMFAConfig', (body) => {
        const mode = text(asObject(body), 'mfaType');
        const known = ['email', 'totp'].find((each) => each === mode?.toLowerCase());
        spelt = known === undefined ? undefined : mode;
        return known === undefined ? body : { ...asObject(body), mfaType: known };
      });
      seams.rules.storeSupport = (_before, wanted) =>
        spelt === undefined || wanted.enabled ? wanted : { ...wanted, mfaType: spelt };
    },
  },
  'totp-key/key-by-api-key-is-the-admins': {
    description: 'POST /totp-key with any API key makes a key of the admin.',
    breaks: ['ways-in/key-of-any-credential-is-its-owners'],
    apply: withRules(({ identify }) => ({
      identify: (credentials, call, world) => {
        const user = identify(credentials, call, world);
        const isByKey = call.operation === 'CreateTotpKey' && credentials.apiKey !== undefined;
        return isByKey && user !== undefined ? world.state.admin : user;
      },
    })),
  },
  'totp-key/name-escaped': {
    description: 'POST /totp-key answers the name with &, < and > escaped as in HTML.',
    breaks: ['totp-key/echoes-name'],
    apply: successes('CreateTotpKey', (body) => {
      const name = text(body, 'totpKeyName');
      const escaped = name?.replace(/[&<>]/g, (each) => `&#${each.charCodeAt(0)};`);
      return escaped === undefined ? body : { ...body, totpKeyName: escaped };
    }),
  },
  'mail/no-domain-sends-nothing': {
    description: 'POST /email-otp without domain answers 204 and mails nothing.',
    breaks: ['email-otp/domain-defaults-to-local'],
    apply: withRules(({ recipients }) => ({
      recipients: (address, call, world) => {
        const body = asObject(call.body);
        const lacksDomain = own(body, 'username') !== undefined && own(body, 'domain') === undefined;
        return call.operation === 'CreateEmailOtp' && lacksDomain ? [] : recipients(address, call, world);
      },
    })),
  },
  'mail/caller-is-the-last-login': {
    description: 'POST /send-email-otp mails the code to whoever logged in last.',
    breaks: ['send-email-otp/mails-one-code-to-the-caller'],
    apply: (seams) => {
      let last: string | undefined;
      seams.success('CreateSession', (_body, call, world) => {
        last = userNamed(call.body, world)?.email ?? last;
        return undefined;
      });
      const { recipients } = seams.rules;
      seams.rules.recipients = (address, call, world) =>
        call.operation === 'SendEmailOtp' ? [last ?? address] : recipients(address, call, world);
    },
  },
  'http/bytes-after-json-taken': {
    description: 'PUT /mfa-config reads only the first JSON object of a body and ignores the rest.',
    breaks: ['http/refuses-more-than-one-json-text'],
    apply: inputs(put, (call) => {
      const first = /^\{[^{}]*\}/.exec(call.content?.toString('latin1') ?? '')?.[0];
      if (first !== undefined) call.content = call.content?.subarray(0, first.length);
    }),
  },
  'http/405-as-text': {
    description: 'A method unknown to a path is answered 405 in plain text.',
    breaks: ['http/405-is-error'],
    apply: wires('any', (answer) => {
      if (answer.status !== 405) return;
      answer.content = Buffer.from('Method Not Allowed\n');
      answer.headers = { ...answer.headers, 'content-type': 'text/plain; charset=utf-8' };
    }),
  },
});
