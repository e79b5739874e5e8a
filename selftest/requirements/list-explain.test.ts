import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { type OperationPlaces, renderExplain } from '../../src/cli/explain.js';
import { renderList } from '../../src/cli/list.js';
import { loadContract } from '../../src/contract/load.js';
import { ConfigurationError } from '../../src/errors.js';
import { loadRequirements } from '../../src/requirements/catalogue.js';

const all = loadRequirements();
const lines = (text: string) => text.split('\n');

describe('list', () => {
  test('shows all by area, with level, id and sentence', () => {
    const text = renderList(all, { json: false });

    expect(text).toMatch(
      /^access: Credentials and privileges\n {2}must {4}access\/get-mfa-config-refuses-anonymous {2,}GET /,
    );
    expect(text).toContain('\n\nemail-login: Mailed one-time codes\n');
    expect(text.match(/^ {2}(must|should|fact) /gm)).toHaveLength(all.length);
    const count = (wanted: string) => all.filter(({ level }) => level === wanted).length;
    expect(text).toMatch(
      new RegExp(
        `\n\n${all.length} requirements: ${count('must')} must, ${count('should')} should, ${count('fact')} fact\n$`,
      ),
    );
  });

  test('lines up the columns of an area', () => {
    const rows = lines(renderList(all, { json: false, area: 'totp-login' })).filter((line) =>
      line.startsWith('  '),
    );

    expect(rows.length).toBeGreaterThan(5);
    expect(new Set(rows.map((row) => row.search(/(?<= {2})[A-Z]/))).size).toBe(1);
  });

  test.each([60, 80, 100, 200])('keeps within %d columns', (width) => {
    const text = renderList(all, { json: false, width });

    const tooLong = lines(text).filter((line) => line.length > width);
    expect(tooLong.filter((line) => !/^ {2}(must|should|fact) +\S+$/.test(line))).toEqual([]);
    expect(text.replace(/\s+/g, ' ')).toBe(renderList(all, { json: false }).replace(/\s+/g, ' '));
  });

  test('leaves what fits the level, the area and the pattern', () => {
    const ids = (options: object) => {
      const found: { id: string }[] = JSON.parse(renderList(all, { json: true, ...options }));
      return found.map(({ id }) => id);
    };

    expect(ids({ level: 'should' })).toEqual(
      all.filter(({ level }) => level === 'should').map(({ id }) => id),
    );
    expect(ids({ area: 'security' })).toEqual([
      'security/no-secret-echoed',
      'security/no-secret-in-head',
      'security/errors-show-no-internals',
    ]);
    expect(ids({ slow: true })).toEqual(
      all.filter(({ needs }) => needs.includes('longWait')).map(({ id }) => id),
    );
    expect(ids({ grep: '*/refuses-replay' })).toEqual([
      'totp-login/refuses-replay',
      'verify-totp/refuses-replay',
    ]);
    expect(ids({ grep: 'http/utf-8' })).toEqual(['http/utf-8']);
    expect(ids({ grep: 'http/utf.8' })).toEqual([]);
    expect(ids({ grep: 'totp-login/*', level: 'fact' })).toEqual([
      'totp-login/keys-are-forgotten-where-told',
    ]);
  });

  test('says so when nothing fits', () => {
    expect(renderList(all, { json: false, grep: 'nothing' })).toBe('No requirement fits.\n');
    expect(renderList(all, { json: true, grep: 'nothing' })).toBe('[]\n');
  });

  test('knows the areas', () => {
    expect(() => renderList(all, { json: false, area: 'totp-logn' })).toThrow(ConfigurationError);
    expect(() => renderList(all, { json: false, area: 'totp-logn' })).toThrow(
      'There is no area totp-logn; did you mean totp-login?',
    );
    expect(() => renderList(all, { json: false, area: 'zzzzzz' })).toThrow('; there are access, ');
  });

  test('as JSON has all members, always in the same order', () => {
    const text = renderList(all, { json: true, grep: 'support-totp/disabled-*' });

    expect(text).toBe(
      `${JSON.stringify(
        [
          {
            id: 'support-totp/disabled-with-current-code',
            area: 'support-totp',
            areaTitle: "Support user's MFA",
            level: 'should',
            text: 'Support MFA in totp mode is switched off with a current TOTP code as mfaCode.',
            ground: 'document',
            source: 'API document, SupportMfaConfigInfo.mfaCode',
            claim: 'totp-code-disables',
            operations: ['UpdateSupportMFAConfig'],
            needs: ['supportMfaOff', 'replaceSupportTotp'],
            since: '6.8.1',
          },
        ],
        null,
        2,
      )}\n`,
    );
  });
});

describe('explain', () => {
  let places: OperationPlaces;
  beforeAll(async () => {
    places = (await loadContract('latest')).operations;
  });
  const explain = (id: string) => renderExplain(id, all, places);
  const commands = (id: string) =>
    explain(id)
      .split('\n\n')
      .filter((part) => part.startsWith('# '));

  test('says all that is known of a requirement', () => {
    expect(explain('mfa-config/put-round-trip')).toBe(`mfa-config/put-round-trip
Putting back what was read changes nothing, where it is not refused.

Level       must (gates)
Area        mfa-config: Cluster MFA configuration
Ground      standard
Source      RFC 9110 9.3.4; API document, UpdateMFAConfig
Operations  UpdateMFAConfig  PUT /mfa-config
            GetMFAConfig     GET /mfa-config
Releases    all
Needs       stateChanges  allow.stateChanges is true

Reproduce (placeholders in capitals; a private certificate authority needs --cacert FILE as well)

# Keep the configuration as it is found
curl -sS -o mfa-config.json "$BASE_URL/mfa-config" \\
  -H "apiKey: $API_KEY"

# Call
curl -sS -i -X PUT "$BASE_URL/mfa-config" \\
  -H "apiKey: $API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d @mfa-config.json

# Read back
curl -sS -i "$BASE_URL/mfa-config" \\
  -H "apiKey: $API_KEY"
`);
  });

  test('says what a claim decides', () => {
    expect(explain('totp-login/keys-are-forgotten-where-told')).toMatch(
      /Level {7}fact \(measured, not judged\)\n(?:.*\n)*Claim {7}keys-are-forgotten \(claimed by the vendor: must; denied: not applicable\)/,
    );
  });

  test('names releases, and needs in words', () => {
    expect(explain('access/session-id-header')).toContain('\nReleases    from 7.2.1 on\n');
    expect(explain('access/get-mfa-config-refuses-anonymous')).toContain(
      '\nNeeds       nothing but the admin account\n',
    );
    expect(explain('http/utf-8')).toContain('\nOperations  all\n');
  });

  test('answers a mistyped id by the nearest', () => {
    expect(() => explain('mfa-config/put-roundtrip')).toThrow(/did you mean mfa-config\/put-round-trip/);
  });

  test('calls without credentials what is about that', () => {
    expect(commands('access/get-mfa-config-refuses-anonymous')).toEqual([
      '# Call\ncurl -sS -i "$BASE_URL/mfa-config"\n',
    ]);
    expect(explain('access/get-support-mfa-refuses-wrong-token')).toContain(
      "-H 'Authorization: Bearer not-a-token'",
    );
    expect(explain('access/viewer-cannot-verify-totp')).toContain('-H "session-id: $VIEWER_SESSION_ID"');
  });

  test('takes the path from the release', async () => {
    const old = (await loadContract('6.6.0d')).operations;
    const id = 'access-tokens/refuses-wrong-password';

    expect(renderExplain(id, all, old)).toContain('"$BASE_URL/accessTokens"');
    expect(explain(id)).toContain('"$BASE_URL/access-tokens"');
  });

  test('says which operation a release has not', () => {
    const text = renderExplain('mfa-config/get-answers-200', all, new Map());

    expect(text).toContain('GetMFAConfig  not in this release');
    expect(text).toContain('# Call: GetMFAConfig is not in this release');
  });

  test('restores what it changes', () => {
    for (const { id, needs } of all) {
      const [before = '', last = ''] = commands(id).slice(-2);
      const switchesCluster = needs.includes('clusterMfa');
      if (switchesCluster) expect(last, id).toContain('-d @mfa-config.json');
      if (needs.includes('replaceSupportTotp'))
        expect(switchesCluster ? before : last, id).toMatch(/"\{\\"enabled\\":false,\\"mfaCode\\"/);
    }
  });

  test('never enrols without credentials or as a viewer, and never ends all sessions', () => {
    for (const { id } of all) {
      for (const command of commands(id)) {
        // The admin may enrol, so that a refusal has no other cause.
        if (/anonymous|wrong-key|viewer-cannot/.test(id) && !command.includes('$API_KEY'))
          expect(command, id).not.toContain('"mfaType":"totp"');
        if (command.includes('-X DELETE')) expect(command, id).toContain('?sid=');
      }
    }
  });

  test.skipIf(process.platform === 'win32')(
    'prints commands that a shell reads, with bodies that are JSON',
    () => {
      const variables = [...new Set(all.flatMap(({ id }) => explain(id).match(/\$[A-Z][A-Z_]+/g) ?? []))];
      const assignments = variables.map((name) => `${name.slice(1)}=x`).join('\n');
      // Stand-ins that print the body, or what the body would be made of.
      const stubs = `curl() { while [ $# -gt 0 ]; do [ "$1" = -d ] && printf '%s\\n' "$2"; shift; done; }
jq() { printf '{"edited":true}'; }\noathtool() { echo 123456; }\nsleep() { :; }\nopenssl() { :; }\n`;
      const script = all.flatMap(({ id }) => commands(id)).join('\n');

      const printed = execFileSync('bash', ['-eu'], {
        input: `${assignments}\n${stubs}${script}`,
        encoding: 'utf8',
      });

      const bodies = lines(printed.trimEnd()).filter(
        (body) => body !== '@mfa-config.json' && body !== '{"enabled":',
      );
      expect(bodies.length).toBeGreaterThan(all.length / 2);
      for (const body of bodies) expect(() => JSON.parse(body), body).not.toThrow();
    },
  );
});
