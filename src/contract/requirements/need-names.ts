interface NeedMeaning {
  readonly text: string;
  /** Whether a test with this need writes to the target; read-only runs skip such tests. */
  readonly writes: boolean;
  /** The part of the need that the target file can't show, only the target's state. */
  readonly foundOnTarget?: string;
}

export const needMeanings = {
  apiKey: { text: 'accounts.admin has an apiKey', writes: false },
  stateChanges: { text: 'allow.stateChanges is true', writes: true },
  clusterMfa: {
    text: 'allow.clusterMfa is true: cluster MFA is switched on and off for a while; accounts.admin has an apiKey, or allow.disposable is true',
    writes: true,
  },
  clusterMfaOff: {
    text: "the cluster's MFA is off, or allow.clusterMfa lets it be switched off",
    writes: false,
    foundOnTarget: "whether the cluster's MFA is off",
  },
  supportMfaOff: {
    text: "the support user's MFA is off, or can be switched off, and allow.stateChanges is true; from 7.3 on supportUser.password, unless the target says that it needs none",
    writes: true,
    foundOnTarget: "whether the support user's MFA is off",
  },
  replaceTotp: {
    text: 'an account with username and password whose TOTP may be replaced (allow.replaceTotpOf)',
    writes: true,
  },
  replaceTotpOfTwo: {
    text: 'two accounts with username and password whose TOTP may be replaced (allow.replaceTotpOf)',
    writes: true,
  },
  replaceSupportTotp: {
    text: "the support user's TOTP may be replaced (supportUser in allow.replaceTotpOf)",
    writes: true,
  },
  supportPassword: { text: 'supportUser.password is given', writes: false },
  supportMail: { text: 'the suite reads the mail, and supportUser.email is given', writes: false },
  secondAddress: { text: 'a second mail address in the target file', writes: false },
  mail: { text: "the target's mails reach the suite (mail)", writes: false },
  countedMail: { text: 'a mailbox that shows each mail: mail.kind is smtp or imap', writes: false },
  userMail: { text: 'an account with username, password and email', writes: false },
  userMailOfTwo: { text: 'two accounts with username, password and email', writes: false },
  userPassword: { text: 'an account with username and password', writes: false },
  userPasswordOfTwo: { text: 'two accounts with username and password', writes: false },
  userSid: {
    text: 'an account with username, password and sid, other than the admin',
    writes: false,
  },
  viewer: { text: 'a view-only account (accounts.viewer)', writes: false },
  disposable: { text: 'a disposable target: allow.disposable is true', writes: true },
  lockOut: { text: 'allow.lockOut is true: an account may be locked for a while', writes: true },
  longWait: {
    text: "time: the target's clock can be moved (clock.control), or --slow is given",
    writes: false,
  },
} as const satisfies Readonly<Record<string, NeedMeaning>>;

export type Need = keyof typeof needMeanings;

export function isNeed(text: string): text is Need {
  return Object.hasOwn(needMeanings, text);
}

export const needNames: readonly Need[] = Object.keys(needMeanings).filter(isNeed);

export function meaningOf(need: Need): NeedMeaning {
  return needMeanings[need];
}
