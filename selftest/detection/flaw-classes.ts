import { faults } from '../../emulator/faults/index.js';
import type { RequirementId } from '../../src/contract/requirements/uses.js';

/** A class of public flaws in MFA and one-time codes, and the evidence that the suite notices a target with it. */
export interface FlawClass {
  readonly flaw: string;
  /** Ids of flaws of that class (CVE, GHSA or GO), or a CWE id. */
  readonly ids: readonly string[];
  /** Requirements that turn red on a target with such a flaw: those that its faults break, and some more. */
  readonly requirements: readonly string[];
  /** The emulator's faults of that class. */
  readonly faults: readonly string[];
  /** Why there is no requirement; absent if there is one. */
  readonly notApplicable?: string;
}

const breaks = new Map(faults.map((fault) => [fault.id, fault.breaks]));

const covered = (
  flaw: string,
  ids: readonly string[],
  shown: readonly string[],
  also: readonly RequirementId[] = [],
): FlawClass => {
  const broken = shown.flatMap((id) => breaks.get(id) ?? []);
  return { flaw, ids, requirements: [...new Set([...broken, ...also])], faults: shown };
};

const without = (flaw: string, ids: readonly string[], notApplicable: string): FlawClass => ({
  flaw,
  ids,
  requirements: [],
  faults: [],
  notApplicable,
});

/** Add an entry for another class. */
export const flawClasses: readonly FlawClass[] = [
  covered(
    'A TOTP code works more than once',
    ['CVE-2015-7225', 'CVE-2025-43798', 'CVE-2026-27855', 'GHSA-96qm-hwhp-2rm8'],
    ['totp/replay-accepted', 'login/refused-replay-revives-code'],
    ['verify-totp/refuses-replay', 'email-login/code-works-once'],
  ),
  covered(
    'A used code works again in the next step, by the window for clocks that differ',
    ['CVE-2021-43177', 'CVE-2026-82470'],
    ['ways-in/used-code-counts-in-the-next-step', 'totp/only-last-step-remembered'],
  ),
  covered(
    'A used code is accepted again with white space around it',
    ['CVE-2025-6015', 'GHSA-v6r4-35f9-9rpw', 'CVE-2025-55000', 'CVE-2025-55003'],
    [
      'ways-in/used-totp-code-with-blanks',
      'ways-in/used-email-code-with-blanks',
      'verify-totp/blanks-make-it-another',
    ],
  ),
  covered(
    'One code at the same time opens several sessions, or serves several changes',
    ['CVE-2026-48505'],
    ['totp/replay-race', 'ways-in/mailed-code-race', 'verify-totp/replay-at-once', 'support/code-spent-late'],
  ),
  covered(
    'An empty code is accepted',
    ['CVE-2025-12374'],
    ['totp/empty-code-accepted', 'ways-in/code-that-is-a-list-of-nothing'],
    ['email-login/refuses-junk'],
  ),
  covered(
    'A part of a code is accepted',
    ['GHSA-rmmc-8cqj-hfp3'],
    [
      'ways-in/totp-cut-short',
      'ways-in/email-cut-short',
      'ways-in/half-a-code-verifies',
      'ways-in/code-with-more-verifies',
    ],
  ),
  covered(
    'A code or a credential that is null, a list or an object slips through',
    ['CVE-2026-114509'],
    [
      'support/list-of-mailed-codes',
      'login/null-code-opens',
      'ways-in/code-that-is-an-object',
      'ways-in/totp-any-of-a-list',
      'ways-in/session-null',
    ],
    [
      'ways-in/list-of-email-codes-opens-nothing',
      'ways-in/list-of-support-codes-verifies-nothing',
      'ways-in/list-of-support-codes-switches-nothing-off',
      'support-totp/no-change-without-proof',
    ],
  ),
  covered(
    'An empty request skips a step',
    ['CVE-2026-49448'],
    ['login/missing-body-accepted'],
    ['sessions/any-body-is-handled'],
  ),
  covered(
    'A member that the client adds to its login skips the code',
    ['CVE-2026-22594'],
    ['ways-in/member-skip-mfa', 'ways-in/member-mfa-info', 'ways-in/certificate-that-is-junk'],
  ),
  covered(
    'A code without a password is enough',
    ['CVE-2026-85984'],
    ['ways-in/totp-code-without-password', 'ways-in/email-code-without-password'],
    ['totp-login/refuses-wrong-password'],
  ),
  covered(
    'A user name in another case skips the second factor',
    ['CVE-2020-12812'],
    ['ways-in/name-in-other-case'],
  ),
  covered(
    'Another form of the user name skips the second factor',
    ['CVE-2024-12802', 'GO-2025-3859'],
    ['ways-in/name-at-domain', 'ways-in/name-after-domain', 'ways-in/name-with-blanks'],
  ),
  covered(
    'Another endpoint opens without the second factor',
    ['CVE-2026-8293', 'CVE-2026-84923', 'CVE-2025-12760'],
    [
      'ways-in/login-by-older-path',
      'login/token-by-password-alone',
      'ways-in/password-by-basic',
      'ways/slash-at-the-end-needs-no-credential',
    ],
  ),
  covered(
    'Another HTTP method evades the code, or the check of credentials',
    ['CVE-2026-94379'],
    [
      'ways-in/login-by-another-method',
      'ways/post-for-put-needs-no-credential',
      'ways/post-for-put-needs-no-privilege',
      'ways/head-needs-no-credential',
    ],
  ),
  covered('MFA is demanded by the user interface alone', ['CVE-2026-56256'], ['login/password-alone']),
  covered(
    'The second factor is not demanded, or any code will do',
    ['CVE-2026-0723', 'CVE-2025-64103'],
    ['login/password-alone', 'totp/any-code-accepted'],
  ),
  covered(
    'A session counts in full before the second factor',
    ['GHSA-xg6x-h9c9-2m83', 'CVE-2026-48896', 'CVE-2026-48897'],
    ['login/first-step-session-writes-as-its-user', 'ways-in/first-step-cookie-opens'],
  ),
  covered(
    'A login that is half done may enrol another factor',
    ['CVE-2019-16766', 'CVE-2026-111949'],
    ['ways-in/first-step-makes-a-key'],
  ),
  covered(
    'A login that is half done is shown the secret',
    ['CVE-2026-44460'],
    ['ways-in/first-step-makes-a-key'],
  ),
  covered(
    'A factor is replaced or removed without proof of the old one',
    ['CVE-2026-104106', 'CVE-2026-3429'],
    [
      'support/totp-disabled-without-code',
      'support/address-alone-changes',
      'support/email-to-totp-without-code',
      'support/codes-to-the-address-before-too',
      'support/codes-to-the-refused-address',
      'support/key-replaced-without-code',
      'ways-in/key-for-whom-the-body-names',
    ],
    ['support-totp/no-change-without-proof'],
  ),
  covered(
    'Who may do little switches MFA off for all',
    ['CVE-2025-14427'],
    [
      'access/viewer-may-update-mfa-config',
      'ways/post-for-put-needs-no-privilege',
      'login/delete-needs-no-privilege',
    ],
  ),
  covered(
    'The code comes back in an answer',
    ['CVE-2026-105211'],
    ['security/password-in-error', 'security/mailed-code-in-header', 'http/content-after-204-of-email-otp'],
  ),
  covered(
    'Guesses have no limit',
    [
      'CVE-2024-0227',
      'CVE-2025-64102',
      'CVE-2026-56450',
      'CVE-2025-60424',
      'CVE-2025-56224',
      'CVE-2025-4094',
      'CVE-2026-35597',
      'GHSA-fgfv-pv97-6cmj',
    ],
    [
      'throttle/totp-not-counted',
      'throttle/current-password-not-counted',
      'throttle/support-user-password-not-counted',
      'throttle/verify-totp-not-counted',
      'throttle/passwords-not-counted-at-sessions',
    ],
    ['email-login/wrong-codes-are-throttled'],
  ),
  covered(
    'One way in does not count wrong attempts',
    ['CVE-2026-126571', 'CVE-2026-8760'],
    ['throttle/passwords-counted-by-path', 'throttle/passwords-not-counted-at-access-tokens'],
  ),
  covered(
    'The limit on mailed codes is evaded by asking for another',
    ['CVE-2026-33640', 'CVE-2026-15210'],
    ['throttle/new-code-resets-count', 'support/older-codes-live-on'],
    ['email-login/wrong-codes-are-throttled'],
  ),
  covered(
    'A code that confirms a change is guessed without limit',
    ['CVE-2026-27801', 'GHSA-v6pg-v89r-w8wr'],
    ['throttle/mfa-codes-not-counted'],
    ['guessing/totp-as-mfa-code-is-throttled'],
  ),
  covered(
    'Guesses at the same time outrun the lock',
    ['CVE-2023-33170', 'GHSA-7h8m-vrxx-vr4m'],
    ['throttle/counts-lost-in-parallel', 'throttle/counted-by-connection'],
  ),
  covered(
    'The lock is not applied to logins by the API, or evaded by another spelling of the name',
    ['CVE-2021-22530', 'GO-2025-3855'],
    ['throttle/lock-of-one-spelling', 'throttle/totp-not-counted'],
  ),
  covered(
    "The client's forwarding header fields are trusted",
    ['CVE-2026-63439'],
    ['login/local-clients-need-no-code', 'ways-in/real-ip-is-local', 'ways-in/remote-user'],
    ['totp-login/throttle-ignores-forwarded-header'],
  ),
  covered(
    'Codes do not expire, or live on once they served',
    ['CVE-2024-8122'],
    ['mail/code-never-expires', 'support/codes-without-end', 'support/change-of-address-spends-no-code'],
  ),
  covered('Codes can be foretold', ['CVE-2023-42820'], ['mail/codes-count-up']),
  covered(
    'Session ids, tokens, reference ids or secrets can be foretold',
    ['CWE-330'],
    ['login/credentials-tell-the-time', 'support/reference-ids-count-up', 'totp/secrets-of-few-bits'],
    ['access-tokens/tokens-are-long-enough'],
  ),
  covered(
    'An old TOTP code confirms a change',
    ['CWE-613'],
    ['ways-in/code-of-minutes-switches-off', 'ways-in/old-code-switches-off'],
  ),
  covered(
    'Codes are mailed without limit',
    ['CWE-799'],
    ['throttle/mails-without-limit', 'throttle/support-mails-without-limit'],
  ),
  covered(
    'Somebody without a right password keeps a user out',
    ['CWE-645'],
    ['mail/refused-request-voids-code', 'mail/wrong-password-voids-code'],
  ),
  covered(
    'An address that is alike passes for the same one',
    ['CWE-1289'],
    ['support/tag-of-address-ignored'],
  ),
  covered(
    'An operation acts for another than the owner of the credential',
    ['CWE-863'],
    [
      'mail/send-email-otp-by-token-mails-the-admin',
      'mail/send-email-otp-by-key-mails-the-admin',
      'mail/caller-is-the-last-login',
      'totp-key/key-by-api-key-is-the-admins',
      'mfa-config/sessions-are-shown-the-first-one',
    ],
  ),
  covered(
    'A code is mailed to others, too',
    ['CWE-201'],
    ['mail/copied-to-audit', 'support/codes-to-the-address-before-too'],
  ),
  covered(
    'A change of one property changes another',
    ['CWE-471'],
    [
      'support/patch-of-address-resets-mode',
      'support/patch-of-enabled-changes-address',
      'mfa-config/part-keeps-half',
      'mfa-config/unknown-property-stores-defaults',
    ],
  ),
  covered(
    'The configuration changes by itself, or a change is lost',
    ['CWE-440'],
    [
      'sessions/totp-login-adds-a-type',
      'sessions/email-login-forgets-retain',
      'mfa-config/get-changes-it',
      'mfa-config/second-switch-off-lost',
      'mfa-config/retain-false-is-null',
      'support/changes-cluster-mfa',
      'support/new-address-is-not-stored',
    ],
  ),
  covered(
    'Values or bodies that the document does not allow are accepted',
    ['CWE-20'],
    ['support/mode-kept-as-spelt', 'mfa-config/unknown-type-stored', 'http/bytes-after-json-taken'],
  ),
  covered(
    'A request without an optional property is treated otherwise than with its default',
    ['CWE-1188'],
    ['mail/no-domain-sends-nothing', 'login/domain-required'],
  ),
  covered(
    'A property goes by another name, or has two values at once',
    ['CWE-436'],
    ['mfa-config/types-under-another-name', 'http/contrary-members'],
  ),
  covered(
    'Content is encoded otherwise than the answer says',
    ['CWE-838'],
    [
      'http/errors-compressed-undeclared',
      'http/plain-declared-compressed',
      'http/compressed-without-vary',
      'totp-key/name-escaped',
    ],
  ),
  covered(
    'An error has another form than the document gives it',
    ['CWE-394'],
    ['http/405-as-text', 'http/error-as-text'],
  ),
  covered('A documented operation is missing', ['CWE-684'], ['absent/totp-key', 'absent/verify-totp']),
  covered(
    'A request is refused and carried out',
    ['CWE-696'],
    ['http/wrong-method-is-stored', 'http/throttled-put-is-stored', 'http/unavailable-put-is-stored'],
  ),
  covered(
    'The flow of mailed codes tells which users there are',
    ['CVE-2024-0391'],
    ['mail/unknown-user-is-404'],
  ),
  covered(
    'A code is bound neither to a user nor to a session',
    ['CVE-2025-13587'],
    [
      'ways-in/callers-code-for-anybody',
      'ways-in/support-code-opens-session',
      'ways-in/users-code-switches-off',
    ],
    ['email-login/refuses-code-of-another-user'],
  ),
  covered('TOTP secrets are short', ['CVE-2021-23127'], ['totp/short-secret']),
  covered(
    'A cookie of a trusted device is given before the second factor, or can be made up',
    ['CVE-2026-76207', 'CVE-2026-109313', 'GHSA-9phw-7h96-q3rv', 'GHSA-h6mp-mc7g-mg49'],
    ['ways-in/cookie-of-a-trusted-device', 'ways-in/first-step-cookie-opens'],
  ),
  without(
    'Sessions outlive a change of MFA',
    ['CVE-2024-21722', 'CVE-2023-31140'],
    'no document says what becomes of them',
  ),
  without(
    'Recovery codes are used again, or made beforehand',
    ['CVE-2026-31875', 'CVE-2025-67507', 'CVE-2022-36071'],
    'the API has none',
  ),
  without(
    'An answer that was changed on its way is believed by the client',
    ['CVE-2026-56073'],
    "a client's flaw, not a target's",
  ),
];
