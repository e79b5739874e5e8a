import type { MailAddress } from './mailer.js';
import { type ReleaseName, releaseOf } from './releases.js';
import type { Told } from './seams.js';
import { type Role, type State, supportAddress } from './state.js';

export interface TargetFileInput {
  readonly baseUrl: string;
  readonly controlUrl: string;
  readonly release: ReleaseName;
  readonly state: State;
  readonly mail: MailAddress;
  readonly told: Told;
  /** How to trust the certificate: by an authority's file or by a pin. Undefined over plain HTTP. */
  readonly tls: { readonly ca: string } | { readonly pin: string } | undefined;
}

/** By default the target is disposable and allows everything. */
export function targetFileOf(input: TargetFileInput): Record<string, unknown> {
  const account = (role: Role): Record<string, unknown> => {
    const { username, password, domain, email, apiKey, sid } = input.state.user(role);
    const key = role === 'viewer' ? {} : { apiKey };
    return { username, password, domain, email, ...key, sid, ...input.told.accounts[role] };
  };
  const more = input.state.users.flatMap(({ role }) => (role.startsWith('more-') ? [account(role)] : []));
  const { host, port } = input.mail;
  const givesPassword = releaseOf(input.release).supportPassword && input.told.supportPassword;
  return {
    name: 'emulator',
    baseUrl: input.baseUrl,
    release: input.release,
    ...(input.tls === undefined ? {} : { tls: input.tls }),
    accounts: {
      admin: account('admin'),
      viewer: account('viewer'),
      other: account('other'),
      ...(more.length === 0 ? {} : { more }),
    },
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
      replaceTotpOf: ['admin', 'viewer', 'other', ...(more.length === 0 ? [] : ['more']), 'supportUser'],
      lockOut: true,
      disposable: true,
      ...input.told.allow,
    },
    limits: { requestTimeoutMs: 15_000, settleMs: 2_000, ...input.told.limits },
  };
}
