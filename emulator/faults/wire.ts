import { gzipSync } from 'node:zlib';
import type { WireAnswer } from '../call.js';
import type { OperationId } from '../operations/table.js';
import type { Fault, Seams, Which } from '../seams.js';

const mailing = [
  ['CreateEmailOtp', 'email-otp'],
  ['SendEmailOtp', 'send-email-otp'],
  ['SendSupportEmailOtp', 'support-email-otp'],
] as const satisfies readonly (readonly [OperationId, string])[];

/** What a login operation does with a body that is not there or no JSON. */
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

/** Deviations in framing and headers that a client library hides. */
export const wireFaults: readonly Fault[] = [
  {
    id: 'http/content-on-refused-head',
    description: 'HEAD /mfa-config without a credential is refused with content.',
    breaks: ['http/head-has-no-content'],
    apply: (seams) =>
      seams.wire('GetMFAConfig', (answer, call) => {
        if (call.method === 'HEAD' && answer.status >= 400) answer.raw = { contentOnHead: true };
      }),
  },
  {
    id: 'http/compressed-204',
    description: 'The nothing of a 204 is sent as gzip where the request accepts that.',
    breaks: ['http/no-content-after-204'],
    apply: (seams) =>
      seams.wire('any', (answer, { headers }) => {
        if (answer.status !== 204 || !headers['accept-encoding']?.includes('gzip')) return;
        answer.headers = { ...answer.headers, 'content-encoding': 'gzip' };
        answer.raw = { after: gzipSync(Buffer.alloc(0)) };
      }),
  },
  {
    id: 'http/errors-compressed-undeclared',
    description: 'Errors are sent as gzip where the request accepts that, without Content-Encoding.',
    breaks: ['http/content-is-coded-as-declared'],
    apply: (seams) => compress(seams, 'any', {}, ({ status }) => status >= 400),
  },
  {
    id: 'http/plain-declared-compressed',
    description: 'GET /mfa-config says Content-Encoding br where the request accepts that, and sends none.',
    breaks: ['http/content-is-coded-as-declared'],
    apply: (seams) =>
      seams.wire('GetMFAConfig', (answer, { headers, method }) => {
        if (answer.content !== undefined && method === 'GET' && headers['accept-encoding']?.includes('br'))
          answer.headers = { ...answer.headers, 'content-encoding': 'br', vary: 'Accept-Encoding' };
      }),
  },
  {
    id: 'http/compressed-without-vary',
    description: 'GET /mfa-config is sent as gzip where the request accepts that, and says no Vary.',
    breaks: ['http/coded-answers-vary'],
    apply: (seams) => compress(seams, 'GetMFAConfig', { 'content-encoding': 'gzip' }),
  },
  ...mailing.map(
    ([operation, slug]): Fault => ({
      id: `http/content-after-204-of-${slug}`,
      description: `${operation} sends {} after the header section of its 204.`,
      breaks: [`http/no-content-after-204-of-${slug}`],
      apply: (seams) =>
        seams.wire(operation, (answer) => {
          if (answer.status === 204) answer.raw = { after: Buffer.from('{}') };
        }),
    }),
  ),
  ...unread.map(
    ([operation, area, what]): Fault => ({
      id: `http/${area}-${what}-is-500`,
      description: `${operation} answers 500 for a ${what.replace('-', ' ')}.`,
      breaks: [`${area}/refuses-${what}`],
      apply: (seams) =>
        seams.refusal(operation, (answer, call) => {
          const isMissing = call.content?.length === 0;
          const isUnread = call.body === undefined && isMissing === (what === 'missing-body');
          if (answer.status === 400 && isUnread) answer.status = 500;
        }),
    }),
  ),
  {
    id: 'http/head-of-another-length',
    description: 'HEAD /mfa-config says a Content-Length that is not that of GET.',
    breaks: ['http/head-has-length-of-get'],
    apply: (seams) =>
      seams.wire('GetMFAConfig', (answer, call) => {
        if (call.method === 'HEAD') answer.raw = { framing: { 'content-length': '2' } };
      }),
  },
  {
    id: 'http/odd-retry-after',
    description: 'A method that a path does not have is answered by 429 with a Retry-After in words.',
    breaks: ['http/retry-after-is-readable'],
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status !== 405) return;
        answer.status = 429;
        answer.headers = { 'retry-after': 'soon' };
      }),
  },
  {
    id: 'http/retry-after-of-a-century',
    description:
      'A method that a path does not have is answered by 429 with a Retry-After of a hundred years.',
    breaks: ['http/retry-after-is-readable'],
    apply: (seams) =>
      seams.refusal('any', (answer) => {
        if (answer.status !== 405) return;
        answer.status = 429;
        answer.headers = { 'retry-after': String(100 * 366 * 86_400) };
      }),
  },
  {
    id: 'http/support-secret-may-be-stored',
    description: 'PATCH /support-user/mfa to totp does not say Cache-Control no-store.',
    breaks: ['http/secrets-are-not-stored'],
    apply: (seams) =>
      seams.answer('UpdateSupportMFAConfig', (answer) => {
        if (answer.status === 200) answer.headers = {};
      }),
  },
  {
    id: 'http/access-token-may-be-stored',
    description: 'POST /access-tokens does not say Cache-Control no-store.',
    breaks: ['http/secrets-are-not-stored'],
    apply: (seams) =>
      seams.answer('CreateAccessToken', (answer) => {
        if (answer.status === 201) answer.headers = {};
      }),
  },
];
