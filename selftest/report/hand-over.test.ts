import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Har } from 'har-format';
import { expect, test } from 'vitest';
import { contractPlace } from '../../src/reports/forms/contract-place.js';
import { renderHar } from '../../src/reports/forms/har.js';
import { renderSarif } from '../../src/reports/forms/sarif.js';
import { readEntries } from '../../src/target/har/entry.js';
import { temporaryFolder } from '../target/files.js';
import { derived, outcomeOf, planned, raw } from '../verdict/sample.js';
import { sample } from './sample.js';

test('failed.har is a HAR for check-har with the exchanges of failures', async () => {
  const verdict = sample();
  const file = join(temporaryFolder(), 'failed.har');
  writeFileSync(file, renderHar(verdict));
  const urls: string[] = [];

  await readEntries(file, (entry) => {
    urls.push(entry.request.url);
  });

  const failed = verdict.outcomes.filter(({ outcome }) => outcome === 'fail');
  expect(urls).toEqual(failed.flatMap(({ exchanges }) => exchanges.map(({ request }) => request.url)));
  expect(urls.length).toBeGreaterThan(0);
});

test('failed.har has the required members of HAR 1.2', () => {
  // The type from @types/har lets the compiler check the member names that this test uses.
  const har: Har = JSON.parse(renderHar(sample()));
  const { log } = har;

  expect(log).toMatchObject({ version: '1.2', creator: { name: 'mfa-conformance' } });
  for (const entry of log.entries) {
    for (const name of ['startedDateTime', 'time', 'request', 'response', 'cache', 'timings'])
      expect(entry).toHaveProperty(name);
    for (const name of ['httpVersion', 'cookies', 'headers', 'headersSize', 'bodySize'])
      for (const part of [entry.request, entry.response]) expect(part).toHaveProperty(name);
    expect(new Date(entry.startedDateTime).toISOString()).toBe(entry.startedDateTime);
  }
});

const verdict = sample();
const log = JSON.parse(
  renderSarif([{ ...verdict, contract: { ...verdict.contract, source: 'spec/releases/7.1.yaml' } }]),
);
const [run] = log.runs;

test('SARIF has a result for each failure, at the line of the contract', () => {
  const shown = verdict.outcomes.filter(({ outcome }) =>
    ['fail', 'waived', 'inconclusive'].includes(outcome),
  );
  expect(log.version).toBe('2.1.0');
  expect(run.results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(shown.map(({ id }) => id));
  for (const [index, result] of run.results.entries()) {
    expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    expect(result.ruleIndex).toBe(index);
    expect(['error', 'warning', 'none']).toContain(result.level);
    // SARIF 3.27.10: only a failure has a level.
    expect(result.level === 'none').toBe(result.kind !== 'fail');
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    expect(artifactLocation.uri).toBe('spec/releases/7.1.yaml');
    expect(region.startLine).toBeGreaterThanOrEqual(1);
  }
});

test.each([
  ['RFC 8259 8.1; OWASP ASVS 5.0', 'https://www.rfc-editor.org/rfc/rfc8259#section-8.1'],
  ['API document', 'https://mfa-conformance.invalid/'],
])('a rule of SARIF has a description and a link: %s', (source, helpUri) => {
  const fails = [raw('area/one', { kind: 'fail' })];
  const verdict = derived({ planned: [planned('area/one', { source })], raw: fails });
  const { driver } = JSON.parse(renderSarif([verdict])).runs[0].tool;

  expect(driver.informationUri).toBe('https://mfa-conformance.invalid/');
  expect(driver.rules).toEqual([
    expect.objectContaining({
      id: 'area/one',
      name: 'AreaOne',
      fullDescription: { text: `Text of area/one. Source: ${source}.` },
      helpUri,
    }),
  ]);
});

const outcome = outcomeOf('area/one', { operations: ['CreateTotpKey'] });
const of = (source: string) => contractPlace({ contract: { source, sha256: '' } }, outcome);

test('the place in the contract is the line of the operation, unless the document is not available', () => {
  expect(of('spec/releases/7.1.yaml').line).toBeGreaterThan(1);
  expect(of('https://vendor.example/openapi.yaml').line).toBeUndefined();
});
