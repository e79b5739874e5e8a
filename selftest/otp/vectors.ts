/** RFC 6238, Appendix B: seconds, each with its codes by SHA-1, SHA-256 and SHA-512 (seeds of erratum 2866). */
export const rfc6238: readonly (readonly [second: number, sha1: string, sha256: string, sha512: string])[] = [
  [59, '94287082', '46119246', '90693936'],
  [1111111109, '07081804', '68084774', '25091201'],
  [1111111111, '14050471', '67062674', '99943326'],
  [1234567890, '89005924', '91819424', '93441116'],
  [2000000000, '69279037', '90698825', '38618901'],
  [20000000000, '65353130', '77737706', '47863826'],
];

const seed = '1234567890'.repeat(7);
export const seeds = { SHA1: seed.slice(0, 20), SHA256: seed.slice(0, 32), SHA512: seed.slice(0, 64) };
export const algorithms = ['SHA1', 'SHA256', 'SHA512'] as const;

/** RFC 4648, 10. */
export const rfc4648 = [
  ['MY======', 'f'],
  ['MZXQ====', 'fo'],
  ['MZXW6===', 'foo'],
  ['MZXW6YQ=', 'foob'],
  ['MZXW6YTB', 'fooba'],
  ['MZXW6YTBOI======', 'foobar'],
] as const;
