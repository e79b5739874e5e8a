export interface StartingState {
  readonly name: string;
  readonly start: object;
  /** A body for PUT /mfa-config, sent once the emulator has this state. */
  readonly put?: object;
}

const supportMfa = { enabled: true, mfaType: 'email', email: 'support@lab.example' };
const clusterMfa = { enabled: true, authenticationTypes: ['email', 'totp'] };
const nulls = { authenticationTypes: null, retainUserMfaSettings: null };

export const startingStates: readonly StartingState[] = [
  { name: 'all off', start: {} },
  { name: 'cluster on', start: { clusterMfa } },
  { name: 'support by e-mail', start: { supportMfa } },
  {
    name: 'cluster on with e-mail alone, settings not retained',
    start: { clusterMfa: { enabled: true, authenticationTypes: ['email'], retainUserMfaSettings: false } },
  },
  { name: 'cluster on, support by e-mail', start: { clusterMfa, supportMfa } },
  {
    name: 'off, settings not retained',
    start: { clusterMfa: { enabled: false, authenticationTypes: ['totp'], retainUserMfaSettings: false } },
  },
  { name: 'off with nulls', start: {}, put: { enabled: false, ...nulls } },
];
