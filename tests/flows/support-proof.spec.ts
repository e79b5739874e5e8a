import type {
  Answer,
  Codes,
  Credential,
  SupportConfig,
  SupportMfa,
  Users,
  Verified,
} from '../../fixtures/index.js';
import { arrange, configs, culpritOf, expect, memberOf, mfa, secrets, test } from '../../fixtures/index.js';
import { twoAddresses } from './support-addresses.js';

/** Bodies to send in this order. Together they must change nothing that needs a code. A string is raw content. */
interface Row {
  readonly what: string;
  readonly as?: Credential;
  readonly bodies: readonly (object | string)[];
}

type Proof = readonly [what: string, mfaCode: unknown];

/** Values to send in place of a code. None has six digits, which would be a guess. Add a line for another. */
const proofs: readonly Proof[] = [
  ['an empty list', []],
  ['an empty object', {}],
  ['a condition of a database', { $ne: '' }],
  ['true', true],
  ['0', 0],
];

/** Ways to weaken the current MFA without `enabled: false`. */
const withoutEnabled: readonly (readonly [what: string, ...bodies: (object | string)[]])[] = [
  ['nothing', {}],
  ['enabled null', { enabled: null }],
  ['enabled as a text', { enabled: 'false' }],
  ['enabled as a number', { enabled: 0 }],
  ['Enabled with a capital', { Enabled: false }],
  ['enabled twice', '{"enabled":true,"enabled":false}'],
  ['a state that the target alone may set', { otpVerificationState: 'kPending' }, { enabled: false }],
  [
    'another state that the target alone may set',
    { otpVerificationState: 'kNotStarted' },
    { enabled: false },
  ],
  [
    'enabled false and a state that the target alone may set',
    { enabled: false, otpVerificationState: 'kPending' },
  ],
  ['enabled false and a failed state', { enabled: false, otpVerificationState: 'kFailure' }],
  ['enabled false and a mode', { enabled: false, mfaType: 'email' }],
  ['enabled false and another mode', { enabled: false, mfaType: 'totp' }],
  ['enabled false and no mode', { enabled: false, mfaType: null }],
  ['enabled false and a reference', { enabled: false, referenceId: true }],
];

const rowsOf = (change: string, body: object, those: readonly Proof[]): readonly Row[] =>
  those.map(([proof, mfaCode]) => ({ what: `${change} with ${proof}`, bodies: [{ ...body, mfaCode }] }));

const offWithoutCode: readonly Row[] = [
  ...rowsOf('switching off', { enabled: false }, proofs),
  ...withoutEnabled.map(([what, ...bodies]) => ({ what, bodies })),
];

const byEmail = (email: string | null) => ({ enabled: true, mfaType: 'email', email });

/** @param right a valid code, sent in a list of guesses @param email another address whose mail the suite reads */
function changesWithoutCode(
  right: string,
  address: string,
  email: string,
  isDisposable: boolean,
): readonly Row[] {
  const guesses: readonly Proof[] = [
    ['a list of guesses', ['000000', '111111', right]],
    ['a list of lists', [['000000', right]]],
  ];
  return [
    ...offWithoutCode,
    ...rowsOf('switching off', { enabled: false }, guesses),
    ...rowsOf('another address', byEmail(email), guesses),
    // A target that accepts a body without a mode or address can no longer mail a code, so support MFA could not be
    // switched off again. Only disposable targets get these bodies.
    ...(isDisposable
      ? [
          { what: 'no mode', bodies: [{ mfaType: null }] },
          { what: 'no address, then another one', bodies: [byEmail(null), byEmail(email)] },
        ]
      : []),
    { what: 'enabled false and the address', bodies: [{ enabled: false, email: address }] },
    { what: 'enabled false and another address', bodies: [{ enabled: false, email }] },
    { what: 'another address alone', bodies: [{ email }] },
    { what: 'another address with Email in capitals', bodies: [{ Email: email, EMAIL: email }] },
  ];
}

test('support-email/no-change-without-proof', async ({ support, connection }) => {
  const { email: address, second } = twoAddresses(connection.target);
  await arrange(support.ensureEmail(address));
  demandRefused(await support.patch({ enabled: false }));
  demandRefused(await support.patch({ enabled: true, mfaType: 'email', email: second }));
  const { disposable } = connection.target.allow;
  const rows = changesWithoutCode(await arrange(support.mailedCode(address)), address, second, disposable);

  await expectUnchanged(
    support,
    rows,
    ({ enabled, email }) => !enabled || email !== address,
    () => support.onByEmail(address),
  );
});

type Patched = Awaited<ReturnType<SupportMfa['patch']>>;
type VerifiedBy = Verified & { readonly answer: Patched };

/** Returns the keys whose codes verify. The last key is usually the valid one: its code is tried again if refused. */
async function verifiedOf(support: SupportMfa, codes: Codes, newestFirst: readonly Patched[]) {
  const verified: VerifiedBy[] = [];
  for (const answer of newestFirst) {
    // If the test ends early, the suite needs a proven key to switch support MFA off: `hold` keeps the first.
    const isFirst = verified.length === 0;
    const authenticator = isFirst ? support.hold(answer) : secrets.handedKey(answer.fields);
    if (authenticator === undefined) throw arrange.failure('One of two keys made at once is unusable.');
    const once = async (code: string) => ({ code, answer: await support.verify(code) });
    const { code, answer: told } = await (isFirst
      ? support.proofs.prove(authenticator)
      : once(await codes.unused(authenticator)));
    if (told.fields.success === true) verified.push({ answer, authenticator, code });
  }
  return verified;
}

// The following tests share a proven key, because replacing it needs a new code.
test('support-totp/parallel-enrolments-leave-one-key', async ({ support, codes }) => {
  await arrange(support.off());
  const answers = await Promise.all([1, 2].map(() => support.patch({ enabled: true, mfaType: 'totp' })));

  const uris = answers.map(({ fields }) => secrets.handedUri(fields));
  // A target may return the same pending key for both requests.
  const withKey = answers.filter((_, at) => uris[at] !== undefined && uris.indexOf(uris[at]) === at);
  if (withKey.length === 0) throw arrange.failure('Neither of two enrolments at once gave a key.');
  // The wrong code comes before any right one, because after a right one it might change the state that GET shows.
  const wrong = await support.verify(codes.wrong(support.authenticator));
  if (wrong.fields.success === true) throw arrange.failure('Wrong codes verify as well.');
  const verified = await verifiedOf(support, codes, withKey.reverse());
  // The suite keeps the key that verified, because it must switch support MFA off with it.
  const one = verified.length === 0 ? withKey.map((answer) => ({ answer })) : [];
  for (const key of verified.length > 1 ? verified.reverse() : one) {
    support.hold(key.answer, 'code' in key ? key : undefined);
    if (await arrange.ifItCan(support.off().then(() => true))) break;
  }
  expect(verified.length).toBeAtMost(1, 'keys in force', ...answers);
});

test('support-totp/no-change-without-proof', async ({ support, users, connection }) => {
  const rows = [...offWithoutCode, ...((await arrange.ifItCan(offInSession(users))) ?? [])];
  await arrange(support.verified());
  demandRefused(await support.patch({ enabled: false }));

  await expectUnchanged(
    support,
    rows,
    ({ enabled }) => !enabled,
    () => support.verified(),
  );

  // If the target refuses a change of the mode, this refusal must not void the proof of the key. Other
  // requirements judge accepted changes.
  for (const mfaType of [...(connection.target.allow.disposable ? ['salesforce'] : []), 'totp']) {
    if ((await support.patchAny({ enabled: true, mfaType })).status < 400) return;
    expect(await support.patch({ enabled: false })).toBeRefused();
    await expect.shown(support, mfa.totpOn);
  }
});

test('support-totp/not-disabled-by-mail-to-a-new-address', async ({
  api,
  admin,
  support,
  mail,
  connection,
}) => {
  const { email, second } = twoAddresses(connection.target);
  await arrange(support.verified());
  const { email: before } = await arrange(support.read());
  const address = configs.isShownAs(before, second) ? email : second;
  const mark = await arrange(mail.mark(address));

  // If the target refuses a request or mails nothing, the test shows nothing.
  if ((await support.patch({ email: address })).status >= 400) return;
  if ((await api.call('SendSupportEmailOtp', { as: admin })).status >= 300) return;
  const mfaCode = await arrange.ifItCan(mail.codeTo(address, mark, new Set(mail.seen)));
  if (mfaCode === undefined) return;
  expect(await support.patch({ enabled: false, mfaCode })).toBeRefused();
  await expect.shown(support, mfa.totpOn);
});

async function expectUnchanged(
  support: SupportMfa,
  rows: readonly Row[],
  isBroken: (now: SupportConfig) => boolean,
  again: () => Promise<unknown>,
): Promise<void> {
  const before = await support.read();
  const switchesOn = ({ bodies }: Row) => bodies.some((body) => memberOf(body, 'enabled') === true);
  // A request that switches on would hide that an earlier one switched off. So those that switch on come last.
  for (const tries of [rows.filter((row) => !switchesOn(row)), rows.filter(switchesOn)]) {
    const found = await culpritOf({
      tries,
      send: (row) => send(support, row),
      changes: async () => {
        const after = await support.read();
        return isBroken(after) ? configs.supportChanges(before, after) : [];
      },
      again: () => arrange(again()),
    });
    const [row, ...others] = found?.tries ?? [];
    const way = others.length > 0 ? 'several of them, one after the other' : row?.what;
    if (found?.answer !== undefined) expect(found.answer).toHaveChangedNothing(found.changes, way ?? '');
  }
}

/** Returns a request that switches off in a session of the admin: the session must not replace a code. */
async function offInSession(users: Users): Promise<readonly Row[]> {
  const admin = users.admin();
  if (admin === undefined) return [];
  const as = await users.sessions.of(admin);
  return [{ what: "switching off with the admin's login", as, bodies: [{ enabled: false }] }];
}

/** @throws ArrangeError if the plain request succeeds without a code: another requirement reports this */
function demandRefused({ status }: Answer): void {
  if (status < 400) throw arrange.failure(`A change without a code was answered ${status}.`);
}

async function send(support: SupportMfa, { bodies, as }: Row): Promise<Answer> {
  const [first, ...others] = bodies.map(
    (body) => () => (typeof body === 'string' ? support.patchText(body) : support.patchAny(body, as)),
  );
  if (first === undefined) throw arrange.failure('There is nothing to send.');
  let answer = await first();
  for (const other of others) answer = await other();
  return answer;
}
