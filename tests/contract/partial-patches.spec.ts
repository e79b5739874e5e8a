import type { SupportConfig, SupportMfa } from '../../fixtures/index.js';
import {
  arrange,
  changesShown,
  effectiveAllow,
  expect,
  supportConfigOf,
  test,
} from '../../fixtures/index.js';

const names = ['mfaType', 'email'] as const;

test('support-mfa/patches-keep-or-reset-alike', async ({ support, connection }) => {
  const email = connection.target.supportUser.email ?? '';
  const mayEnrol = effectiveAllow(connection.target.allow).replaceTotpOf.includes('supportUser');
  const states: readonly SupportConfig[] = [
    { enabled: false, mfaType: 'email', email },
    ...(mayEnrol ? [{ enabled: true, mfaType: 'totp', email }] : []),
    { enabled: true, mfaType: 'email', email },
  ];
  const seen: Seen[] = [];
  for (const state of states) {
    await arrange(support.off());
    if ((await support.patch(state)).status >= 300) continue;
    for (const sent of names) {
      await changesShown(connection);
      const before = await shown(support);
      if ((await support.patch({ [sent]: state[sent] })).status >= 300) continue;
      await changesShown(connection);
      seen.push(...leftOut(sent, before, await shown(support)));
    }
  }

  const keepsAny = seen.some(({ name, after }) => after[name] !== null);
  if (keepsAny) for (const { name, after } of seen) expect(after).toHaveOther({ [name]: null });
});

/** A property that a PATCH omitted, and its value afterwards. */
interface Seen {
  readonly name: (typeof names)[number];
  readonly after: SupportConfig;
}

/** As received: a property that GET omits counts as not shown. */
async function shown(support: SupportMfa): Promise<SupportConfig> {
  return supportConfigOf((await arrange(support.get())).body);
}

/** The omitted property, if GET showed it. A PATCH that switched MFA, or was refused, shows nothing about omission. */
function leftOut(sent: Seen['name'], before: SupportConfig, after: SupportConfig): Seen[] {
  if (after[sent] === null || after.enabled !== before.enabled) return [];
  return names.flatMap((name) => (name === sent || before[name] === null ? [] : [{ name, after }]));
}
