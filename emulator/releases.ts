// Written independently of the release documents, so that a mistake in a document shows.
export const releaseNames = [
  '6.6.0d',
  '6.8.1',
  '7.0',
  '7.1',
  '7.1.2_u3',
  '7.2.1',
  '7.3',
  '7.3.1',
  '7.3.2',
  '7.4',
  '7.5',
  'latest',
] as const;

export type ReleaseName = (typeof releaseNames)[number];

export const defaultRelease: ReleaseName = '7.1.2_u3';

export interface Release {
  readonly name: ReleaseName;
  readonly mechanisms: readonly string[];
  /** SupportMfaConfigInfo.mfaCode, needed to switch support MFA off and to change its address. */
  readonly mfaCode: boolean;
  /** SupportMfaConfigInfo.otpVerificationState. */
  readonly verificationState: boolean;
  /** Error.taskLogId. */
  readonly taskLogId: boolean;
  readonly bearer: boolean;
  readonly accessTokensPath: string;
  readonly supportPassword: boolean;
  /** VerifySupportUserTotp returns a reference id, which can replace a code. */
  readonly references: boolean;
  /** VerifyUserOtp: the password alone starts a login, and a code finishes it. */
  readonly secondStep: boolean;
}

export function isReleaseName(name: string): name is ReleaseName {
  return (releaseNames as readonly string[]).includes(name);
}

export function isSince(release: ReleaseName, first: ReleaseName): boolean {
  return releaseNames.indexOf(release) >= releaseNames.indexOf(first);
}

export function releaseOf(name: ReleaseName): Release {
  const since = (first: ReleaseName): boolean => isSince(name, first);
  return {
    name,
    mechanisms: since('6.8.1') ? ['email', 'totp', 'salesforce'] : ['email', 'totp'],
    mfaCode: since('6.8.1'),
    verificationState: since('7.1.2_u3'),
    taskLogId: since('7.0'),
    bearer: since('7.1.2_u3'),
    accessTokensPath: since('6.8.1') ? '/access-tokens' : '/accessTokens',
    supportPassword: since('7.3'),
    references: since('7.3.1'),
    secondStep: since('7.3.1'),
  };
}
