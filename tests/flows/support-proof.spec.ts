import { arrange, covers, expect, test } from '../../fixtures/test.js';
import type { SupportMfa } from '../../src/connection/support-mfa.js';
import { ArrangeError } from '../../src/errors.js';
import type { SupportConfig } from '../../src/journal/config.js';
import { twoAddresses } from './support-addresses.js';
import { emailBodies, type Row, totpBodies } from './support-proofs.js';

test.describe('PATCH /support-user/mfa in totp mode', () => {
  test(
    'is switched off by nothing but a right code',
    covers('support-totp/no-change-without-proof'),
    async ({ support, codes }) => {
      const { authenticator } = await arrange(support.verified());
      const rows = totpBodies(codes.current(authenticator));

      const found = await firstThat(
        support,
        rows,
        ({ enabled }) => !enabled,
        () => support.verified(),
      );

      expect(found, 'wanted: support MFA on as before').toBe(undefined);
    },
  );

  test(
    'is not switched off with a code of half an hour ago',
    covers('support-totp/not-disabled-with-old-code'),
    async ({ support, codes }) => {
      const { authenticator } = await arrange(support.verified());
      const steps = Math.ceil((30 * 60) / authenticator.period);
      const code = codes.distant(authenticator, -steps);
      if (code === undefined) throw new ArrangeError('The code of half an hour ago is a code of now, too.');

      const answer = await support.patch({ enabled: false, mfaCode: code });

      expect({ answer }).toBeRefused();
      expect(await support.read()).toMatchObject({ enabled: true, mfaType: 'totp' });
    },
  );
});

test.describe('PATCH /support-user/mfa in email mode', () => {
  test(
    'is changed by nothing but a right code',
    covers('support-email/no-change-without-proof'),
    async ({ support, connection }) => {
      const { email: address, second } = twoAddresses(connection.target);
      await arrange(support.ensureEmail(address));
      const rows = emailBodies(await arrange(support.mailedCode(address)), second);

      const found = await firstThat(
        support,
        rows,
        ({ enabled, email }) => !enabled || email !== address,
        () => support.onByEmail(address),
      );

      expect(found, 'wanted: support MFA on, with the address of before').toBe(undefined);
    },
  );
});

/** Sends all, looks once, and only where something was changed row by row: the first that does it. */
async function firstThat(
  support: SupportMfa,
  rows: readonly Row[],
  isBroken: (now: SupportConfig) => boolean,
  again: () => Promise<unknown>,
): Promise<string | undefined> {
  for (const row of rows) await send(support, row);
  if (!isBroken(await support.read())) return undefined;
  for (const row of rows) {
    await arrange(again());
    await send(support, row);
    if (isBroken(await support.read())) return row.what;
  }
  return 'several of them, one after the other';
}

async function send(support: SupportMfa, { bodies }: Row): Promise<void> {
  for (const body of bodies) {
    if (typeof body === 'string') await support.patchText(body);
    else await support.patchAny(body);
  }
}
