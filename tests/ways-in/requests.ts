import type { Way } from '../../fixtures/index.js';

const member = (name: string, value: unknown): Way => ({
  name: `${name}: ${JSON.stringify(value)}`,
  members: { [name]: value },
});

const header = (name: string, value: string): Way => ({
  name: `${name}: ${value}`,
  headers: { [name]: value },
});

const junk = '-----BEGIN JUNK-----\nbm90aGluZw==\n-----END JUNK-----';

export const junkCertificate: Way = {
  name: 'a certificate and a privateKey that are junk',
  members: { certificate: junk, privateKey: junk },
};

/** Members that might make a server skip the code. Add a line for another. */
export const members: readonly Way[] = [
  ...[
    ['skipMfa', 'skipOtp', 'skipOTP', 'skipMFA', 'skip_mfa', 'bypassMfa', 'disableMfa', 'noMfa'],
    ['mfaVerified', 'otpVerified', 'mfaPassed', 'isMfaDone', 'isOtpVerified', 'verified'],
    ['rememberMe', 'rememberDevice', 'trustDevice', 'trustedDevice', 'isTrusted'],
    ['isUserExemptFromMfa', 'mfaExempt', 'skipForcePasswordChange', 'internal', 'isAdmin'],
  ].flatMap((names) => names.map((name) => member(name, true))),
  ...['mfaRequired', 'mfaEnabled', 'requireOtp', 'enabled'].map((name) => member(name, false)),
  member('mfaInfo', { isUserExemptFromMfa: true, isTotpSetupDone: false, isEmailOtpSetupDone: false }),
  member('loginType', 'kApiKey'),
  member('step', 2),
];

/** Header fields of proxies and others that a server might trust. Add a line for another. */
export const headers: readonly Way[] = [
  header('X-Forwarded-For', '10.0.0.1'),
  header('Forwarded', 'for=127.0.0.1;host=localhost'),
  header('X-Real-IP', '127.0.0.1'),
  header('X-Client-IP', '127.0.0.1'),
  header('True-Client-IP', '127.0.0.1'),
  header('X-Cluster-Client-IP', '127.0.0.1'),
  header('X-Forwarded-Host', 'localhost'),
  header('X-Forwarded-Proto', 'https'),
  header('X-Originating-IP', '127.0.0.1'),
  header('X-Internal-Request', 'true'),
  header('X-Requested-With', 'XMLHttpRequest'),
  header('X-MFA-Verified', 'true'),
  header('X-Skip-MFA', 'true'),
  header('X-Client-Verify', 'SUCCESS'),
  header('User-Agent', 'cohesity'),
  header('apiKey', 'of-nobody'),
  header('session-id', 'of-nobody'),
  header('open-id-token', 'of-nobody'),
  header('X-Impersonate-Tenant-Id', 'of-nobody'),
  header('Authorization', 'Bearer of-nobody'),
  header(
    'Cookie',
    'trusted_device=1; remember_me=1; remember_device=true; mfa_verified=true; otp_verified=1',
  ),
];

export const userFields = [
  'X-Remote-User',
  'Remote-User',
  'X-Forwarded-User',
  'X-Auth-Request-User',
  'X-User',
  'X-Username',
  'X-Impersonate-User',
];

/** Makes header fields by which a proxy might name the caller, or a browser the page. Add a line for another. */
export const callerHeaders = (name: string, origin: string): readonly Way[] => [
  ...userFields.map((field) => header(field, name)),
  header('Origin', origin),
  header('Referer', `${origin}/`),
  header('X-WEBAUTH-USER', name),
  header('X-SSL-Client-S-DN', `CN=${name}`),
  header('X-Original-URL', '/v2/mfa-config'),
  // A cache may answer a conditional or partial request before the target checks the credential.
  header('If-None-Match', '"0"'),
  header('Range', 'bytes=0-'),
  header('Accept', 'text/html'),
  header('X-Forwarded-For', '127.0.0.1'),
  header('Cookie', `user=${name}; username=${name}; admin=true; login-session=${name}; session-id=${name}`),
];

export const asCredentials = (text: string): readonly Way[] => [
  header('apiKey', text),
  header('session-id', text),
  header('Authorization', `Bearer ${text}`.trim()),
];

export interface OtherRequest {
  readonly method?: string;
  readonly path?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Returns the content of the request. By default the members as JSON. */
  readonly content?: readonly [what: string, of: (members: Readonly<Record<string, string>>) => string];
}

const logins = '/users/sessions';
const twoCodes = '"otpType":"totp","otpCode":"000000","otpCode":"000000"';
const form = 'application/x-www-form-urlencoded';

const nameOnly = ({ username }: Readonly<Record<string, string>>) => JSON.stringify({ username }).slice(1);

export const otherRequests: readonly OtherRequest[] = [
  { path: `${logins}/` },
  { path: `/${logins}` },
  { path: '/Users/Sessions' },
  { path: `${logins};x=1` },
  { path: `${logins}.json` },
  { path: '/users/%73essions' },
  { path: `${logins}?skipMfa=true` },
  { path: '/sessions' },
  { path: '/login' },
  { path: '/users/login' },
  { path: '/accessTokens' },
  { path: '/../irisservices/api/v1/public/accessTokens' },
  { method: 'PUT' },
  { method: 'PATCH' },
  { headers: { 'X-HTTP-Method-Override': 'PUT' } },
  { headers: { Accept: 'text/html' } },
  { contentType: form, content: ['', (members) => String(new URLSearchParams(members))] },
  { contentType: form },
  { content: [', otpCode twice', (members) => `{${JSON.stringify(members).slice(1, -1)},${twoCodes}}`] },
  { content: [' in a list', (members) => `[${JSON.stringify(members)}]`] },
  {
    content: [
      ', username twice',
      (members) => `${JSON.stringify(members).slice(0, -1)},${nameOnly(members)}`,
    ],
  },
  { contentType: 'text/plain' },
  { contentType: 'application/merge-patch+json' },
];

export function nameOf(request: OtherRequest): string {
  const { method = 'POST', path = logins, contentType, headers: more = {}, content } = request;
  const extra = Object.entries(more).map(([name, value]) => `, ${name}: ${value}`);
  const type = contentType === undefined ? '' : ` as ${contentType}${content ? '' : ', in JSON'}`;
  return `${method} ${path}${type}${content?.[0] ?? ''}${extra.join('')}`;
}
