import type { Again, Exchanged } from '../../base/model/event.js';
import type { Assertion } from './check-scripts.js';
import { isSuccess, userOf } from './log.js';

/** A request of a script. */
export interface Step extends Exchanged {
  readonly again: Again;
  /** What the test's own steps meet: a login, a key, a configuration. Absent: the test sent it itself. */
  readonly arranges?: true;
  /** On one connection with the next one. */
  readonly together?: true;
}

/** The variable of a script for a value that has a name in the log. */
export const variableOf = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '_').toUpperCase();

/** Of fields that say who asks. */
export const isCredential = (name: string) => /^(?:apikey|authorization|session-id|cookie)$/i.test(name);

const hasKnownCredential = ({ headers }: Again) =>
  Object.entries(headers).some(([name, value]) => isCredential(name) && value.includes('{{'));

export const isLogin = (each: Exchanged | undefined): boolean =>
  /^Create(?:Session|AccessToken)$/.test(each?.exchange.operation ?? '');

/** No caller that the target knows: no credential, or one that is made up. */
export const isAnonymous = (each: Exchanged): boolean =>
  each.again !== undefined &&
  !hasKnownCredential(each.again) &&
  !isLogin(each) &&
  each.exchange.operation !== 'CreateEmailOtp';

/** What no answer came to may be done all the same. */
export const mayBeDone = (each: Exchanged): boolean =>
  isSuccess(each) || each.exchange.response === undefined;

/** A read with what a login handed out: it shows whether that opens anything, whatever the state is. */
export const isProbe = ({ exchange, again }: Exchanged): boolean =>
  exchange.request.method === 'GET' &&
  again !== undefined &&
  !('apiKey' in again.headers) &&
  hasKnownCredential(again);

export const changesState = (step: Exchanged): boolean =>
  (step.exchange.operation === 'UpdateMFAConfig' && mayBeDone(step)) || mayHaveSupportOn(step);

export const asksSupportOn = (step: Exchanged | undefined): boolean =>
  /"enabled":\s*true/.test(step?.exchange.request.body ?? '');

/** Asked for, or done all the same; what was refused in the run may be done where the fault is mended. */
export const mayHaveSupportOn = (step: Exchanged): boolean =>
  step.exchange.operation === 'UpdateSupportMFAConfig' &&
  (asksSupportOn(step) || /"enabled":\s*true/.test(step.exchange.response?.body ?? ''));

/**
 * What a read tells of the support user's MFA: where it is otherwise, the script has not prepared what the run met. While
 * it is off, what was chosen or proven before says nothing, unless a change names it.
 */
export function sameSupportState({ index, exchange }: Step, change: Step | undefined): string[] {
  if (exchange.operation !== 'GetSupportMFAConfig') return [];
  const body = exchange.response?.body?.replace(/\s/g, '') ?? '';
  const isOff = body.includes('"enabled":false');
  const named = asksSupportOn(change)
    ? []
    : ['email', 'mfaType'].filter((name) => change?.again.body?.includes(`"${name}"`));
  const names = ['enabled', ...(isOff ? named : ['mfaType', 'otpVerificationState', ...named])];
  return names.flatMap((name) => {
    const [text] = new RegExp(`"${name}":(?:true|false|"[^"']*")`).exec(body) ?? [];
    const why = `cannot "${name} of the support user's MFA is not as it was in the run"`;
    return text === undefined ? [] : [`holds ${index} '${text}' || ${why}`];
  });
}

/** The mode that support MFA is in after a request, as it was asked for or answered. */
export function modeIn({ exchange, again }: Exchanged): 'email' | 'totp' {
  const [, mode] = /"mfaType":\s*"(email|totp)"/.exec(`${again?.body} ${exchange.response?.body}`) ?? [];
  return mode === 'email' ? 'email' : 'totp';
}

/** What switching off again needs, where the answer says that it is on. */
export function supportOn(step: Step): string {
  const body = step.again.body ?? '';
  const [, address = ''] = /"email":\s*"([^"{}$`\\']*)"/.exec(body) ?? [];
  const [, password] = /"currentPassword":"\{\{([\w-]+)\}\}"/.exec(body) ?? [];
  const proof = password === undefined ? '' : `; password=$${variableOf(password)}`;
  return `support_is_on ${step.index} ${modeIn(step)} '${address}'${proof}`;
}

export const takesCode = (again: Again | undefined) => again?.body?.includes('"otpCode":') === true;

/** A code that a key or a mail gave, as it was given. */
export const hasCode = (again: Again | undefined) =>
  again?.origins.some(({ kind }) => kind === 'code' || kind === 'mailed') === true &&
  !again.origins.some(({ kind }) => kind === 'near' || kind === 'part' || kind === 'apart');

/** What is sent, whichever code or session it carries. */
const shapeOf = ({ exchange, again }: Step): string =>
  `${exchange.request.method} ${again.path} ${again.body}`.replace(/\{\{([a-z]+)\w*-\d+\}\}/gi, '$1');
const codeOf = ({ again }: Step) =>
  again.origins.find(({ kind }) => kind === 'code' || kind === 'mailed')?.name;

/**
 * Whether the fault let a request of the test pass that a right target refuses: a login by the password alone whose session
 * the decisive request carries, or what tries the same as that one, to await a change. Neither is the first use of a code
 * that is sent again.
 */
export function mayBeRefused(step: Step, steps: readonly Step[], { decisive, refusal }: Assertion): boolean {
  const last = steps.find(({ index }) => index === decisive);
  if (last === undefined || step.arranges === true || step.index >= decisive || !isSuccess(step))
    return false;
  const carries = last.again.origins.some((origin) => 'exchange' in origin && origin.exchange === step.index);
  // That the password is right, a login has shown before.
  const hasShown = (each: Step) =>
    each.index < step.index && isLogin(each) && isSuccess(each) && userOf(each) === userOf(step);
  if (carries && isLogin(step) && !takesCode(step.again) && steps.some(hasShown)) return true;
  const changes = ({ index, exchange }: Step) =>
    index > step.index && index < decisive && exchange.operation?.startsWith('Update') === true;
  const isUsed = codeOf(last) !== undefined && codeOf(last) === codeOf(step);
  return (
    refusal === true && isSuccess(last) && shapeOf(step) === shapeOf(last) && !isUsed && !steps.some(changes)
  );
}
