/** Bodies, sent one after the other, that must not change what a code is needed for. A text is sent as it is. */
export interface Row {
  readonly what: string;
  readonly bodies: readonly (object | string)[];
}

/** What takes the place of a code, and is none: a line more is a way more. No text with digits, which would be a guess. */
const proofs = (right: string): readonly (readonly [what: string, mfaCode: unknown])[] => [
  ['an empty code', ''],
  ['null as code', null],
  ['a list of guesses', ['000000', '111111', right]],
  ['a list of lists', [['000000', right]]],
  ['an empty list', []],
  ['an empty object', {}],
  ['a condition of a database', { $ne: '' }],
  ['true', true],
  ['0', 0],
];

/** Ways to ask for less than is in force without saying enabled false. */
const withoutEnabled: readonly (readonly [what: string, ...bodies: (object | string)[]])[] = [
  ['nothing', {}],
  ['no code alone', { mfaCode: null }],
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
];

function rowsOf(right: string, changes: readonly (readonly [what: string, body: object])[]): readonly Row[] {
  return [
    ...changes.flatMap(([change, body]) =>
      proofs(right).map(([proof, mfaCode]) => ({
        what: `${change} with ${proof}`,
        bodies: [{ ...body, mfaCode }],
      })),
    ),
    ...withoutEnabled.map(([what, ...bodies]) => ({ what, bodies })),
  ];
}

/** @param right a code that would do */
export function totpBodies(right: string): readonly Row[] {
  return rowsOf(right, [['switching off', { enabled: false }]]);
}

export function emailBodies(right: string, otherAddress: string): readonly Row[] {
  const email = otherAddress;
  return [
    ...rowsOf(right, [['switching off', { enabled: false }]]),
    ...proofs(right)
      .slice(0, 3)
      .map(([proof, mfaCode]) => ({
        what: `another address with ${proof}`,
        bodies: [{ enabled: true, mfaType: 'email', email, mfaCode }],
      })),
    { what: 'another address alone', bodies: [{ email }] },
    { what: 'another address with Email in capitals', bodies: [{ Email: email, EMAIL: email }] },
  ];
}
