import { expect, test } from 'vitest';
import { sourcesIn } from './sources.js';

/** The policies of the fixtures. A new word is a new policy. */
const policies =
  /\b(?:isRight|throttlingIsTested|endSeries|settles?|readUntil|readBack|untilOpen|untilRefused|afterRefusals|hasUsedStep|inFreeStep|isNearLimit|mightLock|\w+InSeries|whileOn|learn(?:Mail|Totp)|lastProof|takesCode|room)\b/;

const isCode = (line: string) => !/^\s*(?:$|\/\/|\/?\*|import |export \{|\} from )/.test(line);

function namingPolicies(text: string): { readonly code: number; readonly naming: readonly string[] } {
  const code = text.split('\n').filter(isCode);
  return { code: code.length, naming: code.filter((line) => policies.test(line)) };
}

test('fewer than one in a hundred lines of tests names a policy', () => {
  const counted = sourcesIn('tests').map(({ text }) => namingPolicies(text));
  const lines = counted.reduce((sum, { code }) => sum + code, 0);
  const naming = counted.flatMap((each) => each.naming);

  expect(lines).toBeGreaterThan(3_000);
  expect(naming.length / lines, naming.join('\n')).toBeLessThan(0.01);
});

test('a line that names a policy would be counted', () => {
  const text =
    '// settles\n\nconst a = await cluster.settles(get, isSo);\nawait users.login(user, { code });\n';

  expect(namingPolicies(text)).toEqual({ code: 2, naming: ['const a = await cluster.settles(get, isSo);'] });
});
