import type { Answer, Fixtures, Snapshot } from '../../fixtures/index.js';
import { arrange, bothTypes, expect, notApplicable, test } from '../../fixtures/index.js';

type Parts = Pick<Fixtures, 'cluster' | 'support' | 'allow'>;
type Sent = readonly [body: string | undefined, mistake: string];

async function switchedOn({ cluster, allow }: Pick<Parts, 'cluster' | 'allow'>): Promise<boolean> {
  if (allow.clusterMfa) await cluster.on(bothTypes);
  return allow.clusterMfa;
}

const supportOff = ({ support }: Parts) => support.off();
const byTotp = ({ support }: Parts) => support.onByTotp().then(() => true);
const brokenOff = (name: string, value: string) => [
  `{"${name}":`,
  `{"${name}":${value.slice(0, 3)}`,
  `{"${name}`,
];

/** The likeliest reading of each wrong type is the current configuration, so acceptance changes nothing. */
const writes = [
  {
    area: 'mfa-config',
    prepare: ({ cluster }: Parts) => cluster.asFound(),
    switchOn: switchedOn,
    send: ({ cluster }: Parts, ...sent: Sent): Promise<Answer> => cluster.putText(...sent),
    malformed: brokenOff('enabled', 'false'),
    wrongTypes: ({ cluster: now }: Snapshot): readonly object[] =>
      [String(now.enabled), Number(now.enabled)].map((enabled) => ({ ...now, enabled })),
  },
  {
    area: 'support-mfa',
    prepare: supportOff,
    switchOn: byTotp,
    send: ({ support }: Parts, ...sent: Sent): Promise<Answer> => support.patchText(...sent),
    malformed: brokenOff('enabled', 'false'),
    wrongTypes: (): readonly object[] => [{ enabled: 'false' }, { enabled: 0 }],
  },
  {
    area: 'support-configure',
    prepare: supportOff,
    switchOn: undefined,
    send: ({ support }: Parts, ...sent: Sent): Promise<Answer> => support.configureText(...sent),
    malformed: brokenOff('mfaType', '"email"'),
    // Sent without the password, so that a target that ignores types changes nothing.
    wrongTypes: (): readonly object[] => [{ mfaType: 5, email: ['a@example.com'] }],
  },
] as const;

test('mfa-config/refused-put-changes-nothing', async ({ cluster, allow, state }) => {
  await arrange(cluster.off());
  const start = (await arrange(state.snapshot())).cluster;
  const { authenticationTypes, retainUserMfaSettings } = start;
  const { enabled: wasOn } = await arrange(cluster.found());
  const fewer = wasOn ? ['email', 'totp', 'salesforce'] : ['totp'];
  const types = authenticationTypes?.length === 1 ? ['email', 'totp'] : fewer;
  // In both orders: a target may store each member as it reads it. Likely readings do no harm while MFA is off.
  const bodies: object[] = [
    { authenticationTypes: types, retainUserMfaSettings, enabled: 'false' },
    { enabled: false, retainUserMfaSettings: 'true', authenticationTypes: types },
    { enabled: false, authenticationTypes: types, retainUserMfaSettings: 'true' },
  ];
  // True keeps users' keys. False may delete them, so only a throw-away target gets it.
  const { disposable } = allow;
  if (retainUserMfaSettings !== true || disposable)
    bodies.push({
      enabled: false,
      retainUserMfaSettings: retainUserMfaSettings !== true,
      authenticationTypes: [...types, 'pigeon'],
    });
  let refusals = 0;
  const tryAll = async (tried: readonly object[]) => {
    let before = await arrange(state.snapshot());
    for (const body of tried) {
      const { status } = await cluster.putText(JSON.stringify(body), 'a wrong type');
      if (status < 400) {
        await arrange(cluster.giveBack(start));
        before = await arrange(state.snapshot());
        continue;
      }
      refusals += 1;
      expect(await state.changesSince(before)).toBeNone();
    }
  };
  await tryAll(bodies);
  // Only while MFA is on can a refused body show that it switched MFA off. It keeps users' keys.
  const off = { enabled: false, retainUserMfaSettings: true, authenticationTypes: 'totp' };
  if (await arrange.ifItCan(switchedOn({ cluster, allow }))) await tryAll([off]);
  if (refusals === 0) notApplicable('the target takes wrong types: nothing was refused');
});

for (const { area, prepare, switchOn, send, malformed, wrongTypes } of writes) {
  test(`${area}/refuses-missing-body`, async ({ cluster, support, allow, state }) => {
    const parts = { cluster, support, allow };
    await arrange(prepare(parts));
    const before = await arrange(state.snapshot());

    const answer = await send(parts, undefined, 'a missing body');

    // A PATCH without a body may be read as {}, which changes nothing.
    if (area !== 'support-mfa' || answer.status >= 300) expect(answer).toBeRefused();
    expect(await state.changesSince(before)).toBeNone();
  });

  test(`${area}/refuses-malformed-json`, async ({ cluster, support, allow, state }) => {
    const parts = { cluster, support, allow };
    const isRefusedAndHarmless = async () => {
      const before = await arrange(state.snapshot());
      for (const body of malformed) expect(await send(parts, body, 'malformed JSON')).toBeRefused();
      expect(await state.changesSince(before)).toBeNone();
    };
    await arrange(prepare(parts));
    await isRefusedAndHarmless();

    // A target that accepts an empty body would probably switch MFA off, which shows while it is on.
    if (switchOn && (await arrange.ifItCan(switchOn(parts)))) await isRefusedAndHarmless();
  });

  test(`${area}/wrong-type-is-harmless`, async ({ cluster, support, allow, state }) => {
    const parts = { cluster, support, allow };
    await arrange(prepare(parts));
    const before = await arrange(state.snapshot());

    for (const wrong of wrongTypes(before)) {
      expect(await send(parts, JSON.stringify(wrong), 'a wrong type')).toBeHandled();
      expect(await state.changesSince(before)).toBeNone();
    }
  });

  if (area !== 'support-configure')
    test(`${area}/wrong-type-is-refused`, async ({ cluster, support, allow, state }) => {
      const parts = { cluster, support, allow };
      await arrange(prepare(parts));

      for (const wrong of wrongTypes(await arrange(state.snapshot())))
        expect(await send(parts, JSON.stringify(wrong), 'a wrong type')).toBeRefused();
    });
}
