import type { Exchanged } from '../../base/model/event.js';
import { printable } from '../../base/redaction/printable.js';

/** Renders an exchange on one line: `lab-7 totp-login/works POST /v2/users/sessions 201 12 ms`. */
export function requestLine({ requirement, exchange }: Exchanged, target: string): string {
  const { request, response, error = '', durationMs } = exchange;
  const path = request.url.replace(/^https?:\/\/[^/]*/, '');
  const answer = response === undefined ? error : String(response.status);
  const parts = [target, requirement, request.method, path, answer, `${Math.round(durationMs)} ms`];
  return printable(parts.filter((part) => part !== '').join(' ')).replaceAll('\n', ' ');
}
