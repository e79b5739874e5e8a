import type { RawOutcome, RunResults } from '../../../src/base/model/results.js';
import type { Verdict } from '../../../src/base/model/verdict.js';
import type { Contract } from '../../../src/contract/openapi/contract.js';
import { coverageUniverse } from '../../../src/contract/openapi/coverage.js';
import { loadRequirements } from '../../../src/contract/requirements/catalogue.js';
import type { HtmlExtras } from '../../../src/reports/forms/html/render.js';
import { derived, exchange, planned, raw } from '../../verdict/sample.js';
import { concerned } from '../../waivers/sample.js';

/** A verdict on the whole catalogue: all requirements passed, except the named outcomes. */
export function catalogueVerdict(
  contract: Contract,
  outcomes: Readonly<Record<string, Partial<RawOutcome>>> = {},
  change: Partial<RunResults> = {},
): Verdict {
  const all = loadRequirements().map(({ id, level, text, source, operations }) =>
    planned(id, { level, title: text, source, operations }),
  );
  const missing = Object.keys(outcomes).filter((id) => !all.some((each) => each.id === id));
  if (missing.length > 0) throw new Error(`There is no requirement ${missing.join(', ')}.`);
  const tried = all.map(({ id }) => raw(id, { durationMs: 20, ...outcomes[id] }));
  return derived({ planned: all, raw: tried, coverage: coverageOf(contract), ...change });
}

/** The coverage of a run that saw all of the contract twice, except DeleteSession, mfaCode and `salesforce`. */
function coverageOf(contract: Contract): Verdict['coverage'] {
  const universe = coverageUniverse(contract);
  const met = (keys: readonly string[]) =>
    Object.fromEntries(keys.map((key) => [key, /DeleteSession|mfaCode|salesforce/.test(key) ? 0 : 2]));
  return {
    operations: met(universe.operations),
    responses: met(universe.responses),
    properties: met(universe.properties),
    enumValues: met(universe.enumValues),
    credentials: met(universe.credentials),
    calls: met(universe.calls),
    otherCalls: { 'GetMFAConfig 200 none': 3 },
  };
}

export function mixedVerdict(contract: Contract, change: Partial<RunResults> = {}): Verdict {
  const url = 'https://10.2.0.7/v2/totp-key';
  const request = { method: 'POST', url, headers: { 'Content-Type': 'application/json' }, body: '{"a":1}' };
  return catalogueVerdict(
    contract,
    {
      'totp-key/secret-matches-uri': {
        kind: 'fail',
        reason: 'expected: the secret of the URI\nactual:    another one',
        reproduce: 'curl -i -X POST "$BASE_URL"/totp-key -H "apiKey: $API_KEY"',
        exchanges: [
          exchange(url),
          {
            ...exchange(url),
            operation: null,
            request,
            response: { status: 500, headers: {}, body: 'oops' },
          },
        ],
      },
      'http/no-bom': { kind: 'fail', reason: 'expected: no byte order mark\nactual: one' },
      'http/utf-8': { kind: 'fail', reason: 'GetMFAConfig: 0xE9 is not UTF-8' },
      'totp-key/uri-has-issuer': { kind: 'fail', reason: 'expected: an issuer\nactual: none' },
      'email-otp/answers-204': { kind: 'inconclusive', reason: 'no mail within 60 s' },
      'access/viewer-cannot-update-mfa-config': { kind: 'not run', reason: 'no viewer account' },
      'access/session-id-header': { kind: 'not applicable', reason: 'holds from release 7.2.1 on' },
    },
    {
      facts: {
        clockOffsetMs: -90_000,
        acceptedSteps: '[-1,+1]',
        credentialModes: { APIKeyHeader: 'accepted', Bearer: 'not seen' },
        throttleAfter: 5,
        ownInvention: { deep: [1] },
      },
      waits: [
        { requirement: 'email-otp/answers-204', ms: 60_000, for: 'mail' },
        { requirement: '', ms: 500, for: 'quiet' },
        { requirement: 'totp-key/secret-matches-uri', ms: 12_500, for: 'code step' },
      ],
      retries: { '429': 2, '503': 0 },
      waivers: [
        concerned({ requirement: 'http/*', reason: 'The proxy answers by itself.', fits: ['http/no-bom'] }),
        concerned({ requirement: 'totp-key/echoes-name', unknown: true, fits: [] }),
      ],
      residue: ['TOTP keys of the suite stay with the account admin: the API can’t delete them.'],
      target: { name: 'lab-7', baseUrl: 'https://10.2.0.7/v2', tlsInsecure: true },
      ...change,
    },
  );
}

export const extras: HtmlExtras = {
  changes: {
    since: 'the run of 2026-11-24 02:00 UTC on release 7.1.2_u3',
    broke: ['totp-key/secret-matches-uri passed and now fails.'],
    mended: ['http/no-content-after-204 failed and now passes.'],
    facts: ['The accepted code window grew from ±1 to ±3 steps.'],
    other: [],
  },
};

export const hostile = {
  script: '</script></style></pre></title><script>window.hacked = 1</script>',
  image: '<img src="https://evil.example/x" onerror="window.hacked = 2">',
  attribute: '" onmouseover="window.hacked = 3" x="',
  terminal: '\u001b[31mred\u001b[0m \u0000 \u009b',
  turned: 'abc \u202e txt.exe \u2066 \u200b \ufeff',
  halves: 'half \ud83d of a pair \udca9',
  url: 'javascript:window.hacked=4',
  comment: '<!-- <script> --> &lt;b&gt; ${x} `',
};
