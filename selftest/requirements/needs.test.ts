import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/base/secret.js';
import { loadRequirements, type Requirement } from '../../src/contract/requirements/catalogue.js';
import {
  exemptedNeed,
  missingNeed,
  type Need,
  needNames,
  needRow,
} from '../../src/contract/requirements/needs.js';
import type { Account, AccountRole, Allow, Target } from '../../src/input/target-file/target.js';

const allow: Allow = {
  stateChanges: true,
  clusterMfa: true,
  replaceTotpOf: ['admin', 'other', 'supportUser'],
  lockOut: true,
  disposable: false,
};

function account(role: AccountRole): Account & { readonly password: Secret } {
  return { role, username: role, password: new Secret('pw'), domain: 'LOCAL', email: `${role}@lab.example` };
}

const bare: Account = { role: 'admin', domain: 'LOCAL', apiKey: new Secret('key') };
const poor: Target = {
  name: 'lab',
  file: '/lab.yaml',
  baseUrl: 'https://h/v2',
  release: '7.1.2_u3',
  tls: { insecure: false },
  accounts: { admin: bare },
  supportUser: {},
  allow: { ...allow, stateChanges: false, clusterMfa: false, replaceTotpOf: [], lockOut: false },
  limits: { requestTimeoutMs: 1000, settleMs: 0 },
};

const rich: Target = {
  ...poor,
  accounts: {
    admin: { ...account('admin'), apiKey: new Secret('key') },
    viewer: account('viewer'),
    other: { ...account('other'), sid: 'S-1' },
  },
  supportUser: { email: 'support@lab.example', password: new Secret('pw') },
  mail: { kind: 'smtp', host: '::', port: 25, timeoutMs: 1, quietMs: 1 },
  clock: { control: 'http://h/clock' },
  allow,
};

const keyless: Target = { ...rich, accounts: { ...rich.accounts, admin: account('admin') } };
const lone: Target = { ...rich, accounts: { admin: account('admin') } };
const allowing = (more: Partial<Allow>, of = rich): Target => ({ ...of, allow: { ...allow, ...more } });
const ofTotp = (replaceTotpOf: Allow['replaceTotpOf'], accounts = rich.accounts): Target =>
  allowing({ replaceTotpOf }, { ...rich, accounts });
const oneOther = { admin: bare, other: account('other') };
const twoMore = { admin: bare, 'more[0]': account('more[0]'), 'more[1]': account('more[1]') };
const sameMail = { admin: account('admin'), other: { ...account('other'), email: 'admin@lab.example' } };

const byCommand: Target = { ...rich, mail: { kind: 'command', run: ['x'], timeoutMs: 1, quietMs: 1 } };

const noState = 'nothing may be changed: allow.stateChanges is off';
const noPassword = 'the target file has no account with username and password';
const noTwo = 'the target file has no two accounts with username and password';
const noMail = 'the target file has no mail section';
const noTwoMails = 'the target file has no two accounts with username, password and an email of their own';
const noSecond = 'the target file has no second mail address';
const noSid = 'the target file has no account with username, password and sid besides the admin';
const noWayBack =
  "would switch cluster MFA on with no way back but the admin's session, which may end: accounts.admin has no apiKey";
const mayNotSwitch = "would switch the cluster's MFA: allow.clusterMfa is not true";
const mayNotReplace = (whose: string) =>
  `would replace the TOTP enrolment of ${whose}: not in allow.replaceTotpOf`;

const full = { mode: 'full', slow: false } as const;
const reason = (target: Target, ...needs: Need[]) => missingNeed(target, { needs }, full);

describe('needs that the target file shows', () => {
  test.each(needNames.filter((need) => need !== 'disposable'))('a rich target file meets %s', (need) => {
    expect(reason(rich, need)).toBeUndefined();
  });

  test.each<[Need, Target, string]>([
    ['apiKey', keyless, 'the target file has no API key of the admin'],
    ['stateChanges', poor, noState],
    ['clusterMfa', poor, noState],
    ['clusterMfa', keyless, noWayBack],
    ['clusterMfa', allowing({ clusterMfa: false }), mayNotSwitch],
    ['supportMfaOff', poor, noState],
    ['replaceTotp', { ...rich, accounts: { admin: bare } }, noPassword],
    ['replaceTotp', ofTotp(['admin'], oneOther), mayNotReplace('other')],
    ['replaceTotp', ofTotp(['supportUser']), mayNotReplace('other or viewer or admin')],
    ['replaceTotp', ofTotp(['other'], twoMore), mayNotReplace('more')],
    ['replaceTotpOfTwo', lone, noTwo],
    ['replaceTotpOfTwo', ofTotp(['other']), mayNotReplace('viewer or admin')],
    ['replaceSupportTotp', ofTotp(['other']), mayNotReplace('supportUser')],
    ['userSid', { ...rich, accounts: { ...rich.accounts, other: account('other') } }, noSid],
    ['supportPassword', poor, 'the target file has no supportUser.password'],
    ['supportMail', poor, noMail],
    ['supportMail', { ...rich, supportUser: {} }, 'the target file has no supportUser.email'],
    ['secondAddress', { ...lone, supportUser: { email: 'ADMIN@lab.example' } }, noSecond],
    ['mail', poor, noMail],
    ['countedMail', byCommand, "mail.kind command shows codes, not each mail: it can't count them"],
    ['userMail', poor, 'the target file has no account with username, password and email'],
    ['userMailOfTwo', lone, noTwoMails],
    ['userMailOfTwo', { ...rich, accounts: sameMail }, noTwoMails],
    ['userPassword', poor, noPassword],
    ['userPasswordOfTwo', lone, noTwo],
    ['viewer', poor, 'the target file has no viewer account'],
    ['disposable', rich, 'only for a disposable target: allow.disposable is not true'],
    ['lockOut', poor, 'would lock an account for a while: allow.lockOut is not true'],
    ['longWait', poor, 'would wait for minutes: needs --slow, or clock.control'],
  ])('%s', (need, target, expected) => {
    expect(reason(target, need)).toBe(expected);
  });

  test('--slow replaces a movable clock', () => {
    expect(missingNeed(poor, { needs: ['longWait'] }, { mode: 'full', slow: true })).toBeUndefined();
  });

  test('a disposable target permits everything that its accounts allow', () => {
    const disposable: Target = { ...rich, allow: { ...poor.allow, disposable: true } };

    expect(needNames.filter((need) => reason(disposable, need) !== undefined)).toEqual([]);
  });

  test('the first missing need is reported', () => {
    expect(reason(poor, 'mail', 'stateChanges', 'viewer')).toBe('the target file has no mail section');
    expect(reason(rich, 'mail', 'stateChanges', 'disposable')).toContain('allow.disposable');
  });

  test("needs that depend on the target's state are left open", () => {
    const open = needNames.filter((need) => needRow(need).foundOnTarget !== undefined);
    expect(open).toEqual(['clusterMfaOff', 'supportMfaOff']);
    expect(reason(allowing({ clusterMfa: false }), 'clusterMfaOff')).toBeUndefined();
  });
});

test('a disposable target needs no lasting way back', () => {
  const accounts = { ...rich.accounts, admin: account('admin') };
  expect(reason({ ...rich, accounts, allow: { ...allow, disposable: true } }, 'clusterMfa')).toBeUndefined();
});

const readOnly = { mode: 'read-only', slow: true } as const;
const isWriting = ({ operations }: Requirement) =>
  operations.some((operation) => !operation.startsWith('Get'));

test('read-only: skips all writes, whatever is allowed', () => {
  const why = (need: Need) => missingNeed(rich, { needs: [need] }, readOnly);
  const skipped = needNames.filter((need) => why(need) === 'nothing may be changed: the run is read-only');

  expect(skipped.toSorted().join(' ')).toBe(
    'clusterMfa disposable lockOut replaceSupportTotp replaceTotp replaceTotpOfTwo stateChanges supportMfaOff',
  );
});

test('read-only leaves requirements that only read', () => {
  const left = loadRequirements().filter((each) => missingNeed(rich, each, readOnly) === undefined);

  expect(left.map(({ id }) => id)).toContain('mfa-config/get-answers-200');
  expect(left.filter(isWriting)).toEqual([]);
});

test('every requirement with writing operations needs permission for state changes', () => {
  const writes = loadRequirements().filter(isWriting);
  const free = writes.filter(({ needs }) => !needs.some((need) => needRow(need).writes));

  expect(free.map(({ id }) => id)).toEqual([]);
});

describe('accounts that MFA does not apply to', () => {
  const other = account('other');
  const withOthers = (more: object): Target => ({
    ...rich,
    accounts: { admin: bare, other: { ...other, ...more }, viewer: account('viewer') },
  });
  const exempted = (more: object, ...needs: Need[]) => exemptedNeed(withOthers(more), { needs });

  const noTwoFactors =
    'needs two accounts that MFA applies to: accounts.other is exempt from MFA (mfaExempt)';
  const twoMailed = 'needs two accounts that codes are mailed to: ';
  const noMailFor = `${twoMailed}codes by mail are not set up for accounts.other (mailedCodes)`;

  test.each<[Need, object, string | undefined]>([
    ['replaceTotpOfTwo', { mfaExempt: true }, noTwoFactors],
    ['userMailOfTwo', { mailedCodes: false }, noMailFor],
    ['userMailOfTwo', { mfaExempt: true }, `${twoMailed}accounts.other is exempt from MFA (mfaExempt)`],
    ['replaceTotpOfTwo', { mailedCodes: false }, undefined],
    ['replaceTotp', { mfaExempt: true }, undefined],
    ['userMail', { mailedCodes: false }, undefined],
    ['userPassword', { mfaExempt: true }, undefined],
    ['replaceTotpOfTwo', {}, undefined],
  ])('are the reason why %s excludes a requirement, with %j', (need, more, wanted) => {
    expect(exempted(more, need)).toBe(wanted);
  });

  test('are not the reason if there are too few accounts anyway', () => {
    const target: Target = { ...rich, accounts: { admin: bare, other: { ...other, mfaExempt: true } } };

    expect(exemptedNeed(target, { needs: ['replaceTotpOfTwo'] })).toBeUndefined();
    expect(reason(target, 'replaceTotpOfTwo')).toContain('no two accounts');
  });

  test('are not among those whose TOTP may be replaced', () => {
    const target = withOthers({ mfaExempt: true });

    expect(reason({ ...target, allow: { ...allow, replaceTotpOf: ['other'] } }, 'replaceTotp')).toBe(
      'would replace the TOTP enrolment of viewer: not in allow.replaceTotpOf',
    );
  });
});
