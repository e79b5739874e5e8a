import { arrange, covers, expect, test } from '../../fixtures/test.js';
import { ArrangeError } from '../../src/errors.js';

test.describe('On a raw connection', () => {
  test('nothing follows a 204', covers('http/no-content-after-204'), async ({ api, admin, cluster }) => {
    const anyJson = await arrange(cluster.read());

    const answer = await api.callRaw('UpdateMFAConfig', { as: admin, anyJson });
    if (answer.status !== 204) throw new ArrangeError(`PUT /mfa-config answered ${answer.status}, not 204.`);

    expect(answer).toHaveNothingAfterHead();
  });

  test(
    'a 204 has no framing',
    covers('http/no-framing-of-204'),
    async ({ api, admin, cluster, observed }) => {
      const anyJson = await arrange(cluster.read());
      await arrange(api.callRaw('UpdateMFAConfig', { as: admin, anyJson }));

      expect(observed.breachesOf('http/no-framing-of-204')).toHaveNoBreach();
    },
  );

  test('nothing follows the answer to HEAD', covers('http/head-has-no-content'), async ({ api, admin }) => {
    const answer = await api.callRaw('GetMFAConfig', { as: admin }, 'HEAD');

    expect(answer).toHaveNothingAfterHead();
  });
});
