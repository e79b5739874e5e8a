import type { Credential } from '../../fixtures/index.js';

/** Bodies, sent in sequence, that must not change what needs a code. A text is sent as it is. */
export interface Row {
  readonly what: string;
  readonly as?: Credential;
  readonly bodies: readonly (object | string)[];
}

type Proof = readonly [what: string, mfaCode: unknown];

/** Values in place of a code; a further line is a further way. Texts have no digits, which would be guesses. */
const proofs: readonly Proof[] = [
  ['an empty list', []],
  ['an empty object', {}],
  ['a condition of a database', { $ne: '' }],
  ['true', true],
  ['0', 0],
];

/** Ways to weaken the current MFA without saying enabled false. */
const withoutEnabled: readonly (readonly [what: string, ...bodies: (object | string)[]])[] = [
  ['nothing', {}],
  ['enabled null', { enabled: null }],
  ['enabled as a text', { enabled: 'false' }],
  ['enabled as a number', { enabled: 0 }],
  ['Enabled with a capital', { Enabled: false }],
  ['enabled twice', '{"enabled":true,"enabled":false}'],
  ['a state that the target alone may set', { otpVerificationState: 'kPending' }, { enabled: false }],
  [
    'another state that the target alone may set',
    { otpVerificationState: 'kNotStarted' },
    { enabled: false },
  ],
  [
    'enabled false and a state that the target alone may set',
    { enabled: false, otpVerificationState: 'kPending' },
  ],
  ['enabled false and a mode', { enabled: false, mfaType: 'email' }],
  ['enabled false and another mode', { enabled: false, mfaType: 'totp' }],
  ['enabled false and no mode', { enabled: false, mfaType: null }],
];

const rowsOf = (change: string, body: object, those: readonly Proof[]): readonly Row[] =>
  those.map(([proof, mfaCode]) => ({ what: `${change} with ${proof}`, bodies: [{ ...body, mfaCode }] }));

export const offWithoutCode: readonly Row[] = [
  ...rowsOf('switching off', { enabled: false }, proofs),
  ...withoutEnabled.map(([what, ...bodies]) => ({ what, bodies })),
];

/** Other factors requested in place of a proven key. @param isDisposable see {@link changesWithoutCode} */
export const otherFactors = (isDisposable: boolean): readonly object[] =>
  [...(isDisposable ? ['salesforce'] : []), 'totp'].map((mfaType) => ({ enabled: true, mfaType }));

const byEmail = (email: string | null) => ({ enabled: true, mfaType: 'email', email });

/** @param right a valid code, one of several guesses @param email another address that the suite reads */
export function changesWithoutCode(
  right: string,
  address: string,
  email: string,
  isDisposable: boolean,
): readonly Row[] {
  const guesses: readonly Proof[] = [
    ['a list of guesses', ['000000', '111111', right]],
    ['a list of lists', [['000000', right]]],
  ];
  return [
    ...offWithoutCode,
    ...rowsOf('switching off', { enabled: false }, guesses),
    ...rowsOf('another address', byEmail(email), guesses),
    // If changing an address needs no code, the first step leaves no address to send a code to.
    ...(isDisposable
      ? [
          { what: 'no mode', bodies: [{ mfaType: null }] },
          { what: 'no address, then another one', bodies: [byEmail(null), byEmail(email)] },
        ]
      : []),
    { what: 'enabled false and the address', bodies: [{ enabled: false, email: address }] },
    { what: 'enabled false and another address', bodies: [{ enabled: false, email }] },
    { what: 'another address alone', bodies: [{ email }] },
    { what: 'another address with Email in capitals', bodies: [{ Email: email, EMAIL: email }] },
  ];
}
