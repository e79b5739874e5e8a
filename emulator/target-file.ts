import type { MailAddress } from './mailer.js';
import { type ReleaseName, releaseOf } from './releases.js';
import type { Told } from './seams.js';
import { type State, supportAddress } from './state.js';

export interface TargetFileInput {
  readonly baseUrl: string;
  readonly controlUrl: string;
  readonly release: ReleaseName;
  readonly state: State;
  readonly mail: MailAddress;
  /** What it says besides. */
  readonly told: Told;
  /** How the certificate is to be trusted: a file of its authority, or a pin. Undefined: plain HTTP. */
  readonly tls: { readonly ca: string } | { readonly pin: string } | undefined;
}

/** The content of a target file for a running emulator: a throw-away target that all is allowed on, unless told else. */
export function targetFileOf(input: TargetFileInput): Record<string, unknown> {
  const account = (role: 'admin' | 'viewer' | 'other'): Record<string, unknown> => {
    const { username, password, domain, email, apiKey, sid } = input.state.user(role);
    const key = role === 'viewer' ? {} : { apiKey };
    return { username, password, domain, email, ...key, sid, ...input.told.accounts[role] };
  };
  const { host, port } = input.mail;
  const givesPassword = releaseOf(input.release).supportPassword && input.told.supportPassword;
  return {
    name: 'emulator',
    baseUrl: input.baseUrl,
    release: input.release,
    ...(input.tls === undefined ? {} : { tls: input.tls }),
    accounts: { admin: account('admin'), viewer: account('viewer'), other: account('other') },
    supportUser: {
      email: supportAddress,
      ...(givesPassword ? { password: input.state.supportPassword } : {}),
    },
    mail: {
      kind: 'smtp',
      listen: `${host.includes(':') ? `[${host}]` : host}:${port}`,
      timeoutMs: 10_000,
      quietMs: 200,
    },
    clock: { control: `${input.controlUrl}/clock` },
    allow: {
      stateChanges: true,
      clusterMfa: true,
      replaceTotpOf: ['admin', 'viewer', 'other', 'supportUser'],
      lockOut: true,
      disposable: true,
      ...input.told.allow,
    },
    limits: { requestTimeoutMs: 15_000, settleMs: 2_000, ...input.told.limits },
  };
}
