import type { Exchange } from '../../src/base/model/exchange.js';
import type { RunResults } from '../../src/base/model/results.js';
import type { Verdict } from '../../src/base/model/verdict.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { runOf } from '../verdict/sample.js';
import { concerned } from '../waivers/sample.js';

/** Texts in answers that could be read as markup or commands. */
export const hostileTexts: readonly string[] = [
  ...['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '</details></td></tr></table>'],
  ...['&lt;b&gt; &amp;', '| a | b |\n|---|---|', '`code` ``` ~~~', '```\n# title\n```'],
  ...['**bold** _it_ ~~gone~~ $x^2$', '[link](https://evil.example/a) ![image](https://evil.example/b.png)'],
  ...['[ref]: https://evil.example', 'https://evil.example/x www.evil.example'],
  ...['@someone @org/team mail@evil.example', '#1 org/repo#2 GH-3', ':tada: :+1:'],
  ...['\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007x', 'a\u202eb\u2066c\u200bd'],
  ...['::error::x\n::set-output name=a::b\r\n##[error]y', '- item\n1. item\n> quote\n\n    code'],
  ...['\\*not\\* \\`ticks\\`', '<!-- hidden -->', '\ud800 half'],
];

/** A verdict with a target's text in every place that may hold it; area/one is a must that fails. */
export function hostileVerdict(text: string, change: Partial<RunResults> = {}): Verdict {
  const { planned, raw, ...whole } = runOf('fail, not run, should fail, inconclusive, waived');
  const exchange: Exchange = {
    operation: text,
    request: { method: text, url: text, headers: { [text]: text }, body: text },
    response: { status: 200, headers: { [text]: text }, body: text },
    ...{ error: text, startedAt: '2026-11-25T00:00:01.000Z', durationMs: 8 },
  };
  return deriveVerdict({
    ...whole,
    target: { name: text, baseUrl: 'https://10.2.0.7/v2', tlsInsecure: true },
    planned: planned.map((each) => ({ ...each, title: text, source: text })),
    raw: raw.map((each) => ({ ...each, reason: text, reproduce: text, exchanges: [exchange] })),
    waivers: [concerned({ fits: ['area/five'], reason: text, owner: text })],
    facts: { [text]: text, deep: { [text]: [text] } },
    residue: [text],
    ...change,
  });
}
