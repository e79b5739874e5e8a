import { enrolled, loginByNewKey, mailed } from '../../fixtures/logins.js';
import { notApplicable } from '../../fixtures/not-applicable.js';
import { arrange, arrangeLogin, covers, expect, test } from '../../fixtures/test.js';
import { areAlike, throttling, wrongCodes } from '../../fixtures/throttling.js';
import type { User, Users } from '../../fixtures/users.js';
import type { Open } from '../../fixtures/ways-in.js';
import type { Answer } from '../../src/target/connection/api.js';
import type { Connection } from '../../src/target/connection/connection.js';
import type { Credential } from '../../src/wire/http/credential.js';
import type { ReceivedMail } from '../../src/wire/mail/mailbox.js';
import { namedOtherwise } from './names.js';

const throttlingIsTested = true;
const wanted = 'wanted: a throttle within 100 wrong ones\ngot: none';

test.describe('Wrong codes of the support user in a row', () => {
  test(
    'are throttled at POST /support-user/verify-totp',
    covers('guessing/verify-totp-is-throttled'),
    async ({ api, admin, support, codes, connection }) => {
      const { authenticator } = await arrange(support.onByTotp());
      const verify = (totpCode: string) =>
        api.call('VerifySupportUserTotp', { as: admin, json: { totpCode }, throttlingIsTested });

      const { after, rest } = await throttling(connection, () => verify(codes.wrong(authenticator)), {
        refused: 'either',
      });

      const keepsOut =
        after !== undefined || (await verify(await codes.unused(authenticator))).fields.success !== true;
      if (keepsOut) await rest();
      expect(keepsOut, wanted).toBe(true);
    },
  );

  test(
    'are throttled as mfaCode by TOTP',
    covers('guessing/totp-as-mfa-code-is-throttled'),
    async ({ support, codes, connection }) => {
      const { authenticator } = await arrange(support.verified());
      const switchOff = (mfaCode: string) =>
        support.patchAny({ enabled: false, mfaCode }, undefined, { throttlingIsTested });

      const { after, rest } = await throttling(connection, () => switchOff(codes.wrong(authenticator)));

      const keepsOut =
        after !== undefined || (await switchOff(await codes.unused(authenticator))).status >= 400;
      if (keepsOut) await rest();
      expect(keepsOut, wanted).toBe(true);
    },
  );
});

test(
  'Wrong codes of the support user by one credential keep a right one out that comes by another',
  covers('guessing/lock-holds-for-every-credential'),
  async ({ support, codes, users, cluster, connection }) => {
    const owner = users.admin();
    if (owner === undefined) notApplicable('the admin has no password that a session opens with');
    await arrange(cluster.asFound());
    const session = owner === undefined ? undefined : await arrange(users.session(owner));
    const { authenticator } = await arrange(support.verified());
    const switchOff = (mfaCode: string, as?: Credential) =>
      support.patchAny({ enabled: false, mfaCode }, as, { throttlingIsTested });

    const { after, rest } = await throttling(connection, () => switchOff(codes.wrong(authenticator)));
    // What is locked has not looked at the code. Another one might have to wait until the lock is over.
    const code = await codes.unused(authenticator);
    const isLocked = after !== undefined && (await switchOff(code)).status >= 400;
    const elsewhere = await switchOff(code, session);

    if (after !== undefined) await rest();
    if (!isLocked) notApplicable('wrong codes keep the right one out at no time');
    expect({ answer: elsewhere }).toBeRefused();
  },
);

test.describe('Wrong passwords in a row', () => {
  for (const [path, id, attempt] of [
    [
      'POST /users/sessions',
      'guessing/passwords-are-throttled-at-sessions',
      (users: Users, user: User, password: string) =>
        users.requestSession(user, { password, throttlingIsTested }),
    ],
    [
      'POST /access-tokens',
      'guessing/passwords-are-throttled-at-access-tokens',
      (users: Users, user: User, password: string) =>
        users.requestToken(user, password, { throttlingIsTested }),
    ],
    [
      'POST /email-otp',
      'guessing/passwords-are-throttled-at-email-otp',
      (users: Users, user: User, password: string) =>
        users.requestMailedCode(user, { password, throttlingIsTested }),
    ],
  ] as const) {
    test(`are throttled at ${path}`, covers(id), async ({ users, cluster, connection }) => {
      await arrange(cluster.off());
      const user = users.withPassword();
      // A moment after the switch the right password alone may still be refused.
      await arrange(users.withoutCode(user));
      const right = await attempt(users, user, user.password.reveal());
      if (right.status >= 300) notApplicable(`${path} answers the right password with ${right.status}`);
      const wrong = await attempt(users, user, `${user.username}-0`);
      if (wrong.status < 300) notApplicable(`${path} answers a wrong password like the right one`);

      const { keepsOut, rest } = await guessed(connection, user, (password) =>
        attempt(users, user, password),
      );

      if (keepsOut) await rest();
      expect(keepsOut, wanted).toBe(true);
    });
  }

  test(
    'at POST /users/sessions keep out at POST /access-tokens too',
    covers('guessing/counts-are-shared'),
    async ({ users, cluster, connection }) => {
      await arrange(cluster.off());
      const user = users.withPassword();
      await arrange(users.withoutCode(user));
      const token = () => users.requestToken(user, undefined, { throttlingIsTested });
      if ((await token()).status >= 300) notApplicable('the right password gets no access token');
      const login = (password: string) => users.requestSession(user, { password, throttlingIsTested });

      const { after, rest } = await guessed(connection, user, login);
      const isLocked = after !== undefined && (await login(user.password.reveal())).status >= 400;
      const elsewhere = await token();

      if (after !== undefined || elsewhere.status >= 400) await rest();
      if (!isLocked) notApplicable('wrong passwords keep the right one out at no time');
      expect({ answer: elsewhere }).toBeRefused();
    },
  );
});

test.describe('A row of wrong codes', () => {
  test(
    'goes on when another code is mailed',
    covers('guessing/new-code-resets-no-count'),
    async ({ users, cluster, mail, connection }) => {
      const { user, code } = await arrange(mailed(users, cluster));
      const wrong = wrongCodes(code);
      const mark = await arrange(mail.mark());
      let promised = 0;
      let unmailed: Answer | undefined;

      const { after, rest } = await throttling(connection, async () => {
        const asked = await users.requestMailedCode(user, { throttlingIsTested });
        // A limit on mails keeps guessers out as well.
        if (asked.status >= 400) unmailed = asked;
        else promised += 1;
        const login = { code: wrong(), type: 'email', throttlingIsTested };
        return unmailed ?? users.requestSession(user, login);
      });

      // A late one must not fall into another test.
      const isCode = (each: ReceivedMail) => each.to.includes(user.email) && mail.codeIn(each) !== undefined;
      const got = await mail.counted(mark, isCode, promised);
      await rest();
      expect(after !== undefined || got < promised, wanted).toBe(true);
    },
  );

  test(
    'goes on when the password alone is tried in between',
    covers('guessing/first-step-resets-no-count'),
    async ({ users, cluster, codes, connection }) => {
      const { user, authenticator } = await arrange(enrolled(users, cluster));

      const { after, rest } = await throttling(connection, async () => {
        await users.requestSession(user, { throttlingIsTested });
        return users.requestSession(user, {
          code: codes.wrong(authenticator),
          type: 'totp',
          throttlingIsTested,
        });
      });

      const right = { code: await codes.unused(authenticator), type: 'totp', throttlingIsTested };
      const keepsOut = after !== undefined || (await users.login(user, right)).session === undefined;
      if (keepsOut) await rest();
      expect(keepsOut, wanted).toBe(true);
    },
  );

  test(
    'keeps a user out by every name',
    covers('guessing/lock-holds-for-every-name'),
    async ({ users, cluster, codes, connection }) => {
      const { user, authenticator } = await arrange(enrolled(users, cluster));
      const { after, rest } = await throttling(connection, () =>
        users.requestSession(user, { code: codes.wrong(authenticator), type: 'totp', throttlingIsTested }),
      );
      const right = { code: await codes.unused(authenticator), type: 'totp', throttlingIsTested };
      const isOut = async () => (await users.login(user, right)).session === undefined;
      const isKeptOut = await isOut();
      const isLocked = after !== undefined && isKeptOut;

      const open: Open[] = [];
      for (const { name, members } of isLocked ? namedOtherwise(user) : []) {
        const { answer, session } = await users.login(user, { ...right, members });
        if (session !== undefined) open.push({ name, answer });
        // The lock may end by itself: what opens something then is no way around it.
        if (session !== undefined || !(await isOut())) break;
      }

      if (isKeptOut) await rest();
      if (!isLocked) notApplicable('wrong codes keep no right one out');
      expect(open).toBeShut();
    },
  );
});

/** Wrong passwords until something changes, and whether the right one is kept out then. */
async function guessed(connection: Connection, user: User, attempt: (password: string) => Promise<Answer>) {
  let n = 0;
  const result = await throttling(connection, () => {
    n += 1;
    return attempt(`${user.username}-${n}`);
  });
  const keepsOut = result.after !== undefined || (await attempt(user.password.reveal())).status >= 400;
  return { ...result, keepsOut };
}

/** So many guesses at the same time outrun what keeps count of them one after another. */
const atOnce = 40;

test(
  'Wrong codes at the same time are counted as those in a row are',
  covers('guessing/guesses-at-once-are-counted'),
  async ({ users, cluster, codes, connection }) => {
    const { user, authenticator } = await arrange(enrolled(users, cluster));
    const guess = () =>
      users.requestSession(user, { code: codes.wrong(authenticator), type: 'totp', throttlingIsTested });
    const inARow = await throttling(connection, guess, { most: atOnce / 2 });
    const { after } = inARow;
    if (after !== undefined) await inARow.rest();
    const login = await loginByNewKey(users, user, codes);
    if (after === undefined) {
      if (login.session === undefined) await inARow.rest();
      notApplicable(`${atOnce / 2} consecutive wrong codes are answered alike`);
    }
    await arrangeLogin(Promise.resolve(login));

    const answers = await Promise.all(Array.from({ length: atOnce }, guess));

    const unslowed = await inARow.unslowed(answers);
    await inARow.rest();
    const [first] = answers;
    const judged = unslowed.filter(
      (answer) => first !== undefined && areAlike(answer, first) && answer.status !== 429,
    ).length;
    // What was found in a row may have been the end of a longer one.
    expect(judged).toBeAtMost(
      Math.max(10, 2 * (after ?? atOnce)),
      'guesses judged of those at the same time',
    );
  },
);
