import type { Answer, ClusterMfa, Snapshot, SupportMfa } from '../../fixtures/index.js';
import {
  arrange,
  bothTypes,
  type effectiveAllow,
  expect,
  memberOf,
  notApplicable,
  test,
} from '../../fixtures/index.js';

type Allow = ReturnType<typeof effectiveAllow>;

/** Whether it may be. */
async function switchedOn(cluster: ClusterMfa, { clusterMfa }: Allow): Promise<boolean> {
  if (clusterMfa) await cluster.on(bothTypes);
  return clusterMfa;
}

/**
 * The two operations that set a configuration, with what must be so before, and bodies with one wrong type each:
 * their likeliest reading is the configuration as it is, so that nothing changes where one is accepted by mistake.
 */
const writes = [
  {
    area: 'mfa-config',
    prepare: (cluster: ClusterMfa, _support: SupportMfa) => cluster.asFound(),
    switchOn: (cluster: ClusterMfa, _support: SupportMfa, allow: Allow) => switchedOn(cluster, allow),
    send: (
      cluster: ClusterMfa,
      _support: SupportMfa,
      body: string | undefined,
      mistake: string,
    ): Promise<Answer> => cluster.putText(body, mistake),
    now: ({ cluster }: Snapshot): object => cluster,
    wrongTypes: (now: object): readonly object[] => {
      const enabled = memberOf(now, 'enabled');
      return [String(enabled), Number(enabled)].map((other) => ({ ...now, enabled: other }));
    },
  },
  {
    area: 'support-mfa',
    prepare: (_cluster: ClusterMfa, support: SupportMfa) => support.off(),
    switchOn: async (_cluster: ClusterMfa, support: SupportMfa, _allow: Allow) => {
      await support.onByTotp();
      return true;
    },
    send: (
      _cluster: ClusterMfa,
      support: SupportMfa,
      body: string | undefined,
      mistake: string,
    ): Promise<Answer> => support.patchText(body, mistake),
    now: ({ support }: Snapshot): object => support,
    wrongTypes: (_now: object): readonly object[] => [{ enabled: 'false' }, { enabled: 0 }],
  },
] as const;

test('mfa-config/refused-put-changes-nothing', async ({ cluster, allow, state }) => {
  await arrange(cluster.off());
  const start = (await arrange(state.snapshot())).cluster;
  const { authenticationTypes, retainUserMfaSettings } = start;
  const { enabled: wasOn } = await arrange(cluster.found());
  const fewer = wasOn ? ['email', 'totp', 'salesforce'] : ['totp'];
  const types = authenticationTypes?.length === 1 ? ['email', 'totp'] : fewer;
  // In both orders: a target may store as it reads. Their likeliest readings do no harm while cluster MFA is off.
  const bodies: object[] = [
    { authenticationTypes: types, retainUserMfaSettings, enabled: 'false' },
    { enabled: false, retainUserMfaSettings: 'true', authenticationTypes: types },
    { enabled: false, authenticationTypes: types, retainUserMfaSettings: 'true' },
  ];
  // True keeps users' keys; false may have them forgotten, which a throw-away target alone is asked for.
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
  // That one which is refused switches it off shows while it is on: what would have users' keys forgotten is not sent.
  const off = { enabled: false, retainUserMfaSettings: true, authenticationTypes: 'totp' };
  if (await arrange.ifItCan(switchedOn(cluster, allow))) await tryAll([off]);
  if (refusals === 0) notApplicable('the target takes wrong types: nothing was refused');
});

for (const { area, prepare, switchOn, send, now, wrongTypes } of writes) {
  test(`${area}/refuses-missing-body`, async ({ cluster, support, state }) => {
    await arrange(prepare(cluster, support));
    const before = await arrange(state.snapshot());

    const answer = await send(cluster, support, undefined, 'a missing body');

    // Of a PATCH no body may be read as {}, which changes nothing.
    if (area !== 'support-mfa' || answer.status >= 300) expect(answer).toBeRefused();
    expect(await state.changesSince(before)).toBeNone();
  });

  test(`${area}/refuses-malformed-json`, async ({ cluster, support, state, allow }) => {
    const isRefusedAndHarmless = async () => {
      const before = await arrange(state.snapshot());
      for (const body of ['{"enabled":', '{"enabled":fal', '{"enabled']) {
        const answer = await send(cluster, support, body, 'malformed JSON');
        expect(answer).toBeRefused();
      }
      expect(await state.changesSince(before)).toBeNone();
    };
    await arrange(prepare(cluster, support));
    await isRefusedAndHarmless();

    // What a target makes of nothing is a configuration that is off: that shows while it is on.
    const isOn = await arrange.ifItCan(switchOn(cluster, support, allow));
    if (isOn) await isRefusedAndHarmless();
  });

  test(`${area}/wrong-type-is-harmless`, async ({ cluster, support, state }) => {
    await arrange(prepare(cluster, support));
    const before = await arrange(state.snapshot());

    for (const body of wrongTypes(now(before)).map((wrong) => JSON.stringify(wrong))) {
      const answer = await send(cluster, support, body, 'a wrong type');

      expect(answer).toBeHandled();
      expect(await state.changesSince(before)).toBeNone();
    }
  });

  test(`${area}/wrong-type-is-refused`, async ({ cluster, support, state }) => {
    await arrange(prepare(cluster, support));
    const before = await arrange(state.snapshot());

    for (const body of wrongTypes(now(before)).map((wrong) => JSON.stringify(wrong)))
      expect(await send(cluster, support, body, 'a wrong type')).toBeRefused();
  });
}
