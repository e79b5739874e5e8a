import { gzipSync } from 'node:zlib';
import type { OperationId } from '../operations/table.js';
import type { Fault } from '../seams.js';

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

/** Deviations in framing and headers that a client library hides. */
export const wireFaults: readonly Fault[] = [
  {
    id: 'http/content-on-refused-head',
    description: 'HEAD /mfa-config without a credential is refused with content.',
    level: 'must',
    fails: ['http/head-has-no-content'],
    apply: (seams) =>
      seams.wire('GetMFAConfig', (answer, call) => {
        if (call.method === 'HEAD' && answer.status >= 400) answer.raw = { contentOnHead: true };
      }),
  },
  {
    id: 'http/compressed-204',
    description: 'The nothing of a 204 is sent as gzip where the request accepts that.',
    level: 'must',
    fails: [
      'http/no-content-after-204',
      ...mailing.map(([, slug]) => `http/no-content-after-204-of-${slug}`),
    ],
    apply: (seams) =>
      seams.wire('any', (answer, { headers }) => {
        if (answer.status !== 204 || !headers['accept-encoding']?.includes('gzip')) return;
        answer.headers = { ...answer.headers, 'content-encoding': 'gzip' };
        answer.raw = { after: gzipSync(Buffer.alloc(0)) };
      }),
  },
  ...mailing.map(
    ([operation, slug]): Fault => ({
      id: `http/content-after-204-of-${slug}`,
      description: `${operation} sends {} after the header section of its 204.`,
      level: 'must',
      fails: [`http/no-content-after-204-of-${slug}`],
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
      level: 'must',
      fails: [
        `${area}/refuses-${what}`,
        'http/no-server-error-for-client-mistake',
        // Bytes that are no text are sent there.
        ...(operation === 'CreateSession' && what === 'malformed-json'
          ? ['http/hostile-bodies-are-harmless']
          : []),
      ],
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
    level: 'should',
    fails: ['http/head-has-length-of-get'],
    apply: (seams) =>
      seams.wire('GetMFAConfig', (answer, call) => {
        if (call.method === 'HEAD') answer.raw = { framing: { 'content-length': '2' } };
      }),
  },
  {
    id: 'http/odd-retry-after',
    description: 'A method that a path does not have is answered by 429 with a Retry-After in words.',
    level: 'should',
    fails: ['http/retry-after-is-readable'],
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
    level: 'should',
    fails: ['http/retry-after-is-readable'],
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
    level: 'should',
    fails: ['http/secrets-are-not-stored'],
    apply: (seams) =>
      seams.answer('UpdateSupportMFAConfig', (answer) => {
        if (answer.status === 200) answer.headers = {};
      }),
  },
  {
    id: 'http/access-token-may-be-stored',
    description: 'POST /access-tokens does not say Cache-Control no-store.',
    level: 'should',
    fails: ['http/secrets-are-not-stored'],
    apply: (seams) =>
      seams.answer('CreateAccessToken', (answer) => {
        if (answer.status === 201) answer.headers = {};
      }),
  },
];
