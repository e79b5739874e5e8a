import { bothTypes } from '../../fixtures/logins.js';
import { notApplicable } from '../../fixtures/not-applicable.js';
import { changesSince, type Snapshot, snapshot } from '../../fixtures/snapshot.js';
import { arrange, expect, ifItCan, test } from '../../fixtures/test.js';
import { memberOf } from '../../src/contract/judging/body.js';
import { effectiveAllow } from '../../src/input/target-file/allow.js';
import type { Answer } from '../../src/target/connection/api.js';
import type { ClusterMfa } from '../../src/target/connection/cluster-mfa.js';
import type { SupportMfa } from '../../src/target/connection/support-mfa.js';

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

test('mfa-config/refused-put-changes-nothing', async ({ cluster, support, connection }) => {
  await arrange(cluster.off());
  const start = (await arrange(snapshot(cluster, support))).cluster;
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
  const { disposable } = effectiveAllow(connection.target.allow);
  if (retainUserMfaSettings !== true || disposable)
    bodies.push({
      enabled: false,
      retainUserMfaSettings: retainUserMfaSettings !== true,
      authenticationTypes: [...types, 'pigeon'],
    });
  let refusals = 0;
  const tryAll = async (tried: readonly object[]) => {
    let before = await arrange(snapshot(cluster, support));
    for (const body of tried) {
      const { status } = await cluster.putText(JSON.stringify(body), 'a wrong type');
      if (status < 400) {
        await arrange(cluster.giveBack(start));
        before = await arrange(snapshot(cluster, support));
        continue;
      }
      refusals += 1;
      expect(await changesSince(before, cluster, support)).toBeNone();
    }
  };
  await tryAll(bodies);
  // That one which is refused switches it off shows while it is on: what would have users' keys forgotten is not sent.
  const off = { enabled: false, retainUserMfaSettings: true, authenticationTypes: 'totp' };
  if (await ifItCan(switchedOn(cluster, effectiveAllow(connection.target.allow)))) await tryAll([off]);
  if (refusals === 0) notApplicable('the target takes wrong types: nothing was refused');
});

for (const { area, prepare, switchOn, send, now, wrongTypes } of writes) {
  test(`${area}/refuses-missing-body`, async ({ cluster, support }) => {
    await arrange(prepare(cluster, support));
    const before = await arrange(snapshot(cluster, support));

    const answer = await send(cluster, support, undefined, 'a missing body');

    // Of a PATCH no body may be read as {}, which changes nothing.
    if (area !== 'support-mfa' || answer.status >= 300) expect(answer).toBeRefused();
    expect(await changesSince(before, cluster, support)).toBeNone();
  });

  test(`${area}/refuses-malformed-json`, async ({ cluster, support, connection }) => {
    const isRefusedAndHarmless = async () => {
      const before = await arrange(snapshot(cluster, support));
      for (const body of ['{"enabled":', '{"enabled":fal', '{"enabled']) {
        const answer = await send(cluster, support, body, 'malformed JSON');
        expect(answer).toBeRefused();
      }
      expect(await changesSince(before, cluster, support)).toBeNone();
    };
    await arrange(prepare(cluster, support));
    await isRefusedAndHarmless();

    // What a target makes of nothing is a configuration that is off: that shows while it is on.
    const isOn = await ifItCan(switchOn(cluster, support, effectiveAllow(connection.target.allow)));
    if (isOn) await isRefusedAndHarmless();
  });

  test(`${area}/wrong-type-is-harmless`, async ({ cluster, support }) => {
    await arrange(prepare(cluster, support));
    const before = await arrange(snapshot(cluster, support));

    for (const body of wrongTypes(now(before)).map((wrong) => JSON.stringify(wrong))) {
      const answer = await send(cluster, support, body, 'a wrong type');

      expect(answer).toBeHandled();
      expect(await changesSince(before, cluster, support)).toBeNone();
    }
  });

  test(`${area}/wrong-type-is-refused`, async ({ cluster, support }) => {
    await arrange(prepare(cluster, support));
    const before = await arrange(snapshot(cluster, support));

    for (const body of wrongTypes(now(before)).map((wrong) => JSON.stringify(wrong)))
      expect(await send(cluster, support, body, 'a wrong type')).toBeRefused();
  });
}
