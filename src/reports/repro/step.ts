import type { Again, Exchanged } from '../../base/model/event.js';
import type { Assertion } from './check-scripts.js';
import { isSuccess, userOf } from './log.js';

export interface Step extends Exchanged {
  readonly again: Again;
  /** Set for a request that only prepares the state; absent if the test itself sent the request. */
  readonly arranges?: true;
  readonly together?: true;
}

export const variableOf = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '_').toUpperCase();

export const isCredential = (name: string) => /^(?:apikey|authorization|session-id|cookie)$/i.test(name);

const hasKnownCredential = ({ headers }: Again) =>
  Object.entries(headers).some(([name, value]) => isCredential(name) && value.includes('{{'));

export const isLogin = (each: Exchanged | undefined): boolean =>
  /^Create(?:Session|AccessToken)$/.test(each?.exchange.operation ?? '');

/** Tells whether the request has no credential that the target knows: it has none, or an invented one. */
export const isAnonymous = (each: Exchanged): boolean =>
  each.again !== undefined &&
  !hasKnownCredential(each.again) &&
  !isLogin(each) &&
  each.exchange.operation !== 'CreateEmailOtp';

/** Tells whether the request may have taken effect: it succeeded, or no answer came. */
export const mayBeDone = (each: Exchanged): boolean =>
  isSuccess(each) || each.exchange.response === undefined;

/** Recognizes a read with a credential from a login. Such a read tests the credential, not the state. */
export const isProbe = ({ exchange, again }: Exchanged): boolean =>
  exchange.request.method === 'GET' &&
  again !== undefined &&
  !('apiKey' in again.headers) &&
  hasKnownCredential(again);

export const changesState = (step: Exchanged): boolean =>
  (step.exchange.operation === 'UpdateMFAConfig' && mayBeDone(step)) || mayHaveSupportOn(step);

export const asksSupportOn = (step: Exchanged | undefined): boolean =>
  /"enabled":\s*true/.test(step?.exchange.request.body ?? '');

/** Tells whether support MFA may be on after this request. A fixed target may accept a refused request. */
export const mayHaveSupportOn = (step: Exchanged): boolean =>
  step.exchange.operation === 'UpdateSupportMFAConfig' &&
  (asksSupportOn(step) || /"enabled":\s*true/.test(step.exchange.response?.body ?? ''));

/** Returns commands that stop the script if the support user's MFA is not as it was in the run. */
export function sameSupportState({ index, exchange }: Step, change: Step | undefined): string[] {
  if (exchange.operation !== 'GetSupportMFAConfig') return [];
  const body = exchange.response?.body?.replace(/\s/g, '') ?? '';
  const isOff = body.includes('"enabled":false');
  // While MFA is off, its mode and address count only if the deciding request names them.
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

/** Returns the mode that the request asks for, else the answer's, else `totp`. */
export function modeIn({ exchange, again }: Exchanged): 'email' | 'totp' {
  const [, mode] = /"mfaType":\s*"(email|totp)"/.exec(`${again?.body} ${exchange.response?.body}`) ?? [];
  return mode === 'email' ? 'email' : 'totp';
}

export function supportOn(step: Step): string {
  const body = step.again.body ?? '';
  const [, address = ''] = /"email":\s*"([^"{}$`\\']*)"/.exec(body) ?? [];
  const [, password] = /"currentPassword":"\{\{([\w-]+)\}\}"/.exec(body) ?? [];
  const proof = password === undefined ? '' : `; password=$${variableOf(password)}`;
  return `support_is_on ${step.index} ${modeIn(step)} '${address}'${proof}`;
}

export const takesCode = (again: Again | undefined) => again?.body?.includes('"otpCode":') === true;

/** Tells whether a request has an unchanged code from a key or a mail. */
export const hasCode = (again: Again | undefined) =>
  again?.origins.some(({ kind }) => kind === 'code' || kind === 'mailed') === true &&
  !again.origins.some(({ kind }) => kind === 'near' || kind === 'part' || kind === 'apart');

const shapeOf = ({ exchange, again }: Step): string =>
  `${exchange.request.method} ${again.path} ${again.body}`.replace(/\{\{([a-z]+)\w*-\d+\}\}/gi, '$1');
const codeOf = ({ again }: Step) =>
  again.origins.find(({ kind }) => kind === 'code' || kind === 'mailed')?.name;

/** Tells whether a fixed target may refuse this request, although the run's target accepted it. */
export function mayBeRefused(step: Step, steps: readonly Step[], { decisive, refusal }: Assertion): boolean {
  const last = steps.find(({ index }) => index === decisive);
  if (last === undefined || step.arranges === true || step.index >= decisive || !isSuccess(step))
    return false;
  const carries = last.again.origins.some((origin) => 'exchange' in origin && origin.exchange === step.index);
  // Another login has already shown that the password is right.
  const hasShown = (each: Step) =>
    each.index < step.index && isLogin(each) && isSuccess(each) && userOf(each) === userOf(step);
  if (carries && isLogin(step) && !takesCode(step.again) && steps.some(hasShown)) return true;
  const changes = ({ index, exchange }: Step) =>
    index > step.index && index < decisive && exchange.operation?.startsWith('Update') === true;
  // If both requests use the same code, the first use must succeed.
  const isUsed = codeOf(last) !== undefined && codeOf(last) === codeOf(step);
  return (
    refusal === true && isSuccess(last) && shapeOf(step) === shapeOf(last) && !isUsed && !steps.some(changes)
  );
}
