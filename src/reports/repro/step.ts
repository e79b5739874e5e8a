import type { Again, Exchanged } from '../../base/model/event.js';
import { isSuccess } from './log.js';

/** The variable of a script for a value that has a name in the log. */
export const variableOf = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '_').toUpperCase();

/** Whether what is sent carries a credential of the target file, or one that an answer handed out. */
const isCredentialled = ({ headers }: Again): boolean =>
  Object.entries(headers).some(
    ([name, value]) => /^(?:apikey|authorization|session-id)$/i.test(name) && value.includes('{{'),
  );

/** No caller that the target knows: no credential, or one that is made up. */
export const isAnonymous = ({ exchange, again }: Exchanged): boolean =>
  again !== undefined &&
  !isCredentialled(again) &&
  !/^Create(?:Session|AccessToken|EmailOtp)$/.test(exchange.operation ?? '');

/** Values in place of a password or key that are nobody's: an answer may not repeat them either. */
export function madeUpIn({ headers, body }: Again): string[] {
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    /^(?:apikey|authorization|session-id)$/i.test(name) ? [value.replace(/^Bearer /, '')] : [],
  );
  const members = [...(body ?? '').matchAll(/"\w*password":\s*"([^"\\]*)"/gi)].map(([, value = '']) => value);
  return [...fields, ...members].filter((value) => value.length >= 8 && !value.includes('{{'));
}

/** What no answer came to may be done all the same. */
export const mayBeDone = (each: Exchanged): boolean =>
  isSuccess(each) || each.exchange.response === undefined;

/** A read with what a login handed out: it shows whether that opens anything, whatever the state is. */
export function isProbe({ exchange, again }: Exchanged): boolean {
  const credentials = Object.entries(again?.headers ?? {}).filter(([name]) =>
    /^(?:session-id|authorization|cookie)$/i.test(name),
  );
  return exchange.request.method === 'GET' && credentials.some(([, value]) => value.includes('{{'));
}

export const changesState = (step: Exchanged): boolean =>
  (step.exchange.operation === 'UpdateMFAConfig' && mayBeDone(step)) || mayHaveSupportOn(step);

export const asksSupportOn = (step: Exchanged | undefined): boolean =>
  /"enabled":\s*true/.test(step?.exchange.request.body ?? '');

/** Asked for, or done all the same; what was refused in the run may be done where the fault is mended. */
export const mayHaveSupportOn = (step: Exchanged): boolean =>
  step.exchange.operation === 'UpdateSupportMFAConfig' &&
  (asksSupportOn(step) || /"enabled":\s*true/.test(step.exchange.response?.body ?? ''));

/** What an answer tells of the support user's enrolment: another one may be answered otherwise, and rightly. */
export function supportStateIn(step: Exchanged): string[] {
  const { operation, response } = step.exchange;
  if (operation !== 'GetSupportMFAConfig' || isProbe(step)) return [];
  const body = response?.body?.replace(/\s/g, '') ?? '';
  // While it is off, what was chosen or proven before says nothing.
  if (body.includes('"enabled":false')) return ['"enabled":false'];
  return body.match(/"(?:enabled|mfaType|otpVerificationState)":(?:true|"\w+")/g) ?? [];
}

/** Of what a read tells, the members that a change names: where they are others, the change does another thing. */
export function namedStateIn(
  { exchange }: Exchanged,
  change: Exchanged | undefined,
): (readonly [string, string])[] {
  if (exchange.operation !== 'GetSupportMFAConfig') return [];
  return ['email', 'mfaType'].flatMap((name) => {
    const isNamed = change?.again?.body?.includes(`"${name}"`) === true;
    const [, value] = new RegExp(`"${name}":\\s*("[^"']*")`).exec(exchange.response?.body ?? '') ?? [];
    return isNamed && value !== undefined ? [[name, value] as const] : [];
  });
}

/** The mode that support MFA is in after a request, as it was asked for or answered. */
export function modeIn({ exchange, again }: Exchanged): 'email' | 'totp' {
  const [, mode] = /"mfaType":\s*"(email|totp)"/.exec(`${again?.body} ${exchange.response?.body}`) ?? [];
  return mode === 'email' ? 'email' : 'totp';
}

/** What switching off again needs, where the answer says that it is on. */
export function supportOn(step: Exchanged): string {
  const body = step.again?.body ?? '';
  const [, address = ''] = /"email":\s*"([^"{}$`\\']*)"/.exec(body) ?? [];
  const [, password] = /"currentPassword":"\{\{([\w-]+)\}\}"/.exec(body) ?? [];
  const proof = password === undefined ? '' : `; password=$${variableOf(password)}`;
  return `support_is_on ${step.index} ${modeIn(step)} '${address}'${proof}`;
}

/** What is sent, whichever code or session it carries. */
const shapeOf = ({ exchange, again }: Exchanged): string =>
  `${exchange.request.method} ${again?.path} ${again?.body}`.replace(/\{\{([a-z]+)\w*-\d+\}\}/gi, '$1');

/**
 * Tries what the decisive request tries, with which a change is awaited: it may be refused as well. The first use of a
 * code that the decisive request sends again is no such try.
 */
export function isTriedBefore(step: Exchanged, steps: readonly Exchanged[], decisive: number): boolean {
  const last = steps.find(({ index }) => index === decisive);
  if (last === undefined || step.index >= decisive || !isSuccess(step) || !isSuccess(last)) return false;
  if (shapeOf(step) !== shapeOf(last)) return false;
  const code = ({ again }: Exchanged) =>
    again?.origins.find(({ kind }) => kind === 'code' || kind === 'mailed');
  if (code(last) !== undefined && code(last)?.name === code(step)?.name) return false;
  const between = ({ index, exchange }: Exchanged) =>
    index > step.index && index < decisive && exchange.operation?.startsWith('Update') === true;
  return !steps.some(between);
}

/**
 * Opens a session by the password alone, with which the decisive request is sent: another target hands out none. That
 * the password is right, a login with a code has shown before.
 */
export function isHalfLogin(login: Exchanged, steps: readonly Exchanged[], decisive: number): boolean {
  const { index, exchange, again } = login;
  if (!isSuccess(login)) return false;
  const user = /"username":"[^"]*"/.exec(again?.body ?? '')?.[0];
  if (user === undefined || exchange.operation !== 'CreateSession' || takesCode(again)) return false;
  const decides = steps.find((step) => step.index === decisive);
  const uses = decides?.again?.origins ?? [];
  return (
    uses.some((origin) => origin.kind === 'answer' && origin.exchange === index) &&
    steps.some(
      (step) =>
        step.index < index &&
        step.exchange.operation === 'CreateSession' &&
        isSuccess(step) &&
        takesCode(step.again) &&
        step.again?.body?.includes(user) === true,
    )
  );
}

export const takesCode = (again: Again | undefined) => again?.body?.includes('"otpCode":') === true;
