import type { Authenticator, Codes, Fixtures, SupportMfa } from '../../fixtures/index.js';
import {
  arrange,
  configs,
  expect,
  firstHalf,
  isSince,
  mfa,
  plainKey,
  secrets,
  test,
} from '../../fixtures/index.js';

type Given = Pick<Fixtures, 'support' | 'codes' | 'connection'>;

/** Codes that must not verify, and the current key. A right code of that key ends the attempt series. */
interface Wrong {
  readonly wrong: readonly (string | undefined)[];
  readonly key?: Authenticator;
  readonly afterwards?: () => Promise<void>;
}

const ofKey =
  (of: (codes: Codes, key: Authenticator) => Wrong['wrong'] | Promise<Wrong['wrong']>) =>
  async ({ support, codes }: Given): Promise<Wrong> => {
    const { authenticator: key } = await support.onByTotp();
    return { wrong: await of(codes, key), key };
  };

async function beyondWindow(codes: Codes, key: Authenticator): Promise<Wrong['wrong']> {
  await codes.room(key);
  return ([-1, 1] as const).map((direction) => codes.beyondWindow(key, direction));
}

async function ofReplacedKey({ support, codes }: Given): Promise<Wrong> {
  const { authenticator: first } = await support.onByTotp();
  const { authenticator: second, answer } = await support.onByTotp();
  // While a key is pending, a target may replace it, return it again, or refuse.
  const { fields } = await support.patch({ enabled: true, mfaType: 'totp' });
  await support.felt();
  const secret = secrets.handedSecret(fields);
  const isReplaced = secret !== undefined && secret !== secrets.handedSecret(answer.fields);
  const key = isReplaced ? support.authenticator : second;
  const replaced = isReplaced ? [first, second] : [first];
  const wrong: string[] = [];
  for (const each of replaced) wrong.push(await codes.unlike(each, key));
  return { wrong, key };
}

async function afterDisabling({ support, codes }: Given): Promise<Wrong> {
  const { authenticator } = await support.onByTotp();
  await support.off();
  return { wrong: [codes.at(authenticator, 0)] };
}

async function inEmailMode({ support, codes, connection }: Given): Promise<Wrong> {
  const email = connection.target.supportUser.email ?? '';
  const { authenticator } = await support.onByTotp();
  // The test changes the mode without switching off, if the target allows that: it may then keep the key.
  const { status } = await support.patch({ enabled: true, mfaType: 'email', email });
  if (status >= 300) await support.onByEmail(email);
  const mailed = await support.mailedCode(email);
  // The abandoned enrolment and the refused codes must not make mfaCode needless.
  const afterwards = support.takesCode ? () => expect.kept(support, mfa.emailOn, [mfa.off({})]) : undefined;
  return { wrong: [codes.at(authenticator, 0), mailed], ...(afterwards && { afterwards }) };
}

for (const [id, prepared] of [
  ['verify-totp/refuses-wrong-code', ofKey((codes, key) => [codes.almost(key, 'first')])],
  [
    'verify-totp/refuses-code-of-another-time',
    ofKey((codes, key) => [-20, 20].map((steps) => codes.distant(key, steps))),
  ],
  ['verify-totp/window-is-a-minute-at-most', ofKey(beyondWindow)],
  ['verify-totp/refuses-code-as-number', ofKey(async (codes, key) => [`0${await codes.unused(key)}`])],
  ['verify-totp/refuses-code-of-replaced-secret', ofReplacedKey],
  ['verify-totp/refuses-code-after-disabling', afterDisabling],
  ['verify-totp/refuses-code-in-email-mode', inEmailMode],
  [
    'verify-totp/refuses-without-enrolment',
    ({ support, codes }: Given): Promise<Wrong> =>
      support.off().then(() => ({ wrong: ['000000', codes.at(secrets.emptyKey(), 0)] })),
  ],
] as const)
  test(id, async ({ support, codes, connection }) => {
    const { wrong, key, afterwards } = await arrange(prepared({ support, codes, connection }));

    for (const code of wrong) if (code !== undefined) expect(await support.verify(code)).toNotVerify();
    await afterwards?.();
    if (key !== undefined) await arrange(support.proofs.endSeries(key));
  });

test('verify-totp/refuses-code-of-a-users-key', async ({ api, support, users, codes }) => {
  const { authenticator } = await arrange(support.onByTotp());

  // A user's code must not verify, not even the caller's.
  const all = await arrange(users.enrolAll());
  for (const user of all) {
    if (api.attempts.isNearLimit('supportUser')) await arrange(support.proofs.endSeries(authenticator));
    expect(await support.verify(await codes.unlike(user.authenticator, authenticator))).toNotVerify();
  }
  await arrange(support.proofs.endSeries(authenticator));
});

test('verify-totp/refuses-junk', async ({ api, support, codes }) => {
  const { authenticator } = await arrange(support.onByTotp());

  for (const junk of ['', firstHalf(await codes.unsent(authenticator)), "' or 1=1 --", null]) {
    if (api.attempts.mightLock('supportUser')) await arrange(support.proofs.endSeries(authenticator));
    expect(await support.verify(junk)).toNotVerify();
  }
  if (!(await arrange(support.proofs.endSeries(authenticator)))) return;
  // Once a key is proven, a target might take an empty code for right.
  for (const junk of ['', ' ', null]) expect(await support.verify(junk)).toNotVerify();
});

test('verify-totp/accepts-current-code', async ({ support, codes }) => {
  const enrol = () => support.onByTotp();
  const first = await arrange(enrol().then((key) => plainKey(codes, key, enrol)));
  // A second request may return another key, the same one or none.
  const again = async () => {
    const { status, fields } = await support.patch({ enabled: true, mfaType: 'totp' });
    return status >= 300 || secrets.handedUri(fields) === undefined ? undefined : support;
  };
  const newest = await arrange(again().then((key) => plainKey(codes, key, again)));

  const { answer } = await support.proofs.verifyUnused((newest ?? first).authenticator);

  expect(answer).toVerify();
});

test('verify-totp/state-is-success-after-right-code', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.verified());
  const shown = () => mfa.verificationShown(support, (now) => now === undefined || now === 'kSuccess');
  const first = await shown();
  if (mfa.verificationIn(first) === undefined)
    arrange.notApplicable('the target shows no otpVerificationState');
  expect(first).toHaveMembers({ otpVerificationState: 'kSuccess' });

  // A wrong code may show as kFailure, but only until the next right code.
  await support.verify(await codes.almost(authenticator, 'first'));
  const { answer } = await arrange(support.proofs.verifyUnused(authenticator));
  if (answer.fields.success === true)
    expect(await shown()).toHaveMembers({ otpVerificationState: 'kSuccess' });
});

test('totp-key/apart-from-support-mfa', async ({ support, users, state }) => {
  await arrange(support.verified());
  const user = users.withReplaceableTotp();
  const supportBefore = await arrange(state.snapshot('support'));
  // To log in for the first key, the suite may have to switch cluster MFA on.
  await arrange(users.codes.enrol(user));
  const before = await arrange(state.snapshot());

  await arrange(users.codes.enrol(user));

  expect(await state.changesSince(supportBefore)).toBeNone();
  expect(await state.changesSince(before)).toBeNone();
});

test('support-totp/not-disabled-with-used-code', async ({ support, connection }) => {
  const { code: mfaCode } = await arrange(support.verified());
  await expect.kept(support, mfa.totpOn, [mfa.off({ mfaCode })]);
  const { email } = connection.target.supportUser;
  if (email === undefined) return;
  const byEmail = { ...mfa.emailOn, email };
  // A target may change the mode without any code: another requirement judges this.
  if ((await support.patch(byEmail)).status >= 400)
    await expect.kept(support, mfa.totpOn, [{ ...byEmail, mfaCode }]);
});

test('support-totp/not-disabled-with-mailed-code', async ({ support, users }) => {
  const mfaCode = await arrange(users.codes.mailed(users.withMail()));
  await arrange(support.verified());
  await expect.kept(support, mfa.totpOn, [mfa.off({ mfaCode })]);
});

test('ways-in/users-code-switches-nothing-off', async ({ users, support, codes }) => {
  const supports = await arrange(support.verified());

  // A user's code must not switch off, not even the caller's.
  const all = await arrange(users.enrolAll());
  for (const { authenticator } of all) {
    const mfaCode = await codes.unlike(authenticator, supports.authenticator);
    await expect.kept(support, mfa.totpOn, [mfa.off({ mfaCode })]);
  }
  // A target may have returned the same key twice. The suite leaves this attempt out if it might lock the account.
  const { replaced } = support;
  const mfaCode = replaced && (await arrange.ifItCan(codes.unlike(replaced, supports.authenticator)));
  if (mfaCode !== undefined) await arrange.ifItCan(expect.kept(support, mfa.totpOn, [mfa.off({ mfaCode })]));
  // A right code ends the attempt series. The suite waits for one only if the account might lock.
  await arrange(support.proofs.endSeries(supports.authenticator));
});

test('verify-totp/refuses-replay', async ({ support, codes, connection }) => {
  const { replay, authenticator } = await arrange(replayed(support));

  connection.recorder.adopt([replay.exchange]);
  expect(replay).toNotVerify();

  // A code for a referenceId serves once too.
  if (support.password === undefined || !isSince(connection.target.release, '7.3.1')) return;
  if (support.ownAuthenticator !== authenticator) return;
  const toDisable = { purpose: 'DisableMfa', supportUserPassword: support.password } as const;
  const code = await arrange(codes.unused(authenticator));
  const { fields } = await support.verify(code, toDisable);
  // A refused replay may void the key's proof. Then this refusal is the second in a series.
  if (fields.success !== true) return void (await arrange(support.proofs.endSeries(authenticator)));
  const again = await support.verify(code, toDisable);
  if (again.fields.referenceId !== fields.referenceId) expect(again).toNotVerify();
});

test('verify-totp/refused-code-keeps-the-proof', async ({ support, connection }) => {
  const { replay, off, after } = await arrange(replayed(support));

  // If the used code verifies again, which is another requirement, the rest shows nothing.
  if (replay.fields.success === true || off === undefined)
    throw arrange.failure('The used code verifies again.');
  connection.recorder.adopt([replay.exchange, off.exchange]);
  expect(off).toBeRefused();
  expect(after).toHaveMembers({ enabled: true, mfaType: 'totp' });
});

test('verify-totp/refuses-used-code-with-blanks', async ({ support }) => {
  const { replay, after, ...proven } = await arrange(replayed(support));
  const { code, authenticator } = after.enabled ? proven : await arrange(support.verified());
  if (replay.fields.success === true) throw arrange.failure('The used code itself verifies again.');

  for (const forms of [
    [` ${code}`, `${code} `],
    [`${code}\n`, `${code.slice(0, 3)} ${code.slice(3)}`],
    [`${code}.0`, `+${code}`],
  ]) {
    for (const again of forms) expect(await support.verify(again)).toNotVerify();
    await arrange(support.proofs.endSeries(authenticator));
  }
});

test('verify-totp/refuses-replay-in-parallel', async ({ support, codes }) => {
  const { authenticator } = await arrange(support.onByTotp());
  const code = await codes.unused(authenticator);

  const answers = await Promise.all([1, 2, 3].map(() => support.verify(code)));

  if ((await support.verify(code)).fields.success === true)
    throw arrange.failure('The used code verifies again, even after the concurrent requests.');
  const accepted = answers.filter(({ fields }) => fields.success === true).length;
  expect(accepted).toBeAtMost(1, 'accepted answers', ...answers);
});

test('mfa-config/apart-from-support-mfa', async ({ cluster, support, state, allow, connection }) => {
  const mayEnrol = allow.replaceTotpOf.includes('supportUser') && !(await arrange(support.found())).enabled;
  const proven = () => support.verified();
  const pending = () => support.onByTotp();

  for (const prepare of mayEnrol ? [proven, pending] : [() => support.read()]) {
    await arrange(cluster.off());
    const prepared = await arrange.ifItCan<unknown>(prepare());
    const before = await arrange(state.snapshot());

    await arrange(cluster.on(['totp', 'email']));
    const on = await arrange(cluster.read());
    expect(await state.changesSince(before.with(on))).toBeNone();

    await arrange(cluster.off());
    const off = await arrange(cluster.read());
    expect(await state.changesSince(before.with(off))).toBeNone();
    // Before 6.8.1 no code protects support MFA.
    if (prepare === proven && prepared !== undefined && isSince(connection.target.release, '6.8.1'))
      await expect.kept(support, mfa.totpOn, [mfa.off({})]);
  }
});

const replays = new WeakMap<SupportMfa, ReturnType<typeof replay>>();

/** Sends an accepted code again. Several tests share the answer, because a refusal may make the key's proof void. */
function replayed(support: SupportMfa): ReturnType<typeof replay> {
  const known = replays.get(support) ?? replay(support);
  replays.set(support, known);
  // If this fails, the next test that needs the answer tries again.
  known.catch(() => replays.delete(support));
  return known;
}

async function replay(support: SupportMfa) {
  const { code, authenticator } = await support.verified();
  const again = await support.verify(code);
  const isTold = support.takesCode && again.fields.success !== true;
  const off = isTold ? await support.patch({ enabled: false }) : undefined;
  const after = await support.readUntil(configs.isStillOn('totp'));
  return { code, authenticator, replay: again, off, after };
}
