import { describe, expect, test } from 'vitest';
import { accountsIn, type Learned, openWay, problemsIn } from '../../src/target/accounts/learned.js';
import { proveAccounts } from '../../src/target/accounts/prove.js';
import { TargetModel } from '../../src/target/beliefs/target-model.js';
import { connecting } from '../connection/emulated.js';
import { call, emulate } from '../emulator/tools.js';

interface How {
  readonly variants?: readonly string[];
  readonly faults?: readonly string[];
  readonly change?: (file: Record<string, unknown>) => Record<string, unknown>;
  readonly maySwitch?: boolean;
}

async function learn({ variants = [], faults = [], change = (file) => file, maySwitch = true }: How) {
  const emulator = await emulate({ variants, faults });
  const mail = { ...Object(emulator.targetFile()['mail']), timeoutMs: 5_000 };
  const { open, events } = await connecting(change({ ...emulator.targetFile(), mail }));
  const connection = await open();
  const learned = await proveAccounts(connection, maySwitch);
  return { learned, emulator, connection, events };
}

const withAccount = (role: string, members: object) => (file: Record<string, unknown>) => {
  const accounts = Object(file['accounts']);
  return { ...file, accounts: { ...accounts, [role]: { ...accounts[role], ...members } } };
};

const letIn = ({ accounts }: Learned) =>
  Object.fromEntries(Object.entries(accounts).map(([role, proof]) => [role, proof?.letIn]));

describe('the way to log in', () => {
  test.each([
    [[], [], 'sessions'],
    [['field-sessions-only'], ['tokens'], 'sessions'],
    [['field-tokens-only'], ['sessions'], 'tokens'],
    [['field-sessions-only', 'errors-of-nulls'], ['tokens'], 'sessions'],
    [['access-tokens-absent'], ['tokens'], 'sessions'],
    [['sessions-by-cookie-only'], ['sessions'], 'tokens'],
    [['field-first-step'], [], 'sessions'],
  ] as const)('with %j: %j not open, flows go by %s', async (variants, closed, way) => {
    const { learned } = await learn({ variants });

    expect(Object.keys(learned.unavailable)).toEqual(closed);
    expect(openWay(learned)).toBe(way);
    expect(letIn(learned)).toEqual({ other: true, viewer: true, admin: true });
    expect(problemsIn(learned)).toEqual([]);
  });

  test('does not count as closed if it refuses a right login', async () => {
    const { learned } = await learn({ faults: ['login/never-without-code'] });

    expect(learned.unavailable).toEqual({});
    expect(letIn(learned)).toEqual({ other: true, viewer: true, admin: true });
  });
});

describe('mistakes in the target file', () => {
  test('a wrong password is reported with its account', async () => {
    const { learned } = await learn({ change: withAccount('other', { password: 'mistyped' }) });

    expect(letIn(learned)).toEqual({ other: false, viewer: true, admin: true });
    expect(problemsIn(learned)).toEqual([
      'accounts.other could not log in with its password while cluster MFA is off: POST /users/sessions answers 401, ' +
        'POST /access-tokens answers 401. Another account of the target file could. Check its password, and whether it ' +
        'is locked.',
    ]);
  });

  test.each([
    ['', []],
    [' and returns pending sessions', ['field-first-step-strict']],
  ])('an account whose domain always needs MFA%s is reported', async (_how, more) => {
    const { learned } = await learn({ variants: ['field-domain-always-mfa', ...more] });

    expect(letIn(learned)).toEqual({ other: false, viewer: true, admin: true });
    expect(problemsIn(learned).join()).toContain('Its domain is corp.example');
  });
});

const withMail = (members: object) => (file: Record<string, unknown>) => ({
  ...file,
  mail: { ...Object(file['mail']), ...members, timeoutMs: 500 },
});
const noMail = expect.stringContaining('No mail reached the suite');
const setPattern = expect.stringContaining('mail.codePattern');
const noSwitch = expect.stringContaining('switches on nothing');
const mailed = (is: boolean) => ({ mailedCodes: is });

test.each<[what: string, How, Partial<Record<keyof Learned, unknown>>]>([
  ['mail to another address', { change: withMail({ listen: '127.0.0.1:14999' }) }, { mailSilent: noMail }],
  ['unreadable codes', { change: withMail({ codePattern: 'TAN (\\d+)' }) }, { mailSilent: setPattern }],
  [
    'mails that never match the pattern',
    { change: withMail({ codePattern: 'TAN (\\d+)' }), faults: ['mail/no-code'] },
    { mailSilent: setPattern, mailCodeless: null },
  ],
  // This is no mistake, but the suite switches on nothing that only a code switches off.
  ['mails without a code', { faults: ['mail/no-code'] }, { mailSilent: null, mailCodeless: noSwitch }],
  [
    'accounts without mailed codes',
    { variants: ['field-email-not-set-up'] },
    { accounts: { other: mailed(false), viewer: mailed(true), admin: mailed(true) } },
  ],
  ['the session limit', { variants: ['field-session-limit-3'] }, { sessionLimit: 3 }],
])('learned: %s', async (_, how, wanted) => {
  expect((await learn(how)).learned).toMatchObject(wanted);
});

describe('the accounts', () => {
  test('that get codes only while cluster MFA is on are found, and cluster MFA is switched off again', async () => {
    const { learned, emulator } = await learn({ variants: ['codes-while-mfa-is-on-only'] });

    expect(learned).toMatchObject({ mailWhileOnOnly: true, accounts: { other: mailed(true) } });
    expect((await call(emulator, 'GET /mfa-config')).body).toMatchObject({ enabled: false });
  });

  test('that get codes only while cluster MFA is on are not found if it may not be switched', async () => {
    const variants = ['codes-while-mfa-is-on-only'];
    const { learned, connection } = await learn({ variants, maySwitch: false });

    expect(learned.mailWhileOnOnly).toBe(false);
    expect(connection.journal.read()).toBeUndefined();
  });

  test('are proven while cluster MFA is off, and it is switched on again', async () => {
    const variants = ['cluster-mfa-on-at-first', 'enforced-after-a-second'];
    const { learned, emulator } = await learn({ variants });

    expect(letIn(learned)).toEqual({ other: true, viewer: true, admin: true });
    expect((await call(emulator, 'GET /mfa-config')).body).toMatchObject({ enabled: true });
  });

  test('are read back from the log', async () => {
    const { learned, events } = await learn({ variants: ['field-tokens-only'] });
    const told = events.flatMap((event) => (event.type === 'learned' ? [event] : []));

    expect(accountsIn(new TargetModel(JSON.parse(JSON.stringify(told)))).value).toEqual(learned);
  });
});
