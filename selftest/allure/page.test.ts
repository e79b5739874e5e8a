import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { linksOfSource } from '../../src/contract/requirements/source-links.js';
import { externalLoads, withoutRequests } from '../../src/reports/allure/page.js';
import { trimHistory } from '../../src/reports/allure/report.js';
import { temporaryFolder } from '../cli/suite.js';

const tagManager = `<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
  <script>
    window.dataLayer = [];
    function gtag(){dataLayer.push(arguments);}
    gtag('js', new Date());
  </script>`;

test("Allure's page keeps its own scripts and links, but loads nothing from elsewhere", () => {
  const page = `<html><head><link rel="stylesheet" href="//fonts.googleapis.com/css"></head><body>
      <script>window.allure = {};</script><script src="data:text/javascript;base64,AAAA"></script>
      <a href="https://example.com/">a link</a>${tagManager}</body></html>`;

  const stripped = withoutRequests(page);

  expect(externalLoads(page)).toHaveLength(2);
  expect(externalLoads(stripped)).toEqual([]);
  expect(stripped).not.toMatch(/gtag|googleapis/);
  expect(stripped).toContain('window.allure = {};');
  expect(stripped).toContain('base64,AAAA');
  expect(stripped).toContain('<a href="https://example.com/">a link</a>');
  expect(stripped).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none';`);
});

test.each([
  '<img src="https://example.com/pixel.gif">',
  '<style>@import "https://example.com/a.css";</style>',
  '<style>p{background:url(//example.com/a.png)}</style>',
  '<iframe src=http://example.com></iframe>',
])("Allure's page is refused if it would still load something: %s", (part) => {
  expect(() => withoutRequests(`<html><head></head>${part}</html>`)).toThrow('example.com');
});

test('the history keeps the latest nights, each once, and drops a cut line', () => {
  const file = join(temporaryFolder(), 'history.jsonl');
  const night = (name: string) => JSON.stringify({ name, testResults: {} });
  writeFileSync(file, [...['1', '2', '3', '4'].map(night), '{"name":"5","testRes'].join('\n'));

  trimHistory(file, '4', 2);

  expect(readFileSync(file, 'utf8')).toBe(`${night('2')}\n${night('3')}\n`);
});

test('the sources of requirements are linked if they are public', () => {
  const risks = 'https://owasp.org/API-Security/editions';
  expect(linksOfSource('API document, CreateSession; RFC 6238 5.2 and 6; OWASP API2:2023')).toEqual([
    { name: 'RFC 6238 5.2 and 6', url: 'https://www.rfc-editor.org/rfc/rfc6238#section-5.2' },
    { name: 'OWASP API2:2023', url: `${risks}/2023/en/0xa2-broken-authentication/` },
  ]);
});

test('the sources of requirements are all known, except the API document', () => {
  const parts = loadRequirements().flatMap(({ source }) => source.split(/;\s*/));
  const unknown = parts.filter(
    (part) => /^(?:RFC|OWASP|NIST|OpenAPI|CWE|Key URI)/.test(part) && linksOfSource(part).length === 0,
  );

  expect(parts.length).toBeGreaterThan(150);
  expect(unknown).toEqual([]);
});
