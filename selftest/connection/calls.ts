import type { Answered, Call } from '../../src/target/connection/call.js';
import { anonymous } from '../../src/wire/http/credential.js';

export function callOf(more: Partial<Call> = {}): Call {
  const request = { method: 'POST', url: 'https://cluster.example/v2/mfa-config', headers: {} };
  const send = () => Promise.reject(new Error('nothing is sent'));
  const usual = { operation: null, path: '/mfa-config', json: undefined, credential: anonymous, options: {} };
  return { ...usual, request, send, ...more };
}

export function answerOf(status: number, body: unknown = {}, call = callOf(), durationMs = 0): Answered {
  const { method, url, headers } = call.request;
  const exchange = { operation: null, request: { method, url, headers }, startedAt: '', durationMs };
  return { status, headers: {}, body, findings: [], exchange };
}
