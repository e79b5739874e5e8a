import { acceptsOldTls, arrange, demand, plainHttpStatus, proxyFor, test } from '../../fixtures/index.js';

test('tls/no-old-versions', async ({ api, admin, connection }) => {
  const { target } = connection;
  demandDirectHttps(target.baseUrl);
  await arrange(api.call('GetMFAConfig', { as: admin }));

  const accepted = await acceptsOldTls(target);

  demand(!accepted, { kind: 'transport', rule: 'TLS 1.2 or newer', seen: null });
});

test('tls/no-plain-http', async ({ api, admin, connection }) => {
  const { target } = connection;
  demandDirectHttps(target.baseUrl);
  await arrange(api.call('GetMFAConfig', { as: admin }));

  const status = await plainHttpStatus(target, '/mfa-config');

  demand(status === undefined, { kind: 'transport', rule: 'no plain HTTP', seen: status ?? null });
});

/** Makes the test not applicable without HTTPS, and through a proxy, because the TLS versions would be the proxy's. */
function demandDirectHttps(baseUrl: string): void {
  const url = new URL(baseUrl);
  if (url.protocol !== 'https:') arrange.notApplicable('the target is not reached by HTTPS');
  if (proxyFor(url) !== undefined) arrange.notApplicable('the target is reached through a proxy');
}
