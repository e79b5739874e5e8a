import { arrange, demand, notApplicable, test } from '../../fixtures/index.js';

test('support-mfa/parallel-patches-lose-nothing', async ({ support }) => {
  await arrange(support.off());
  const stored = async (email: string, mfaType: 'email' | 'totp') => {
    const now = await support.readUntil((read) => read.email === email && read.mfaType === mfaType);
    const seen = { email: now.email, mfaType: now.mfaType };
    return { seen, isSo: now.email === email && now.mfaType === mfaType };
  };
  const first = await support.patch({ enabled: false, email: 'one@mfa-conformance.example' });
  if (first.status >= 400 && first.status < 500)
    notApplicable('the target takes no change while support MFA is off');
  await arrange.success(Promise.resolve(first));
  await arrange.success(support.patch({ enabled: false, mfaType: 'email' }));
  if (!(await stored('one@mfa-conformance.example', 'email')).isSo)
    notApplicable('the target keeps neither mode nor address while support MFA is off');

  for (let round = 0; round < 3; round += 1) {
    const [email, mfaType] = round % 2 === 0 ? (['two', 'totp'] as const) : (['one', 'email'] as const);
    const address = `${email}@mfa-conformance.example`;
    const answers = await Promise.all([
      support.patch({ enabled: false, email: address }),
      support.patch({ enabled: false, mfaType }),
    ]);
    // A target may ask one of them to retry.
    if (answers.some(({ status }) => status >= 300)) continue;
    const { seen, isSo } = await stored(address, mfaType);
    demand(isSo, { kind: 'whole', allowed: [{ email: address, mfaType }], seen }, ...answers);
  }
});
