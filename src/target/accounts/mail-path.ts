import { ArrangeError, ignoring, NotAllowedError } from '../../base/errors.js';
import { textOf } from '../../contract/judging/body.js';
import type { AccountRole } from '../../input/target-file/target.js';
import { anonymous, type Credential } from '../../wire/http/credential.js';
import { keyOf } from '../connection/call.js';
import type { Connection } from '../connection/connection.js';
import type { MailUser, User } from './log-in.js';

interface LetIn {
  readonly user: User;
  readonly session: Credential | undefined;
}

const withoutCode =
  'The suite recognised no code in the mails of POST /email-otp, so it switches on nothing ' +
  'that only a mailed code can switch off. If they do hold a code, set mail.codePattern.';

const notSetUp = /not (?:set[ -]?up|configured|enabled|enrolled|registered)/i;

/** Asks for a code by mail for each account. @param maySwitch whether cluster MFA may be on for a moment */
export async function proveMail(connection: Connection, letIn: readonly LetIn[], maySwitch: boolean) {
  const first = await tryMail(connection, letIn);
  const whileOn = first.isRefused && maySwitch ? await tryWhileOn(connection, letIn) : undefined;
  const mailWhileOnOnly = whileOn?.isRefused === false;
  const { isRefused: _, ...proof } = mailWhileOnOnly ? whileOn : first;
  return { ...proof, mailWhileOnOnly };
}

async function tryWhileOn(connection: Connection, letIn: readonly LetIn[]) {
  const cluster = await connection.cluster();
  try {
    await cluster.on(['email']);
    await cluster.rest();
    return await tryMail(connection, letIn);
  } catch (error) {
    if (!(error instanceof ArrangeError || error instanceof NotAllowedError)) throw error;
    return undefined;
  } finally {
    await cluster.off();
    const found = await cluster.found();
    if (!found.enabled) await cluster.giveBack(found);
    // The next steps log in by the password alone, so this waits until logins follow the switch.
    await cluster.rest();
  }
}

/** @returns in `mailedCodes` whether the target mails codes to each account that the suite could try */
async function tryMail(connection: Connection, letIn: readonly LetIn[]) {
  const { target, api } = connection;
  const mailedCodes = new Map<AccountRole, boolean>();
  const none = { mailedCodes, mailSilent: null, mailCodeless: null, isRefused: false };
  const users = letIn.filter((one): one is LetIn & { user: MailUser } => one.user.email !== undefined);
  if (target.mail === undefined || users.length === 0) return none;
  const mail = await connection.mail();
  const begin = await mail.mark();
  const comes = async ({ user, mark }: Pick<Asked, 'user' | 'mark'>) =>
    (await mail.codeTo(user.email, mark).catch(ignoring(ArrangeError))) !== undefined;
  const asked: Asked[] = [];
  for (const { user } of users) {
    if (user.mailedCodes === false) mailedCodes.set(user.role, false);
    else asked.push(await ask(connection, user));
  }
  const promised = asked.filter(({ refusal }) => refusal === undefined);
  for (const { user, refusal } of asked)
    if (refusal !== undefined && (promised.length > 0 || notSetUp.test(refusal)))
      mailedCodes.set(user.role, false);
  if (promised.length === 0) return { ...none, isRefused: asked.length > 0 };
  const came = await Promise.all(promised.map(comes));
  for (const [at, { user }] of promised.entries()) if (came[at]) mailedCodes.set(user.role, true);
  if (came.includes(true)) return none;
  const mails = target.mail.kind === 'command' ? [] : await mail.since(begin);
  // Without readable codes the suite must not switch on an MFA type that only a code switches off.
  const [unclear = null] = mails.flatMap((each) => mail.unclearIn(each) ?? []);
  if (mails.length > 0)
    return { ...none, mailSilent: unclear, mailCodeless: unclear === null ? withoutCode : null };
  const caller = users.find(({ session }) => session !== undefined);
  if (caller?.session !== undefined) {
    const mark = await mail.mark(caller.user.email);
    const { status } = await api.call('SendEmailOtp', { as: caller.session });
    if (status < 300 && (await comes({ user: caller.user, mark }))) return none;
  }
  const mailSilent =
    `No mail reached the suite within ${target.mail.timeoutMs / 1000} s, though POST /email-otp answered a success and ` +
    'POST /send-email-otp was tried too: check the mail section of the target file, and the mail server that the target uses.';
  return { ...none, mailSilent };
}

type Asked = Awaited<ReturnType<typeof ask>>;

/** @returns in `refusal` the target's message; undefined if the target promised to mail a code */
async function ask(connection: Connection, user: MailUser) {
  const mark = await (await connection.mail()).mark(user.email);
  const { status, body } = await connection.api.call('CreateEmailOtp', {
    as: keyOf(connection.target.accounts.admin) ?? anonymous,
    json: { username: user.username, password: user.password.reveal(), domain: user.domain },
  });
  return { user, mark, refusal: status < 300 ? undefined : (textOf(body, 'message') ?? String(status)) };
}
