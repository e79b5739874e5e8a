import { gzipSync } from 'node:zlib';
import type { WireAnswer } from '../call.js';
import { refusals, replaces, sendsRaw, wires } from '../deviations.js';
import type { OperationId } from '../operations/table.js';
import { type Fault, faultsOf, type Seams, type Which } from '../seams.js';

const mailing = [
  ['CreateEmailOtp', 'email-otp'],
  ['SendEmailOtp', 'send-email-otp'],
  ['SendSupportEmailOtp', 'support-email-otp'],
] as const satisfies readonly (readonly [OperationId, string])[];

/** Login operations that answer 500 for a missing or malformed body. */
const unread = [
  ['CreateSession', 'sessions', 'malformed-json'],
  ['CreateAccessToken', 'access-tokens', 'malformed-json'],
  ['CreateAccessToken', 'access-tokens', 'missing-body'],
] as const satisfies readonly (readonly [OperationId, string, string])[];

function compress(
  seams: Seams,
  which: Which,
  headers: Readonly<Record<string, string>>,
  isMeant: (answer: WireAnswer) => boolean = () => true,
): void {
  seams.wire(which, (answer, call) => {
    if (answer.content === undefined || !isMeant(answer)) return;
    if (!call.headers['accept-encoding']?.includes('gzip')) return;
    answer.content = gzipSync(answer.content);
    answer.headers = { ...answer.headers, ...headers };
  });
}

/** Deviations in framing and headers that client libraries hide. */
const single = faultsOf({
  'http/content-on-refused-head': {
    description: 'HEAD /mfa-config without a credential is refused with content.',
    breaks: ['http/head-has-no-content'],
    apply: wires('GetMFAConfig', (answer, call) => {
      if (call.method === 'HEAD' && answer.status >= 400) answer.raw = { contentOnHead: true };
    }),
  },
  'http/compressed-204': {
    description: 'The empty content of a 204 is sent as gzip where the request accepts it.',
    breaks: ['http/no-content-after-204'],
    apply: wires('any', (answer, { headers }) => {
      if (answer.status !== 204 || !headers['accept-encoding']?.includes('gzip')) return;
      answer.headers = { ...answer.headers, 'content-encoding': 'gzip' };
      answer.raw = { after: gzipSync(Buffer.alloc(0)) };
    }),
  },
  'http/errors-compressed-undeclared': {
    description: 'Errors are sent as gzip without Content-Encoding where the request accepts gzip.',
    breaks: ['http/content-is-coded-as-declared'],
    apply: (seams) => compress(seams, 'any', {}, ({ status }) => status >= 400),
  },
  'http/plain-declared-compressed': {
    description: 'GET /mfa-config declares Content-Encoding br on request, yet sends plain content.',
    breaks: ['http/content-is-coded-as-declared'],
    apply: wires('GetMFAConfig', (answer, { headers, method }) => {
      if (answer.content !== undefined && method === 'GET' && headers['accept-encoding']?.includes('br'))
        answer.headers = { ...answer.headers, 'content-encoding': 'br', vary: 'Accept-Encoding' };
    }),
  },
  'http/compressed-without-vary': {
    description: 'GET /mfa-config is sent as gzip without Vary where the request accepts gzip.',
    breaks: ['http/coded-answers-vary'],
    apply: (seams) => compress(seams, 'GetMFAConfig', { 'content-encoding': 'gzip' }),
  },
  'http/head-of-another-length': {
    description: 'HEAD /mfa-config has a Content-Length other than that of GET.',
    breaks: ['http/head-has-length-of-get'],
    apply: wires('GetMFAConfig', (answer, call) => {
      if (call.method === 'HEAD') answer.raw = { framing: { 'content-length': '2' } };
    }),
  },
  'http/odd-retry-after': {
    description: 'A method unknown to a path is answered 429 with a Retry-After in words.',
    breaks: ['http/retry-after-is-readable'],
    apply: replaces('any', 405, { status: 429, headers: { 'retry-after': 'soon' } }),
  },
  'http/retry-after-of-a-century': {
    description: 'A method unknown to a path is answered 429 with a Retry-After of a hundred years.',
    breaks: ['http/retry-after-is-readable'],
    apply: replaces('any', 405, { status: 429, headers: { 'retry-after': String(100 * 366 * 86_400) } }),
  },
  'http/support-secret-may-be-stored': {
    description: 'PATCH /support-user/mfa to totp lacks Cache-Control no-store.',
    breaks: ['http/secrets-are-not-stored'],
    apply: replaces('UpdateSupportMFAConfig', 200, { headers: {} }),
  },
  'http/access-token-may-be-stored': {
    description: 'POST /access-tokens lacks Cache-Control no-store.',
    breaks: ['http/secrets-are-not-stored'],
    apply: replaces('CreateAccessToken', 201, { headers: {} }),
  },
});

export const wireFaults: readonly Fault[] = [
  ...single,
  ...mailing.map(
    ([operation, slug]): Fault => ({
      id: `http/content-after-204-of-${slug}`,
      description: `${operation} sends {} after the header section of its 204.`,
      breaks: [`http/no-content-after-204-of-${slug}`],
      apply: sendsRaw(operation, 204, { after: Buffer.from('{}') }),
    }),
  ),
  ...unread.map(
    ([operation, area, what]): Fault => ({
      id: `http/${area}-${what}-is-500`,
      description: `${operation} answers 500 for a ${what.replace('-', ' ')}.`,
      breaks: [`${area}/refuses-${what}`],
      apply: refusals(operation, (answer, call) => {
        const isMissing = call.content?.length === 0;
        const isUnread = call.body === undefined && isMissing === (what === 'missing-body');
        if (answer.status === 400 && isUnread) answer.status = 500;
      }),
    }),
  ),
];
