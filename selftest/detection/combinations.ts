// Targets differ in several ways at once, so variants are tried together if they don't contradict each other.
// Each variant is in at least one item. `npm run prove --alone` also tries each variant alone.
const items = `
- slow totp-8-digits-60s-sha256 mail-slow wrong-codes-slowed
- put-read-after-300ms proxy-in-front patch-replaces address-kept-after-disabling extra-properties
  types-in-any-order members-in-any-order connection-closed
- rate-limit login-in-two-steps access-tokens-absent lock-out-after-5
- other-methods-are-404 nothing-to-prove-is-404
- refuses-with-422 errors-with-code-only optional-null charset-missing names-in-any-case
- refuses-with-403 errors-with-message-only optional-absent unknown-properties-rejected
  one-code-of-a-user-in-a-step
- refuses-with-404 messages-with-request-id chunked head-not-allowed mail-code-in-subject-only
- totp-without-window clock-behind mail-limit-after-5 mail-notice-of-wrong-password
- totp-two-steps-each-side totp-steps-only-forward clock-ahead wrong-totp-is-4xx sessions-end-with-a-switch
  wrong-codes-slowed-step-by-step
- mail-html-base64 mail-unrelated email-otp-hides-accounts codes-spent-by-wrong-password one-session-for-each-user
- mail-quoted-printable email-otp-needs-credential several-totp-keys early-hints wrong-code-ends-the-proof
  cluster-mfa-on-by-email-at-first
- cluster-mfa-on-at-first support-mfa-on-at-first sessions-end-after-15-minutes no-op-is-422 retain-shown-as-false
  types-empty-while-off
- field-sessions-only field-errors field-nginx-404 field-cookie-too field-slow
- field-tokens-only field-authtypes-null field-429-plain no-change-while-off
- field-503-plain limit-page-413 address-proven-first mail-same-code-again users-by-address-too
  field-session-limit-untold
- codes-while-mfa-is-on-only sessions-end-with-a-switch credentials-in-padded-base64
  content-ends-with-the-connection
- field-tokens-without-codes field-support-email-kept unavailable-now-and-then
- user-without-privileges keys-stand-for-no-user address-proven-by-mail login-voids-mailed-code codes-in-groups
  refusals-close-the-connection
- address-in-any-case mail-codes-end-after-two-minutes mail-notice-to-another unused-totp-key-again
- sessions-by-cookie-only odd-requests-end-the-connection compressed continue-unasked
- keys-in-force-late null-keeps-what-is reads-without-answer-now-and-then web-server-before-the-api
- locks-not-allowed lock-out-after-5 nulls-before-the-first-put-only address-in-part odd-paths-unanswered
- support-lock-in-disguise keys-by-secret-only mail-quotes-the-former type-page-415 pending-key-again
- field-session-limit-3 field-first-step one-code-of-a-user-in-a-step
- field-cookie-too field-session-limit-3 enforced-after-a-second
- field-session-limit field-first-step-strict field-email-not-set-up
- field-lock-minutes-3 field-user-exempt mail-code-of-capitals field-first-step-reads-support-mfa
- field-lock-minutes field-first-step-cookie node-in-a-cookie
- field-email-by-tokens field-domain-always-mfa
- patch-answers-new-key-only state-not-shown access-token-without-type secret-in-groups trailing-commas-taken
  enforced-after-a-second retain-not-shown one-put-at-a-time
- totp-key-without-id-and-name uri-with-counter key-name-in-the-label credentials-hexadecimal
  sessions-end-after-a-second no-op-is-409 types-not-shown-while-off access-tokens-absent-in-html
  cluster-mfa-on-by-email-at-first
- token-with-spare-bits support-totp-on-after-first-code one-code-of-the-support-user-in-a-step
  sessions-end-with-a-key keys-by-uri-only odd-requests-end-the-connection
- codes-in-the-second-step-only errors-of-nulls support-password-for-every-change one-code-of-a-user-in-a-step
- second-step-by-its-own-mail one-code-of-a-user-in-a-step
- two-nodes
- restarts-after-a-switch
- mail-comes-twice mail-code-of-letters-and-digits sessions-end-with-a-support-change salesforce-out-of-reach
  one-begun-login-for-each-user web-page-404 compressed-on-request retain-shown-as-false types-empty-while-off
  salesforce-is-501 missing-body-is-empty
- no-second-step wrong-code-voids-mailed-one otp-type-by-the-code keys-by-secret-only support-password-not-asked
- support-lock-for-minutes two-totp-keys patch-replaces-while-off
- twelve-mails-in-ten-minutes chunked
- locks-are-423 members-in-any-order one-change-at-a-time key-when-switched-on one-key-slot-per-user
- mail-when-switched-on connection-closed optional-absent
- one-mail-a-minute-untold mail-html-base64 types-in-any-order chunked key-names-made-unique
`;

export const combinations: readonly (readonly [string, ...string[]])[] = items
  .split(/^- /m)
  .slice(1)
  .map((item) => {
    const [first = '', ...others] = item.trim().split(/\s+/);
    return [first, ...others];
  });

/** Slow answers, and waits for both of two nodes, make a run take ten minutes. `npm run prove --sample` omits those. */
export const isQuick = (ids: readonly string[]): boolean =>
  !ids.includes('two-nodes') && !ids.includes('slow');
