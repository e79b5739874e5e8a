import { changesSince, snapshot } from '../../fixtures/snapshot.js';
import { arrange, covers, expect, test } from '../../fixtures/test.js';
import { ArrangeError } from '../../src/errors.js';

test.describe('GET /support-user/mfa', () => {
  test('changes nothing', covers('support-mfa/get-is-safe'), async ({ support }) => {
    const before = await arrange(support.read());

    const reads = [await support.read(), await support.read(), await support.read(), await support.read()];

    expect(reads).toEqual([before, before, before, before]);
  });
});

test.describe('PATCH /support-user/mfa', () => {
  test(
    'with an unknown mode stores nothing',
    covers('support-mfa/unknown-mode-is-not-stored'),
    async ({ api, admin, support }) => {
      await arrange(support.off());
      const before = await arrange(support.read());

      const answer = await support.patchAny({ enabled: false, mfaType: 'pigeon' });

      expect(answer).toBeHandled();
      const { fields } = await arrange(api.call('GetSupportMFAConfig', { as: admin }));
      await support.patch({ ...before });
      expect(fields.mfaType).not.toBe('pigeon');
    },
  );

  test(
    'that is refused changes nothing',
    covers('support-mfa/refused-patch-changes-nothing'),
    async ({ cluster, support }) => {
      await arrange(support.off());
      const before = await arrange(snapshot(cluster, support));
      const body = { email: 'probe@example.com', enabled: true, mfaType: 'pigeon' };
      const answer = await arrange(support.patchAny(body));
      if (answer.status < 400)
        throw new ArrangeError(`An unknown mode was answered ${answer.status}: nothing was refused.`);

      expect(await changesSince(before, cluster, support)).toBeNone();
    },
  );

  test(
    "leaves the cluster's configuration alone",
    covers('support-mfa/apart-from-cluster-mfa'),
    async ({ cluster, support }) => {
      await arrange(support.off());
      const before = await arrange(cluster.read());

      await arrange(support.onByTotp());

      expect(await cluster.read()).toEqual(before);
    },
  );
});
