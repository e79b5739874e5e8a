import type { Exchanged } from '../../base/model/event.js';
import type { Step } from './arranged.js';
import type { Assertion } from './check-scripts.js';
import { type LogIndex, statusOf, userOf } from './log.js';

const mostLines = 8;

/** What a script does, in lines for its head. */
export function happens(steps: readonly Step[], assertion: Assertion, log: LogIndex): string[] {
  const told = steps.map((step) => {
    const decides = assertion.conditions.some(({ at }) => at === step.index);
    const answer = decides ? `, answered ${statusOf(step) || 'by nothing'} in the run` : '';
    return { text: `${whoDoes(step, log)}${answer}`, numbers: [step.index] };
  });
  const merged: { text: string; numbers: number[] }[] = [];
  for (const each of told) {
    const last = merged.at(-1);
    if (last?.text === each.text) last.numbers.push(...each.numbers);
    else merged.push(each);
  }
  const shown = merged.slice(-mostLines);
  const [first] = shown;
  const before = merged.slice(0, -mostLines + 1);
  if (merged.length > mostLines && first !== undefined)
    shown[0] = {
      text: `${before.length} steps that prepare, the last: ${before.at(-1)?.text}`,
      numbers: before.flatMap(({ numbers }) => numbers),
    };
  return shown.map(({ text, numbers }) => `  ${rangeOf(numbers)}. ${text}`);
}

function rangeOf(numbers: readonly number[]): string {
  const [first] = numbers;
  return numbers.length > 1 ? `${first} to ${numbers.at(-1)}` : String(first);
}

function whoDoes(step: Step, log: LogIndex): string {
  const { exchange, again } = step;
  const who = callerOf(step, log);
  const body = objectIn(again.body);
  const on = body['enabled'] === true ? 'on' : body['enabled'] === false ? 'off' : undefined;
  switch (exchange.operation) {
    case 'UpdateMFAConfig': {
      const types = body['authenticationTypes'];
      const withTypes = Array.isArray(types) ? `, types ${types.join(' and ') || 'none'}` : '';
      return on === undefined ? `${who}: PUT /mfa-config` : `${who} sets cluster MFA ${on}${withTypes}`;
    }
    case 'UpdateSupportMFAConfig': {
      const mode = typeof body['mfaType'] === 'string' ? ` (${body['mfaType']})` : '';
      const what = on === undefined ? 'changes support MFA' : `switches support MFA ${on}`;
      return `${who} ${what}${mode}${'mfaCode' in body ? ` with ${codeWords(body['mfaCode'])}` : ''}`;
    }
    case 'CreateSession':
    case 'CreateAccessToken': {
      const code =
        'otpCode' in body ? `the password and ${codeWords(body['otpCode'])}` : 'the password alone';
      const what = exchange.operation === 'CreateSession' ? 'logs in' : 'asks for an access token';
      return `${userOf(step) ?? who} ${what} with ${code}`;
    }
    case 'CreateTotpKey':
      return `${who} enrols a key`;
    case 'CreateEmailOtp':
      return `${userOf(step) ?? who} asks for a code by mail`;
    case 'SendEmailOtp':
      return `${who} asks for a code by mail`;
    case 'SendSupportEmailOtp':
      return `${who} has a code mailed to the support user`;
    case 'VerifySupportUserTotp':
      return `${who} verifies ${codeWords(body['totpCode'])} of the support user`;
    case 'DeleteSession':
      return `${who} ends sessions`;
    default:
      return `${who}: ${exchange.request.method} ${again.path}`;
  }
}

function callerOf({ again }: Step, log: LogIndex): string {
  const [name] = /\{\{([\w-]+)\}\}/.exec(
    Object.entries(again.headers)
      .filter(([field]) => /^(?:apikey|authorization|session-id|cookie)$/i.test(field))
      .map(([, value]) => value)
      .join(' '),
  ) ?? [''];
  const origin = again.origins.find((each) => `{{${each.name}}}` === name);
  if (origin?.kind === 'target file') return (origin.name.split('_')[0] ?? '').toLowerCase();
  if (origin?.kind === 'answer') return userOf(loginOf(origin.exchange, log)) ?? 'a session';
  const sent = Object.keys(again.headers).some((field) =>
    /^(?:apikey|authorization|session-id)$/i.test(field),
  );
  return sent ? 'a caller with another credential' : 'an anonymous caller';
}

const loginOf = (index: number, log: LogIndex): Exchanged | undefined => log.exchanges.get(index);

function codeWords(code: unknown): string {
  if (typeof code !== 'string') return `the code ${JSON.stringify(code)}`;
  const [, name = ''] = /^\{\{([\w-]+)\}\}$/.exec(code) ?? [];
  if (name.startsWith('mailed')) return 'a mailed code';
  if (name.startsWith('code')) return 'a code of the key';
  return name === '' ? `the code "${code.slice(0, 30)}"` : 'a changed code';
}

function objectIn(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
