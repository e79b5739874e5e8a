import { snapshot } from '../../fixtures/snapshot.js';
import { arrange, covers, expect, test } from '../../fixtures/test.js';
import { memberOf } from '../../src/http/body.js';
import type { ClusterMfa } from '../../src/journal/cluster-mfa.js';
import type { SupportMfa } from '../../src/journal/support-mfa.js';

/**
 * The two operations that set a configuration, with what must be so before, and a body with one wrong type: its
 * likeliest reading is the configuration as it is, so that nothing changes where it is accepted by mistake.
 */
const writes = [
  {
    id: 'UpdateMFAConfig',
    area: 'mfa-config',
    name: 'PUT /mfa-config',
    prepare: (cluster: ClusterMfa, _support: SupportMfa) => cluster.asFound(),
    read: (cluster: ClusterMfa, _support: SupportMfa): Promise<object> => cluster.read(),
    wrongType: (now: object): object => ({ ...now, enabled: String(memberOf(now, 'enabled')) }),
  },
  {
    id: 'UpdateSupportMFAConfig',
    area: 'support-mfa',
    name: 'PATCH /support-user/mfa',
    prepare: (_cluster: ClusterMfa, support: SupportMfa) => support.off(),
    read: (_cluster: ClusterMfa, support: SupportMfa): Promise<object> => support.read(),
    wrongType: (_now: object): object => ({ enabled: 'false' }),
  },
] as const;

for (const { id, area, name, prepare, read, wrongType } of writes) {
  test.describe(name, () => {
    test(
      'without a body is refused',
      covers(`${area}/refuses-missing-body`),
      async ({ api, admin, cluster, support }) => {
        await arrange(prepare(cluster, support));
        const before = await arrange(snapshot(cluster, support));

        const answer = await api.call(id, { as: admin, mistake: 'a missing body' });

        expect({ answer }).toBeRefused();
        expect(await snapshot(cluster, support)).toEqual(before);
      },
    );

    test(
      'with malformed JSON is refused',
      covers(`${area}/refuses-malformed-json`),
      async ({ api, admin, cluster, support }) => {
        await arrange(prepare(cluster, support));
        const before = await arrange(snapshot(cluster, support));

        for (const body of ['{"enabled":', '{"enabled":false,}', 'NaN']) {
          const answer = await api.call(id, { as: admin, raw: { body }, mistake: 'malformed JSON' });
          expect({ answer }).toBeRefused();
        }

        expect(await snapshot(cluster, support)).toEqual(before);
      },
    );

    test(
      'with a wrong type does no harm',
      covers(`${area}/wrong-type-is-harmless`),
      async ({ api, admin, cluster, support }) => {
        await arrange(prepare(cluster, support));
        const before = await arrange(read(cluster, support));
        const json = wrongType(before);

        const answer = await api.call(id, { as: admin, json, mistake: 'a wrong type' });

        expect(answer).toBeHandled();
        expect(await read(cluster, support)).toEqual(before);
      },
    );

    test(
      'with a wrong type is refused',
      covers(`${area}/wrong-type-is-refused`),
      async ({ api, admin, cluster, support }) => {
        await arrange(prepare(cluster, support));
        const json = wrongType(await arrange(read(cluster, support)));

        const answer = await api.call(id, { as: admin, json, mistake: 'a wrong type' });

        expect({ answer }).toBeRefused();
      },
    );
  });
}
