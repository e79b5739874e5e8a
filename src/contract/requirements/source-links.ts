const apiRisks = [
  '0xa1-broken-object-level-authorization',
  '0xa2-broken-authentication',
  '0xa3-broken-object-property-level-authorization',
  '0xa4-unrestricted-resource-consumption',
  '0xa5-broken-function-level-authorization',
  '0xa8-security-misconfiguration',
];

const guide =
  'https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing';

/** The names of documents in sources, and their addresses, where `$1` is the first group. */
const known: readonly (readonly [RegExp, string])[] = [
  [/^RFC (\d+) (\d+(?:\.\d+)*)/, 'https://www.rfc-editor.org/rfc/rfc$1#section-$2'],
  [/^RFC (\d+)/, 'https://www.rfc-editor.org/rfc/rfc$1'],
  ...apiRisks.map((risk): [RegExp, string] => [
    new RegExp(`^OWASP API${risk[3]}:2023`),
    `https://owasp.org/API-Security/editions/2023/en/${risk}/`,
  ]),
  [/^OWASP WSTG-ATHN-11/, `${guide}/04-Authentication_Testing/11-Testing_Multi-Factor_Authentication`],
  [
    /^OWASP WSTG-IDNT-04/,
    `${guide}/03-Identity_Management_Testing/04-Testing_for_Account_Enumeration_and_Guessable_User_Account`,
  ],
  [/^OWASP ASVS/, 'https://owasp.org/www-project-application-security-verification-standard/'],
  [
    /^OWASP MFA cheat sheet/,
    'https://cheatsheetseries.owasp.org/cheatsheets/Multifactor_Authentication_Cheat_Sheet.html',
  ],
  [/^NIST SP 800-63B-4/, 'https://pages.nist.gov/800-63-4/sp800-63b.html'],
  [/^CWE-(\d+)/, 'https://cwe.mitre.org/data/definitions/$1.html'],
  [/^Key URI Format/, 'https://github.com/google/google-authenticator/wiki/Key-Uri-Format'],
  [/^OpenAPI 3\.0\.3/, 'https://spec.openapis.org/oas/v3.0.3.html'],
];

/** Links the public documents that a source names. The API document isn't public. */
export function linksOfSource(source: string): { readonly name: string; readonly url: string }[] {
  return source.split(/;\s*/).flatMap((name) => {
    const [pattern, address] = known.find(([each]) => each.test(name)) ?? [];
    if (pattern === undefined || address === undefined) return [];
    return [{ name, url: (pattern.exec(name)?.[0] ?? '').replace(pattern, address) }];
  });
}
