import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../../src/base/model/exchange.js';
import type { RawOutcome, RunResults } from '../../../src/base/model/results.js';
import { loadContract } from '../../../src/contract/openapi/load.js';
import { loadRequirements } from '../../../src/contract/requirements/catalogue.js';
import { renderHtml } from '../../../src/reports/forms/html/render.js';
import { reproduce } from '../../../src/verdict/derive/reproduce.js';
import { shownAt } from '../../events/sample.js';
import { exchange, planned, raw } from '../../verdict/sample.js';
import { concerned } from '../../waivers/sample.js';
import { hostileVerdict } from '../hostile.js';
import { sample } from '../sample.js';
import { catalogueVerdict, extras, hostile, mixedVerdict } from './sample.js';

const contract = await loadContract('7.1.2_u3');
const megabyte = 1_000_000;

/** The part of a page from a text to the end of an element, without tags. */
const partOf = (page: string, start: string, end: string) =>
  plain(page.slice(page.indexOf(start)).split(end)[0] ?? '');

function plain(page: string): string {
  return page
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}

function pageOfFailure(failure: Partial<RawOutcome>, change: Partial<RunResults> = {}): string {
  const failed = raw('login/a', { kind: 'fail', ...failure });
  return renderHtml(sample({ planned: [planned('login/a')], raw: [failed], ...change }));
}

describe('the page of a verdict', () => {
  test('starts with verdict, target and facts', () => {
    const text = plain(renderHtml(mixedVerdict(contract), extras));

    const inOrder = [
      ...['lab-7: does not conform', 'Does not conform', 'must failed'],
      ...['https://10.2.0.7/v2', '7.1.2_u3', '2026-11-25', '00:00:00 UTC', '12.3 s', 'TLS NOT VERIFIED'],
      'What is wrong',
      'The totpSecretKey and totpUri of a key hold the same secret where both are returned.',
      'expected the secret of the URI actual another one',
      'Source:',
      'What is new',
      'The accepted code window grew from ±1 to ±3 steps.',
      `${loadRequirements().length} requirements`,
      'Must failed',
      'Requirements',
      'Coverage of the contract',
      'The proxy answers by itself.',
      ...['Waited 1 min 13 s in all', '2 times after 429', 'is in the state it was found in'],
      'TOTP keys of the suite stay',
      '1 min 30 s behind this machine',
      'API key: accepted, bearer token: not seen',
      'Codes up to 1 step before and after now (±1)',
      'After 5 wrong codes',
      'Own invention deep: 1',
    ];
    let at = 0;
    for (const part of inOrder) {
      const found = text.indexOf(part, at);
      expect([part, found >= at]).toEqual([part, true]);
      at = found;
    }
  });

  test.each([
    ['conforms', catalogueVerdict(contract)],
    ['inconclusive', sample({ raw: [], unusable: 'no answer from the target' })],
  ])('has the gate %s as its heading', (gate, verdict) => {
    const heading = /<h1>[\s\S]*?<\/h1>/.exec(renderHtml(verdict))?.[0] ?? '';

    expect(plain(heading).toLowerCase().trim()).toBe(gate);
  });

  test('of a target that was not restored begins with that', () => {
    const text = plain(renderHtml(mixedVerdict(contract, { restored: false })));

    expect(text.indexOf('was not restored')).toBeLessThan(text.indexOf('Must failed'));
  });

  test('shows a waived failure with its waiver, and waivers that need attention', () => {
    const page = renderHtml(mixedVerdict(contract));
    const row = partOf(page, 'id="http/no-bom"', '</details>');

    expect(row).toContain('Waived');
    expect(row).toContain('expected no byte order mark actual one');
    expect(row).toContain('until 2026-12-31 (Ana, https://issues.example/7 ): The proxy answers by itself.');
    const table = partOf(page, 'id="waivers"', '</table>');
    expect(table).toMatch(/http\/\* The proxy answers by itself\. Ana .* 2026-12-31 in use/);
    expect(table).toMatch(/totp-key\/echoes-name .* unmatched/);
  });

  test('against a baseline distinguishes known from new failures', () => {
    const baseline = { file: 'baseline.json', verdict: mixedVerdict(contract, { waivers: [] }) };
    const page = renderHtml(mixedVerdict(contract, { waivers: [], gateBy: { policy: 'new', baseline } }));

    expect(plain(page)).toContain('Exit code 3 ');
    expect(plain(page)).toContain('(against the baseline: 0 new, 4 known)');
    expect(plain(page)).toMatch(/Failed, known .{0,200} http\/utf-8 must/);
    expect(partOf(page, 'id="http/utf-8"', '</summary>')).toContain('Failed, known');
  });

  test('omits missing parts', () => {
    const text = plain(renderHtml(sample({ facts: {} })));

    expect(text).not.toMatch(/baseline|Waivers|Coverage/);
    expect(text.match(/not measured/g)).toHaveLength(4);
  });

  test('folds consequences under their failure, once each', () => {
    const request = { method: 'POST', url: 'https://10.2.0.7/v2/totp-key', headers: {} };
    const response = { status: 500, headers: {} };
    const key = { ...exchange(), operation: 'CreateTotpKey', request, response };
    const later = { ...key, startedAt: '2026-11-25T00:00:31.000Z' };
    const answer = { ...shownAt(0), operation: 'CreateTotpKey', status: 500 };
    const reason = 'POST /totp-key answered 500 while preparing.';
    const page = renderHtml(
      sample({
        planned: ['totp-key/works', 'login/a', 'login/b'].map((id) => planned(id)),
        raw: [
          raw('totp-key/works', {
            kind: 'fail',
            reason: 'expected: 201\nactual: 500',
            exchanges: [key, later],
            checks: [{ kind: 'accepted', answers: [answer] }],
          }),
          ...['login/a', 'login/b'].map((id) => raw(id, { kind: 'inconclusive', reason, blame: { answer } })),
        ],
      }),
      { scripts: new Map([['totp-key/works', 'repro/totp-key-works.sh']]) },
    );
    const first = page.slice(page.indexOf('id="wrong"')).split('</section>')[0] ?? '';

    expect(first.match(/<article/g)).toHaveLength(1);
    expect(plain(first)).toContain('2 others follow from it');
    expect(plain(first)).toContain('login/b must, inconclusive: POST /totp-key answered 500');
    expect(first).toContain('aria-label="POST /v2/totp-key: 500; POST /v2/totp-key: 500"');
    expect(plain(first)).toContain('30.0 s later');
    expect(first).toContain('href="repro/totp-key-works.sh"');
  });

  test('sets lines below each other without the indent of the command line', () => {
    const reason = 'expected: as before\nactual: one now\n     another now';

    expect(pageOfFailure({ reason, exchanges: [] })).toContain('<pre>one now\nanother now</pre>');
  });

  test('marks the wrong answer and shows the requests before it', () => {
    const at = (n: number) => ({
      ...exchange(`https://10.2.0.7/v2/step/${n}`),
      startedAt: new Date(Date.UTC(2026, 10, 25) + n).toISOString(),
    });
    const exchanges = Array.from({ length: 12 }, (_, n) => at(n));
    const deciding = at(7);
    const command = reproduce(deciding, 'https://10.2.0.7/v2');
    const page = pageOfFailure({ reason: 'expected: 401\nactual: 200', exchanges, reproduce: command });
    const [, label = ''] = /class="sequence"[^>]* aria-label="([^"]*)"/.exec(page) ?? [];

    expect(label).toMatch(/^GET \/v2\/step\/3: 200; .*GET \/v2\/step\/7: 200, which is wrong; GET/);
    expect(label).toMatch(/ GET \/v2\/step\/8: 200$/);
    expect(page.match(/✗ 200/g)).toHaveLength(1);
  });

  test('draws the last nights', () => {
    const night = (day: string, failed: number) => ({ day, failed, undecided: 0 });
    const page = renderHtml(sample(), {
      trend: [night('2026-11-23', 0), night('2026-11-24', 4), night('2026-11-25', 1)],
    });

    expect(page).toContain('aria-label="2 of the last 3 nights had failures, from 2026-11-23 to 2026-11-25"');
    expect(page.match(/<rect class="o-fail" x="(?:11|21)"/g)).toHaveLength(2);
    expect(renderHtml(sample(), { trend: [night('2026-11-25', 1)] })).not.toContain('class="trend"');
  });

  test('has a coverage picture with seen, missing and undocumented parts', () => {
    const page = renderHtml(mixedVerdict(contract));
    const rowOf = (name: string) => partOf(page, `>${name} <`, '</tr>').trim();

    const seen = /GetMFAConfig 2 200 2 2 (?:not in the contract )?3 not in the contract 2$/;
    expect(rowOf('GetMFAConfig')).toMatch(seen);
    expect(rowOf('DeleteSession')).toMatch(/204 (?:not seen ){2,}/);
    expect(plain(page)).toContain('mfaCode not seen');
    expect(plain(page)).toContain('SupportMfaConfigInfo.mfaType email 2 totp 2 salesforce not seen');
  });

  test('is the same for the same verdict', () => {
    expect(renderHtml(mixedVerdict(contract), extras)).toBe(renderHtml(mixedVerdict(contract), extras));
  });
});

test('the size of a full passing run is less than a kilobyte for each requirement', () => {
  const verdict = catalogueVerdict(contract);

  expect(renderHtml(verdict, extras).length).toBeLessThan(verdict.outcomes.length * 1000);
});

test('the size of a run in which all fails with long exchanges is bounded', () => {
  const long: Exchange = {
    ...exchange(),
    response: { status: 200, headers: { 'x-long': 'h'.repeat(100_000) }, body: 'b'.repeat(100_000) },
  };
  const ids = Array.from({ length: 1200 }, (_, index) => `area/r-${index}`);
  const verdict = sample({
    planned: ids.map((id) => planned(id)),
    raw: ids.map((id) => raw(id, { kind: 'fail', exchanges: Array.from({ length: 12 }, () => long) })),
  });
  const page = renderHtml(verdict);

  expect(page.length).toBeLessThan(10 * megabyte);
  expect(plain(page)).toContain('2 more in verdict.json');
  expect(plain(page)).toContain('12 more in verdict.json');
});

test('the size of a ten-megabyte message is small, and the page says how much was cut', () => {
  const long = '𝄞'.repeat(5_000_000);
  const titled = [planned('login/a', { title: long })];
  const page = pageOfFailure({ reason: long, reproduce: long }, { planned: titled, residue: [long] });

  expect(page.length).toBeLessThan(megabyte / 5);
  expect(plain(page)).toContain('9,996,000 more characters were cut');
  // The text is not cut inside a surrogate pair.
  expect(page.includes('\\ud834')).toBe(false);
});

const all = Object.values(hostile).join('\n');
const page = renderHtml(
  hostileVerdict(all, {
    target: { name: all, baseUrl: hostile.url, tlsInsecure: true },
    contract: { source: all, sha256: all },
    planned: [planned('area/one', { title: all, source: all, operations: [all] })],
    facts: { [all]: all, acceptedSteps: all, credentialModes: { [all]: all }, ['__proto__']: all },
    waivers: [
      concerned({ requirement: all, reason: all, owner: all, issue: all, expires: all }),
      concerned({ issue: 'javascript:alert(1)' }),
    ],
    interrupted: all,
    waits: [{ requirement: all, ms: 1, for: 'mail' }],
    coverage: {
      operations: { [all]: 1 },
      responses: { [`${all} 200`]: 1 },
      properties: { [all]: 1 },
      enumValues: { [all]: 0 },
      credentials: { [all]: 1 },
    },
  }),
  { changes: { since: all, broke: [all], mended: [all], facts: [all], other: [all] }, files: [all] },
);

test('a text of the target is never markup', () => {
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page.match(/<\/(?:script|style|title)>/g)).toHaveLength(3);
  expect(page.includes('<img')).toBe(false);
  expect(page.includes('<!-- ')).toBe(false);
  expect(page.match(/<[^>"]*(?:"[^"]*"[^>"]*)*\son\w+=/)?.[0]).toBeUndefined();
  expect(page.match(/href="(?!#|https?:|data:,|%)/)?.[0]).toBeUndefined();
});

test('a text of the target is shown unchanged', () => {
  expect(plain(page)).toContain(hostile.script);
  expect(plain(page)).toContain(hostile.comment);
});

test('control characters in a text of the target are shown as escapes', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it must find control characters
  const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/;

  expect(page.match(obeyed)?.[0]).toBeUndefined();
  expect(page.match(/\p{Surrogate}/u)?.[0]).toBeUndefined();
  expect(page.includes('\\u001b[31mred')).toBe(true);
  expect(page.includes('\\u202e txt.exe')).toBe(true);
  expect(page.includes('half \\ud83d of')).toBe(true);
});

describe('the policy of the page', () => {
  const page = renderHtml(mixedVerdict(contract), extras);
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? '';

  test('lets nothing be loaded', () => {
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toMatch(/unsafe|http|\*/);
  });

  test.each(['style', 'script'])('allows the %s that is in it, by its hash', (kind) => {
    const content = new RegExp(`<${kind}>([\\s\\S]*?)</${kind}>`).exec(page)?.[1] ?? '';

    expect(content.length).toBeGreaterThan(1000);
    const hash = createHash('sha256').update(content).digest('base64');
    expect(policy).toContain(`${kind}-src 'sha256-${hash}'`);
  });
});
