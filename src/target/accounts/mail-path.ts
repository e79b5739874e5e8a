import { ArrangeError, ignoring, NotAllowedError } from '../../base/errors.js';
import { textOf } from '../../contract/judging/body.js';
import type { AccountRole } from '../../input/target-file/target.js';
import { anonymous, type Credential } from '../../wire/http/credential.js';
import { keyOf } from '../connection/call.js';
import type { Connection } from '../connection/connection.js';
import type { Learned } from './learned.js';
import type { MailUser, User } from './log-in.js';

interface Trial extends Pick<Learned, 'mailSilent' | 'mailCodeless'> {
  /** Whether the target mails codes to each account. Accounts that the suite could not try are absent. */
  readonly mailedCodes: ReadonlyMap<AccountRole, boolean>;
  readonly isRefused: boolean;
}

interface LetIn {
  readonly user: User;
  readonly session: Credential | undefined;
}

type MailLetIn = LetIn & { readonly user: MailUser };

const withoutCode =
  'The suite recognised no code in the mails of POST /email-otp, so it switches on nothing ' +
  'that only a mailed code can switch off. If they do hold a code, set mail.codePattern.';

const notSetUp = /not (?:set[ -]?up|configured|enabled|enrolled|registered)/i;

/** Asks for a code by mail for each account. @param maySwitch whether cluster MFA may be on for a moment */
export async function proveMail(connection: Connection, letIn: readonly LetIn[], maySwitch: boolean) {
  const { isRefused, ...proof } = await tryMail(connection, letIn);
  if (!isRefused || !maySwitch) return { ...proof, mailWhileOnOnly: false };
  const cluster = await connection.cluster();
  try {
    await cluster.on(['email']);
    await cluster.rest();
    const { isRefused: isRefusedAgain, ...again } = await tryMail(connection, letIn);
    if (!isRefusedAgain) return { ...again, mailWhileOnOnly: true };
  } catch (error) {
    if (!(error instanceof ArrangeError || error instanceof NotAllowedError)) throw error;
  } finally {
    await cluster.off();
    const found = await cluster.found();
    if (!found.enabled) await cluster.giveBack(found);
    // The next steps log in by the password alone, so this waits until logins follow the switch.
    await cluster.rest();
  }
  return { ...proof, mailWhileOnOnly: false };
}

async function tryMail(connection: Connection, letIn: readonly LetIn[]): Promise<Trial> {
  const { target } = connection;
  const mailedCodes = new Map<AccountRole, boolean>();
  const users = letIn.filter((one): one is MailLetIn => one.user.email !== undefined);
  const none = { mailedCodes, mailSilent: null, mailCodeless: null, isRefused: false };
  if (target.mail === undefined || users.length === 0) return none;
  const mail = await connection.mail();
  const begin = await mail.mark();
  const asked: Awaited<ReturnType<typeof ask>>[] = [];
  for (const { user } of users) {
    if (user.mailedCodes === false) mailedCodes.set(user.role, false);
    else asked.push(await ask(connection, user));
  }
  for (const { user, refusal } of asked) {
    const isOthers = asked.some((other) => other.refusal === undefined);
    if (refusal !== undefined && (isOthers || notSetUp.test(refusal))) mailedCodes.set(user.role, false);
  }
  const promised = asked.filter(({ refusal }) => refusal === undefined);
  const came = await Promise.all(
    promised.map(async ({ user, mark }) => {
      const code = await mail.codeTo(user.email, mark).catch(ignoring(ArrangeError));
      if (code !== undefined) mailedCodes.set(user.role, true);
      return code !== undefined;
    }),
  );
  if (promised.length === 0) return { ...none, isRefused: asked.length > 0 };
  if (came.includes(true)) return none;
  const mails = target.mail.kind === 'command' ? [] : await mail.since(begin);
  // Without readable codes the suite must not switch on an MFA type that only a code switches off.
  const [unclear = null] = mails.flatMap((each) => mail.unclearIn(each) ?? []);
  if (mails.length > 0)
    return { ...none, mailSilent: unclear, mailCodeless: unclear === null ? withoutCode : null };
  if (await callerGetsMail(connection, users)) return none;
  const mailSilent =
    `No mail reached the suite within ${target.mail.timeoutMs / 1000} s, though POST /email-otp answered a success and ` +
    'POST /send-email-otp was tried too: check the mail section of the target file, and the mail server that the target uses.';
  return { ...none, mailSilent };
}

/** @returns in `refusal` the target's message; undefined if the target promised to mail a code */
async function ask(connection: Connection, user: MailUser) {
  const mark = await (await connection.mail()).mark(user.email);
  const { status, body } = await connection.api.call('CreateEmailOtp', {
    as: keyOf(connection.target.accounts.admin) ?? anonymous,
    json: { username: user.username, password: user.password.reveal(), domain: user.domain },
  });
  return { user, mark, refusal: status < 300 ? undefined : (textOf(body, 'message') ?? String(status)) };
}

async function callerGetsMail(connection: Connection, users: readonly MailLetIn[]): Promise<boolean> {
  const one = users.find(({ session }) => session !== undefined);
  if (one?.session === undefined) return false;
  const mail = await connection.mail();
  const mark = await mail.mark(one.user.email);
  const { status } = await connection.api.call('SendEmailOtp', { as: one.session });
  if (status >= 300) return false;
  return (await mail.codeTo(one.user.email, mark).catch(ignoring(ArrangeError))) !== undefined;
}
