import { supportChanges } from '../../fixtures/snapshot.js';
import { arrange, covers, expect, ifItCan, test } from '../../fixtures/test.js';
import type { Users } from '../../fixtures/users.js';
import type { Answer } from '../../src/connection/api.js';
import type { SupportMfa } from '../../src/connection/support-mfa.js';
import { ArrangeError } from '../../src/errors.js';
import type { SupportConfig } from '../../src/journal/config.js';
import { twoAddresses } from './support-addresses.js';
import { changesWithoutCode, offWithoutCode, type Row } from './support-proofs.js';

test.describe('PATCH /support-user/mfa in email mode', () => {
  test(
    'is changed by nothing but a right code',
    covers('support-email/no-change-without-proof'),
    async ({ support, connection }) => {
      const { email: address, second } = twoAddresses(connection.target);
      await arrange(support.ensureEmail(address));
      demandRefused(await support.patch({ enabled: false }));
      demandRefused(await support.patch({ enabled: true, mfaType: 'email', email: second }));
      const { disposable } = connection.target.allow;
      const rows = changesWithoutCode(
        await arrange(support.mailedCode(address)),
        address,
        second,
        disposable,
      );

      const found = await firstThat(
        support,
        rows,
        ({ enabled, email }) => !enabled || email !== address,
        () => support.onByEmail(address),
      );

      expect(found, `wanted: support MFA on, with the address of before\ngot: ${found}`).toBe(undefined);
    },
  );
});

// Leaves a proven key, which others need: giving it up takes a fresh code.
test.describe('PATCH /support-user/mfa in totp mode', () => {
  test(
    'is switched off by nothing but a right code',
    covers('support-totp/no-change-without-proof'),
    async ({ support, users }) => {
      const rows = [...offWithoutCode, ...((await ifItCan(offInSession(users))) ?? [])];
      await arrange(support.verified());
      demandRefused(await support.patch({ enabled: false }));

      const found = await firstThat(
        support,
        rows,
        ({ enabled }) => !enabled,
        () => support.verified(),
      );

      expect(found, `wanted: support MFA on as before\ngot: ${found}`).toBe(undefined);
    },
  );
});

/** Sends all, looks once, and only where something was changed row by row: what the first that does it changes. */
async function firstThat(
  support: SupportMfa,
  rows: readonly Row[],
  isBroken: (now: SupportConfig) => boolean,
  again: () => Promise<unknown>,
): Promise<string | undefined> {
  const before = await support.read();
  for (const row of rows) await send(support, row);
  const after = await support.read();
  if (!isBroken(after)) return undefined;
  const changes = (by: string) => [...supportChanges(before, after), `by ${by}`].join('\n     ');
  for (const row of rows) {
    try {
      await arrange(again());
    } catch (error) {
      // What was changed may be what the way back needs.
      if (error instanceof ArrangeError) return changes(severalInARow);
      throw error;
    }
    await send(support, row);
    if (isBroken(await support.read())) return changes(row.what);
  }
  return changes(severalInARow);
}

const severalInARow = 'several of them, one after the other';

/** A session of the admin, in place of an API key, is no proof either. */
async function offInSession(users: Users): Promise<readonly Row[]> {
  const admin = users.admin();
  if (admin === undefined) return [];
  const as = await users.session(admin);
  return [{ what: "switching off with the admin's login", as, bodies: [{ enabled: false }] }];
}

/** @throws ArrangeError where the plain request is done without a code: that is for another requirement to tell */
function demandRefused({ status }: Answer): void {
  if (status < 400) throw new ArrangeError(`A change without a code was answered ${status}.`);
}

async function send(support: SupportMfa, { bodies, as }: Row): Promise<void> {
  for (const body of bodies) {
    if (typeof body === 'string') await support.patchText(body);
    else await support.patchAny(body, as);
  }
}
