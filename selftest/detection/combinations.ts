/**
 * Variants that are tried together: targets differ in several ways at once. Each line holds ways that don't
 * contradict each other, and each variant stands in one line at least. The tests try a part of these, `npm run prove`
 * all, and `npm run prove -- --alone` each variant by itself as well.
 */
export const combinations: readonly (readonly [string, ...string[]])[] = [
  ['slow', 'totp-8-digits-60s-sha256', 'mail-slow'],
  [
    'put-read-after-300ms',
    'patch-replaces',
    'address-kept-after-disabling',
    'extra-properties',
    'types-in-any-order',
    'connection-closed',
  ],
  ['rate-limit', 'login-in-two-steps', 'access-tokens-absent', 'lock-out-after-5'],
  ['refuses-with-422', 'errors-with-code-only', 'optional-null', 'charset-missing', 'names-in-any-case'],
  ['refuses-with-403', 'errors-with-message-only', 'optional-absent', 'unknown-properties-rejected'],
  [
    'refuses-with-404',
    'messages-with-request-id',
    'chunked',
    'head-not-allowed',
    'mail-code-in-subject-only',
  ],
  ['totp-without-window', 'clock-behind', 'mail-limit-after-5'],
  [
    'totp-two-steps-each-side',
    'totp-steps-only-forward',
    'clock-ahead',
    'wrong-totp-is-4xx',
    'sessions-end-with-a-switch',
  ],
  [
    'mail-html-base64',
    'mail-unrelated',
    'email-otp-hides-accounts',
    'codes-spent-by-wrong-password',
    'one-session-for-each-user',
  ],
  [
    'mail-quoted-printable',
    'email-otp-needs-credential',
    'several-totp-keys',
    'early-hints',
    'wrong-code-ends-the-proof',
    'cluster-mfa-on-by-email-at-first',
  ],
  ['cluster-mfa-on-at-first', 'support-mfa-on-at-first', 'sessions-end-after-15-minutes'],
  ['field-sessions-only', 'field-errors', 'field-nginx-404', 'field-cookie-too', 'field-slow'],
  ['field-tokens-only', 'field-authtypes-null', 'field-429-plain', 'no-change-while-off'],
  ['field-503-plain', 'limit-page-413', 'mail-same-code-again', 'users-by-address-too'],
  ['field-tokens-without-codes', 'field-support-email-kept'],
  ['sessions-by-cookie-only'],
  [
    'support-lock-in-disguise',
    'keys-by-secret-only',
    'mail-quotes-the-former',
    'type-page-415',
    'pending-key-again',
  ],
  ['field-session-limit-3', 'field-first-step'],
  ['field-session-limit', 'field-first-step-strict', 'field-email-not-set-up'],
  ['field-lock-minutes-3', 'field-user-exempt'],
  ['field-lock-minutes'],
  ['field-email-by-tokens', 'field-domain-always-mfa'],
  [
    'patch-answers-new-key-only',
    'state-not-shown',
    'access-token-without-type',
    'secret-in-groups',
    'trailing-commas-taken',
    'enforced-after-a-second',
    'retain-not-shown',
    'one-put-at-a-time',
  ],
  [
    'totp-key-without-id-and-name',
    'uri-with-counter',
    'credentials-hexadecimal',
    'sessions-end-after-a-second',
    'no-op-is-409',
    'types-not-shown-while-off',
    'access-tokens-absent-in-html',
  ],
  [
    'token-with-spare-bits',
    'support-totp-on-after-first-code',
    'sessions-end-with-a-key',
    'keys-by-uri-only',
  ],
  ['codes-in-the-second-step-only', 'errors-of-nulls'],
  ['two-nodes'],
  [
    'mail-comes-twice',
    'mail-code-of-letters-and-digits',
    'sessions-end-with-a-support-change',
    'web-page-404',
  ],
  ['no-second-step', 'wrong-code-voids-mailed-one', 'otp-type-by-the-code', 'keys-by-secret-only'],
];

/** Each change is waited for on both nodes, which takes ten minutes: for `npm run prove` alone. */
export const takesLong = (ids: readonly string[]): boolean => ids.includes('two-nodes');
