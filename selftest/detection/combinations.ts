/**
 * Variants that are tried together as well: targets differ in several ways at once. Each line holds ways that
 * don't contradict each other.
 */
export const combinations: readonly (readonly string[])[] = [
  ['refuses-with-422', 'errors-with-code-only', 'optional-null', 'charset-missing'],
  ['refuses-with-403', 'errors-with-message-only', 'optional-absent', 'unknown-properties-rejected'],
  ['totp-8-digits-60s-sha256', 'totp-without-window', 'clock-behind'],
  ['totp-two-steps-each-side', 'totp-steps-only-forward', 'clock-ahead', 'wrong-totp-is-4xx'],
  ['mail-html-base64', 'mail-unrelated', 'mail-slow', 'email-otp-hides-accounts'],
  ['mail-quoted-printable', 'email-otp-needs-credential', 'several-totp-keys'],
  ['patch-replaces', 'address-kept-after-disabling', 'put-read-after-300ms', 'extra-properties'],
  ['login-in-two-steps', 'access-tokens-absent', 'lock-out-after-5', 'rate-limit'],
  ['connection-closed', 'chunked', 'head-not-allowed', 'refuses-with-404'],
];
