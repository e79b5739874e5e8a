import { notApplicable } from '../../fixtures/not-applicable.js';
import { arrange, arrangeSuccess, covers, expect, test } from '../../fixtures/test.js';
import type { Codes } from '../../src/connection/codes.js';
import { authenticatorOf, handedUri } from '../../src/connection/handed-key.js';
import type { SupportMfa } from '../../src/connection/support-mfa.js';
import { ArrangeError } from '../../src/errors.js';

test.describe('PATCH /support-user/mfa at the same time', () => {
  test(
    'to totp leaves one key in force',
    covers('support-totp/parallel-enrolments-leave-one-key'),
    async ({ support, codes }) => {
      await arrange(support.off());
      const answers = await Promise.all([1, 2].map(() => support.patch({ enabled: true, mfaType: 'totp' })));

      const uris = answers.map(({ fields }) => handedUri(fields));
      // A pending key may be handed out again.
      const withKey = answers.filter((_, at) => uris[at] !== undefined && uris.indexOf(uris[at]) === at);
      if (withKey.length === 0) throw new ArrangeError('Neither of two enrolments at once gave a key.');
      const verified: { readonly answer: (typeof answers)[number]; readonly code: string }[] = [];
      // Of requests in a row the last one's key is in force, mostly: a refused code is tried again while keys are new.
      for (const answer of withKey.reverse()) {
        // A key that was proven stays the one to get out by, whatever ends the test.
        const { code, answer: told } =
          verified.length === 0
            ? await support.prove(support.hold(answer))
            : await once(support, codes, handedUri(answer.fields));
        if (told.fields.success === true) verified.push({ answer, code });
      }
      const wrong = await support.verify(codes.wrong(support.authenticator));
      // Its codes are what the suite gets out again with; where several verify, those of one do that.
      for (const { answer, code } of verified.reverse()) {
        support.hold(answer, code);
        if (verified.length === 1 || (await isOff(support))) break;
      }
      if (wrong.fields.success === true) throw new ArrangeError('Wrong codes verify as well.');
      expect(
        verified.length,
        `wanted: codes of one key at most verify\ngot: of ${verified.length}`,
      ).toBeLessThan(2);
    },
  );

  test(
    'of one property each stores both',
    covers('support-mfa/parallel-patches-lose-nothing'),
    async ({ support }) => {
      await arrange(support.off());
      const stored = async (email: string, mfaType: 'email' | 'totp') => {
        const now = await support.readUntil((read) => read.email === email && read.mfaType === mfaType);
        return now.email === email && now.mfaType === mfaType;
      };
      const first = await support.patch({ enabled: false, email: 'one@mfa-conformance.example' });
      if (first.status >= 400 && first.status < 500)
        notApplicable('the target takes no change while support MFA is off');
      await arrangeSuccess(Promise.resolve(first));
      await arrangeSuccess(support.patch({ enabled: false, mfaType: 'email' }));
      if (!(await stored('one@mfa-conformance.example', 'email')))
        notApplicable('the target keeps neither mode nor address while support MFA is off');

      for (let round = 0; round < 3; round += 1) {
        const [email, mfaType] = round % 2 === 0 ? (['two', 'totp'] as const) : (['one', 'email'] as const);
        const address = `${email}@mfa-conformance.example`;
        const answers = await Promise.all([
          support.patch({ enabled: false, email: address }),
          support.patch({ enabled: false, mfaType }),
        ]);
        // One of them may be told to come again.
        if (answers.some(({ status }) => status >= 300)) continue;
        const both = await stored(address, mfaType);
        expect(both, 'wanted: what both of two accepted requests set\ngot: one of them was lost').toBe(true);
      }
    },
  );
});

/** What comes of one code of a key that is handed out, and not held. */
async function once(support: SupportMfa, codes: Codes, uri: string | undefined) {
  const authenticator = authenticatorOf(uri ?? '');
  if (authenticator === undefined) throw new ArrangeError('One of two keys made at once is unusable.');
  const code = await codes.unused(authenticator);
  return { code, answer: await support.verify(code) };
}

async function isOff(support: SupportMfa): Promise<boolean> {
  try {
    await support.off();
    return true;
  } catch (error) {
    if (error instanceof ArrangeError) return false;
    throw error;
  }
}
