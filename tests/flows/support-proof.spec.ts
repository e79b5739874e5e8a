import type {
  Answer,
  Api,
  Codes,
  Credential,
  SupportConfig,
  SupportMfa,
  Verified,
} from '../../fixtures/index.js';
import { arrange, configs, culpritOf, expect, memberOf, mfa, secrets, test } from '../../fixtures/index.js';
import { twoAddresses } from './support-addresses.js';

/** Bodies to send in this order. Together they must change nothing that needs a code. A string is raw content. */
interface Row {
  readonly what: string;
  readonly as?: Credential;
  readonly bodies: readonly (object | string)[];
  readonly contentType?: string;
  /** A method that the release does not document for the path. */
  readonly method?: string;
}

const row = (what: string, ...bodies: Row['bodies']): Row => ({ what, bodies });

type Proof = readonly [what: string, mfaCode: unknown];

const rowsOf = (change: string, body: object, proofs: readonly Proof[]) =>
  proofs.map(([proof, mfaCode]) => row(`${change} with ${proof}`, { ...body, mfaCode }));

/** Values to send in place of a code. None has six digits, which would be a guess. Add a line for another. */
const noCodes: readonly Proof[] = [
  ['an empty list', []],
  ['an empty object', {}],
  ['a condition of a database', { $ne: '' }],
  ['true', true],
  ['0', 0],
];

const off = { enabled: false };

const mergePatch = 'application/merge-patch+json';

const path = '/support-user/mfa';

/**
 * Returns the rows by undocumented methods. Nobody knows what these may change, so only disposable targets get them, and
 * without the password: with it, an early PUT of a newer release may change the address.
 */
function byOtherMethods({ contract, target }: Api, rows: readonly Row[]): readonly Row[] {
  const documented = [...contract.operations.values()].filter((each) => each.path === path);
  const others = ['PUT', 'POST'].filter((method) => documented.every((each) => each.method !== method));
  return target.allow.disposable
    ? others.flatMap((method) => rows.map((each) => ({ ...each, what: `${each.what} by ${method}`, method })))
    : [];
}

/** Ways to weaken the current MFA without a code. Add a line for another. */
const offWithoutCode: readonly Row[] = [
  ...rowsOf('switching off', off, noCodes),
  { ...row(`switching off as ${mergePatch}`, off), contentType: mergePatch },
  row('nothing', {}),
  row('enabled null', { enabled: null }),
  row('enabled as a text', { enabled: 'false' }),
  row('enabled as a number', { enabled: 0 }),
  row('Enabled with a capital', { Enabled: false }),
  row('enabled twice', '{"enabled":true,"enabled":false}'),
  row('a state that the target alone may set', { otpVerificationState: 'kPending' }, off),
  row('another state that the target alone may set', { otpVerificationState: 'kNotStarted' }, off),
  row('enabled false and a state that the target alone may set', {
    ...off,
    otpVerificationState: 'kPending',
  }),
  row('enabled false and a failed state', { ...off, otpVerificationState: 'kFailure' }),
  row('enabled false and a mode', { ...off, mfaType: 'email' }),
  row('enabled false and another mode', { ...off, mfaType: 'totp' }),
  row('enabled false and no mode', { ...off, mfaType: null }),
  row('enabled false and a reference', { ...off, referenceId: true }),
];

const byEmail = (email: string | null) => ({ ...mfa.emailOn, email });

/** @param right a valid code, sent in a list of guesses @param email another address whose mail the suite reads */
function changesWithoutCode(right: string, address: string, email: string, isDisposable: boolean) {
  const guesses: readonly Proof[] = [
    ['a list of guesses', ['000000', '111111', right]],
    ['a list of lists', [['000000', right]]],
  ];
  // A target that accepts a body without a mode or address can no longer mail a code, so support MFA could not be
  // switched off again. Only disposable targets get these bodies.
  const withoutMail = [
    row('no mode', { mfaType: null }),
    row('no address, then another one', byEmail(null), byEmail(email)),
  ];
  return [
    ...offWithoutCode,
    ...rowsOf('switching off', off, guesses),
    ...rowsOf('another address', byEmail(email), guesses),
    ...(isDisposable ? withoutMail : []),
    row('enabled false and the address', { ...off, email: address }),
    row('enabled false and another address', { ...off, email }),
    row('another address alone', { email }),
    { ...row(`another address as ${mergePatch}`, byEmail(email)), contentType: mergePatch },
    row('another address with Email in capitals', { Email: email, EMAIL: email }),
  ];
}

test('support-email/no-change-without-proof', async ({ api, admin, support, connection }) => {
  const { email: address, second } = twoAddresses(connection.target);
  await arrange(support.ensureEmail(address));
  demandRefused(await support.patch(off));
  demandRefused(await support.patch(byEmail(second)));
  const { disposable } = connection.target.allow;
  const right = await arrange(support.mailedCode(address));
  const rows = [
    ...changesWithoutCode(right, address, second, disposable),
    ...byOtherMethods(api, [row('switching off', off), row('another address', byEmail(second))]),
  ];

  const isBroken = ({ enabled, email }: SupportConfig) => !enabled || email !== address;
  await expectUnchanged({ api, admin, support }, rows, isBroken, () => support.onByEmail(address));
});

type Patched = Answer<'UpdateSupportMFAConfig'>;

/** Returns the keys whose codes verify. The last key is usually the valid one: its code is tried again if refused. */
async function verifiedOf(support: SupportMfa, codes: Codes, newestFirst: readonly Patched[]) {
  const verified: Verified[] = [];
  for (const answer of newestFirst) {
    // If the test ends early, the suite needs a proven key to switch support MFA off: `hold` keeps the first.
    const isFirst = verified.length === 0;
    const authenticator = isFirst ? support.hold(answer).authenticator : secrets.handedKey(answer.fields);
    if (authenticator === undefined)
      throw arrange.failure('One of the keys from two concurrent enrolments is unusable.');
    const once = async (code: string) => ({ code, answer: await support.verify(code) });
    const { code, answer: told } = await (isFirst
      ? support.proofs.prove(authenticator)
      : once(await codes.unused(authenticator)));
    if (told.fields.success === true) verified.push({ answer, authenticator, code });
  }
  return verified;
}

test('support-totp/parallel-enrolments-leave-one-key', async ({ support, codes }) => {
  await arrange(support.off());
  const answers = await Promise.all([1, 2].map(() => support.patch({ enabled: true, mfaType: 'totp' })));

  const uris = answers.map(({ fields }) => secrets.handedUri(fields));
  // A target may return the same pending key for both requests.
  const withKey = answers.filter((_, at) => uris[at] !== undefined && uris.indexOf(uris[at]) === at);
  if (withKey.length === 0) throw arrange.failure('Two concurrent enrolments gave no key.');
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

test('support-totp/no-change-without-proof', async ({ api, admin, support, users, connection }) => {
  // A session of the admin must not replace a code.
  const user = users.admin();
  const as = user && (await arrange.ifItCan(users.sessions.of(user)));
  const inSession = as === undefined ? [] : [{ ...row("switching off with the admin's login", off), as }];
  await arrange(support.verified());
  demandRefused(await support.patch(off));

  const isBroken = ({ enabled }: SupportConfig) => !enabled;
  const rows = [...offWithoutCode, ...inSession, ...byOtherMethods(api, [row('switching off', off)])];
  await expectUnchanged({ api, admin, support }, rows, isBroken, () => support.verified());

  // If the target refuses a change of the mode, this refusal must not void the proof of the key. Other
  // requirements judge accepted changes.
  for (const mfaType of [...(connection.target.allow.disposable ? ['salesforce'] : []), 'totp']) {
    if ((await support.patchAny({ enabled: true, mfaType })).status < 400) return;
    expect(await support.patch(off)).toBeRefused();
    await expect.shown(support, mfa.totpOn);
  }
});

test('support-totp/not-disabled-by-mail-to-a-new-address', async ({ api, support, mail, connection }) => {
  const { email, second } = twoAddresses(connection.target);
  await arrange(support.verified());
  const { email: before } = await arrange(support.read());
  const address = configs.isShownAs(before, second) ? email : second;
  const mark = await arrange(mail.mark(address));

  // If the target refuses a request or mails nothing, the test shows nothing.
  if ((await support.patch({ email: address })).status >= 400) return;
  if ((await api.call('SendSupportEmailOtp', { as: await connection.admin() })).status >= 300) return;
  const mfaCode = await arrange.ifItCan(mail.codeTo(address, mark, new Set(mail.seen)));
  if (mfaCode === undefined) return;
  expect(await support.patch({ ...off, mfaCode })).toBeRefused();
  await expect.shown(support, mfa.totpOn);
});

interface Sender {
  readonly api: Api;
  readonly admin: Credential;
  readonly support: SupportMfa;
}

async function expectUnchanged(
  sender: Sender,
  rows: readonly Row[],
  isBroken: (now: SupportConfig) => boolean,
  again: () => Promise<unknown>,
): Promise<void> {
  const { support } = sender;
  const before = await support.read();
  const switchesOn = ({ bodies }: Row) => bodies.some((body) => memberOf(body, 'enabled') === true);
  // A request that switches on would hide that an earlier one switched off. So those that switch on come last.
  for (const tries of [rows.filter((row) => !switchesOn(row)), rows.filter(switchesOn)]) {
    const found = await culpritOf({
      tries,
      send: (row) => send(sender, row),
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

/** @throws ArrangeError if the plain request succeeds without a code: another requirement reports this */
function demandRefused({ status }: Answer): void {
  if (status < 400) throw arrange.failure(`The target answered ${status} to a change without a code.`);
}

async function send({ api, admin, support }: Sender, row: Row): Promise<Answer | undefined> {
  const { bodies, as, contentType, method } = row;
  let last: Answer | undefined;
  for (const body of bodies) {
    if (method !== undefined) {
      const options = {
        as: admin,
        anyJson: body,
        mayChange: 'support',
        mayBeIgnored: true,
      } as const;
      // A server may close the connection on an odd request or never answer it. Both count as refusals.
      last = await arrange.ifAnswered(api.probe(method, path, options));
    } else
      last = await (typeof body === 'string'
        ? support.patchText(body)
        : support.patchAny(body, as, contentType === undefined ? {} : { contentType }));
  }
  return last;
}
