import type { Credential } from '../../fixtures/index.js';
import {
  anonymous,
  arrange,
  bypass,
  demand,
  expect,
  otherHost,
  test,
  triggerNames,
} from '../../fixtures/index.js';

const type = 'email';
const noLogin = 'codes of POST /send-email-otp open no session';

test('ways-in/callers-code-is-the-callers', async ({ users }) => {
  const [victim, caller] = [await arrange(users.mailable(0)), users.withMail(1)];
  const code = await arrange(users.codes.ofCaller(caller));

  expect(await users.login(victim, { code, type })).toBeRefused();
  await arrange(users.logins.anyhow(victim));
  const { session } = await users.login(caller, { code, type });
  if (session === undefined) await arrange(users.logins.anyhow(caller));
});

test('ways-in/callers-code-works-once', async ({ users }) => {
  const caller = users.withMail();
  await arrange(users.switchedOn(caller));
  const code = await arrange(users.codes.ofCaller(caller));
  if ((await users.login(caller, { code, type })).session === undefined) arrange.notApplicable(noLogin);

  expect(await users.login(caller, { code, type })).toBeRefused();
  await arrange(users.logins.anyhow(caller));
});

test('ways-in/cookie-of-email-otp-opens-nothing', async ({ api, users, mail, facts }) => {
  const user = users.withMail();
  await arrange(users.switchedOn(user));
  const mark = await arrange(mail.mark(user.email));

  // The request carries no credential, because its owner might be the user of the cookie.
  const answer = await users.codes.request(user, { as: anonymous });

  await facts.measure('emailOtpWithoutCredential', async () => {
    if (answer.status >= 300) return false;
    // The test waits for the mail, so that no later test takes it for its own.
    return (await arrange.ifItCan(mail.codeTo(user.email, mark))) !== undefined;
  });
  if (bypass.cookiesIn(answer) === '')
    arrange.notApplicable('POST /email-otp without a credential sets no cookie');
  await bypass.expectNoCookieOpens(api, [{ name: 'the cookie', answer }]);
});

test('ways-in/header-names-no-host-in-mail', async ({ silence }) => {
  const { mails, answer } = await silence.after(triggerNames.headerRedirect);

  const told = mails.filter(({ subject, text, html }) =>
    [subject, text, html].some((part) => part?.includes(otherHost)),
  );

  demand(told.length === 0, { kind: 'mail', rule: 'host of the target', name: null, seen: null }, answer);
});

test('send-email-otp/mails-the-owner-of-any-credential', async ({ users, cluster, mail }) => {
  const all = users.allWithMail().filter(({ role }) => role !== 'admin');
  const owner = all.find(({ apiKey }) => apiKey !== undefined) ?? all[0];
  if (owner === undefined) return arrange.notApplicable('no user but the admin gets mail');
  await arrange(cluster.off());
  const credentials = await users.sessions.others(owner);
  if (credentials.length === 0) arrange.notApplicable('no user has an API key or an access token');

  // A single mail to another user may be a late one of an earlier request. So the test repeats the request.
  const goesAstray = async (as: Credential) => {
    const mark = await mail.mark();
    const known = new Set(mail.seen);
    if ((await arrange.ifItCan(users.codes.ofCaller(owner, as))) !== undefined) return false;
    const codes = (await mail.since(mark)).map((each) => mail.codeIn(each));
    return codes.some((code) => code !== undefined && !known.has(code));
  };
  for (const as of credentials) {
    const isAstray = (await arrange(goesAstray(as))) && (await arrange(goesAstray(as)));
    demand(!isAstray, { kind: 'mail', rule: 'code for its user only', name: null, seen: null });
  }
});
