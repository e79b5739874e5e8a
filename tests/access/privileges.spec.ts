import { snapshot } from '../../fixtures/snapshot.js';
import { arrange, covers, expect, test } from '../../fixtures/test.js';
import type { CallOptions } from '../../src/http/api.js';
import { guarded } from './operations.js';

for (const operation of [guarded[1], guarded[3], guarded[4], guarded[5], guarded[8]]) {
  test(
    `${operation.name} is refused to a viewer`,
    covers(`access/viewer-cannot-${operation.slug}`),
    async ({ api, users, cluster, support, connection }) => {
      const as = await arrange(users.viewer());
      const body = await arrange<CallOptions<typeof operation.id>>(operation.prepare(connection));
      const before = await arrange(snapshot(cluster, support));

      const answer = await api.call(operation.id, { ...body, as });

      expect({ answer }).toBeRefused();
      expect(await snapshot(cluster, support)).toEqual(before);
    },
  );
}
