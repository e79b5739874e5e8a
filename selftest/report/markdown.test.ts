import { describe, expect, test } from 'vitest';
import { renderMarkdown } from '../../src/reports/forms/markdown.js';
import { mdBlock, mdCode, mdLink, mdText } from '../../src/reports/forms/markdown-text.js';
import { derived, planned, raw } from '../verdict/sample.js';
import { concerned } from '../waivers/sample.js';
import { hostileTexts, hostileVerdict } from './hostile.js';
import { sample } from './sample.js';

const changes = {
  since: 'the run of 2026-11-24 02:00 UTC on release 7.1.2_u3',
  broke: ['a/one broke: got <b>'],
  mended: ['a/two was fixed.'],
  facts: ['The accepted code window grew from ±1 to ±3 steps.'],
  other: [],
};

test('a page, to the letter', () => {
  const verdict = sample({
    waivers: [
      concerned({ fits: ['http/utf-8'] }),
      concerned({ fits: ['totp-key/create-answers-201'], owner: 'Ben' }),
    ],
    residue: ['the TOTP key of admin'],
  });

  expect(renderMarkdown(verdict, { changes })).toBe(`## ❌ lab\\-7: does not conform: 1 of 6 must failed

| | |
|---|---|
| Target | lab\\-7 \`https://10.2.0.7/v2\` |
| Release | 7.1.2\\_u3 \\(spec/releases/7.1.2\\_u3.yaml\\) |
| Run | full, seed 1, 2026-11-25 00:00 UTC, took 12.3 s, suite 0.1.0 |
| Outcomes | 1 pass, **1 must failed**, 0 should failed, 2 inconclusive, 1 waived, 2 not run, 1 not applicable |
| Gate | The waiver of area/one \\(Ben\\) is no longer needed: its requirement passes. |

### Since the run of 2026\\-11\\-24 02:&#8203;00 UTC on release 7.1.2\\_u3

- a/one broke: got &lt;b&gt;
- a/two was fixed.
- The accepted code window grew from ±1 to ±3 steps.

### Failed: 1 must

**\`totp-key/secret-matches-uri\`** The secret of totpUri equals totpSecretKey.

\`\`\`text
expected: the secret of the URI
actual:    another one
\`\`\`

Source: API document

\`\`\`text
curl -X POST https://10.2.0.7/v2/totp-key -H 'apiKey: <key>'
\`\`\`

### Inconclusive: 2

- 2: no mail within 60 s: \`email-otp/answers-204\`, \`email-otp/mails-a-code\`

### Waived: 1

- \`http/utf-8\` until 2026\\-12\\-31, Ana, [https:&#8203;//issues.example/7](<https://issues.example/7>): known since the last release
- **Needs attention:** the waiver of area/one \\(Ben\\) is no longer needed: its requirement passes

### Not run: 2

- 2: no viewer account: \`access/viewer-reads\`, \`access/viewer-writes-not\`

### Measured

| what | measured |
| --- | --- |
| Clock | In step with this machine's |
| Credentials | bearer token: accepted |
| Code window | Codes up to 1 step before and after now \\(±1\\) |
| Throttle | None seen among the wrong codes sent |

### What can't be undone through the API: 1 thing

- the TOTP key of admin
`);
});

describe('hostile text', () => {
  /** The text outside of code, where Markdown and GitHub interpret it. */
  const outsideCode = (page: string) =>
    page.replace(/^(`{3,})text\n[\s\S]*?^\1$/gm, '').replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');

  test.each(hostileTexts)('%j is text', (hostile) => {
    const verdict = hostileVerdict(hostile);
    const page = renderMarkdown(verdict, { changes: { ...changes, other: [hostile] } });
    const text = outsideCode(page).replace(/\[https:&#8203;\/\/issues\S+?\/7\]\(<https:\S+\/7>\)/g, '');

    expect(text).not.toMatch(/<|>/);
    const marked = text.replace(/^#{2,3} /gm, '').replaceAll('&#8203;', '\0');
    expect(marked.replace(/[@#]\0/g, '')).not.toMatch(/[@#]/);
    expect(text).not.toMatch(/:\/\/|www\./);
    expect(text).not.toMatch(/(?<!\\)[`_[\]$~]/);
    expect(text).not.toMatch(/:tada:/);
    for (const char of ['\u001b', '\u0007', '\u202e', '\u2066', '\u200b', '\ud800'])
      expect(page).not.toContain(char);
    // Each line has a known beginning.
    expect(
      text.split('\n').filter((line) => !/^(?:$|#{2,3} |\| |\|---|- |\*\*|Source: )/.test(line)),
    ).toEqual([]);
  });

  test.each([
    ['a `b` c', '``a `b` c``'],
    ['`a', '`` `a ``'],
    ['a\nb', '`a b`'],
    ['', ''],
  ])('%j in a code span', (text, wanted) => {
    expect(mdCode(text)).toBe(wanted);
  });

  test('a fence in a block is only text', () => {
    expect(mdBlock('a\n````\nb\n')).toBe('`````text\na\n````\nb\n`````');
  });

  test.each([
    ['javascript:alert(1)', 'x'],
    ['https://a.example/ b', 'x'],
    ['https://a.example/>b', 'x'],
    ['https://a.example/b', '[x](<https://a.example/b>)'],
  ])('a link to %s', (address, wanted) => {
    expect(mdLink('x', address)).toBe(wanted);
  });

  test('plain words stay as they are', () => {
    expect(mdText('Wanted: 200, got 500.')).toBe('Wanted: 200, got 500.');
  });
});

test.each([
  ['as many failures as there can be', 'x'.repeat(5000)],
  ['letters of several bytes', '鍵'.repeat(5000)],
  ['letters that take six characters each', '\u202e'.repeat(5000)],
  ['ticks', '`'.repeat(5000)],
])('is always under 64 KB: %s', (_is, long) => {
  const ids = Array.from({ length: 200 }, (_, n) => `area/n${n}`);
  const verdict = derived({
    planned: ids.map((id) => planned(id, { title: long, source: long })),
    raw: ids.map((id, n) => {
      const kind = n % 3 === 0 ? 'inconclusive' : 'fail';
      return raw(id, { kind, reason: `${n}${long}`, reproduce: long.slice(0, 700) });
    }),
    facts: Object.fromEntries(ids.map((id) => [id, long])),
  });
  const page = renderMarkdown(verdict, { changes: { ...changes, other: ids.map(() => long) } });

  expect(Buffer.byteLength(page)).toBeLessThan(65_536);
  expect(page).toMatch(/^## ❌ lab\\-7: does not conform/);
  // Every fence is closed.
  expect((page.match(/^`{3,}/gm) ?? []).length % 2).toBe(0);
});

test('megabytes are cut', () => {
  const long = '<'.repeat(10_000_000);
  const verdict = derived({ raw: [raw('area/one', { kind: 'fail', reason: long })], residue: [long] });
  const page = renderMarkdown(verdict, { changes: { ...changes, other: [long] } });

  expect(Buffer.byteLength(page)).toBeLessThan(10_000);
});
