import type { Call } from '../call.js';
import { keysOf, mailedTo, rightCodes, userNamed } from '../deviations.js';
import { type Json, own, text } from '../json.js';
import { breaks, type Fault, faultsOf, type Seams } from '../seams.js';
import type { Owner, State, User } from '../state.js';

type Kind = 'totp' | 'email';
const kinds: readonly Kind[] = ['totp', 'email'];
const called = { totp: 'TOTP', email: 'mailed' } as const;

/** If `as` accepts the value of otpCode, it counts as a right code. */
const reads = (seams: Seams, kind: Kind, as: (given: Json, right: string) => boolean) =>
  seams.edit('CreateSession', (body, call, world) => {
    const [user, given] = [userNamed(body, world), own(body, 'otpCode')];
    if (user === undefined || given === undefined || own(body, 'otpType') !== kind) return;
    const right = rightCodes(user, kind, world).find((code) => as(given, code));
    if (right === undefined) return;
    call.skip.add('checks');
    return { otpCode: right };
  });

type Reading = readonly [description: string, broken: string, as: (given: string, right: string) => boolean];

/** How the target misreads an invalid code as a right one. `KIND` stands for the kind of code. */
const readings: Readonly<Record<string, Reading>> = {
  'any-of-a-text': [
    'code among others with commas between opens a session.',
    'ways-in/list-of-KIND-codes-opens-nothing',
    (given, right) => given.split(',').includes(right),
  ],
  'with-more-after-it': [
    'code with more digits after it opens a session.',
    'ways-in/near-KIND-code-opens-nothing',
    (given, right) => /^\d+$/.test(given) && given.startsWith(right),
  ],
  'with-letters-after-it': [
    'code with letters after it opens a session.',
    'ways-in/near-KIND-code-opens-nothing',
    (given, right) => given.replace(/[a-z]+$/, '') === right,
  ],
  'cut-short': [
    'code opens a session by its beginning.',
    'KIND-login/refuses-junk ways-in/near-KIND-code-opens-nothing',
    (given, right) => given !== '' && right.startsWith(given),
  ],
  'by-its-end': [
    'code opens a session by its last five digits.',
    'ways-in/near-KIND-code-opens-nothing',
    (given, right) => given.length >= 5 && right.endsWith(given),
  ],
};

function forgetUses(owner: Owner, state: State): void {
  for (const key of keysOf(owner, state)) key.acceptedSteps.clear();
  for (const mail of mailedTo(owner, state)) mail.uses = 0;
}

/** A used code in another spelling, which `written` restores, counts as unused. */
const forgets = (seams: Seams, kind: Kind, written: (given: string) => string) =>
  seams.edit('CreateSession', (body, _call, world) => {
    const [user, given] = [userNamed(body, world), text(body, 'otpCode')];
    if (user === undefined || given === undefined || own(body, 'otpType') !== kind) return;
    const otpCode = written(given);
    if (otpCode === given || !rightCodes(user, kind, world).includes(otpCode)) return;
    forgetUses(user.username, world.state);
    return { otpCode };
  });

/** If `isMeant` accepts a login and `is` accepts its password, the password counts as right. */
const opensByPassword = (
  seams: Seams,
  isMeant: (body: Json | undefined, isOn: boolean) => boolean,
  is: (given: Json | undefined, right: string) => boolean,
) =>
  seams.edit('CreateSession', (body, _call, world) => {
    const user = userNamed(body, world);
    if (user === undefined || !isMeant(body, world.state.cluster.enabled)) return;
    return is(own(body, 'password'), user.password) && { password: user.password };
  });

const whileOff = (_body: Json | undefined, isOn: boolean) => !isOn;

const single = faultsOf({
  'ways-in/used-codes-kept-by-name': breaks(
    ...kinds.map((kind) => `ways-in/used-${kind}-code-in-any-form-opens-nothing`),
  )
    .says('User names match in any case, and a code counts as used for one spelling only.')
    .by((seams) => {
      const spelt = new WeakMap<Call, User>();
      seams.edit('CreateSession', (body, call, { state }) => {
        const given = text(body, 'username');
        const user = state.users.find(({ username }) => username === given?.toLowerCase());
        if (user === undefined || user.username === given) return;
        spelt.set(call, user);
        return { username: user.username };
      });
      seams.answer('CreateSession', ({ status }, call, { state }) => {
        const owner = spelt.get(call)?.username;
        if (owner !== undefined && status < 300) forgetUses(owner, state);
      });
    }),
  'ways-in/empty-password-opens': breaks('ways-in/what-is-no-password-opens-nothing')
    .says('An empty password opens a session while no code is needed.')
    .with(opensByPassword, whileOff, (given) => given === ''),
  'ways-in/cut-password-opens': breaks('ways-in/what-is-no-password-opens-nothing')
    .says('A password without its last character opens a session while no code is needed.')
    .with(opensByPassword, whileOff, (given, right) => given === right.slice(0, -1)),
  'ways-in/domain-by-its-beginning': breaks('ways-in/other-domain-opens-nothing')
    .says('A user of LOCAL is found in every domain whose name begins with LOCAL.')
    .edits(
      ['CreateSession', 'CreateAccessToken'],
      (body) => text(body, 'domain')?.startsWith('LOCAL') === true && { domain: 'LOCAL' },
    ),
  'ways-in/any-domain-opens': breaks('ways-in/other-domain-opens-nothing')
    .says('A user is found in any domain.')
    .edits(
      ['CreateSession', 'CreateAccessToken'],
      (body) => text(body, 'domain') !== undefined && { domain: 'LOCAL' },
    ),
});

const faultsOfKind = (kind: Kind): readonly Fault[] => {
  const used = `ways-in/used-${kind}-code-in-any-form-opens-nothing`;
  return faultsOf({
    [`ways-in/${kind}-any-of-a-list`]: breaks(`ways-in/list-of-${kind}-codes-opens-nothing`)
      .says(`A right ${called[kind]} code in a list of guesses opens a session.`)
      .with(reads, kind, (given, right) => Array.isArray(given) && given.length > 1 && given.includes(right)),
    ...Object.fromEntries(
      Object.entries(readings).map(([id, [description, broken, as]]) => [
        `ways-in/${kind}-${id}`,
        breaks(...broken.replaceAll('KIND', kind).split(' '))
          .says(`A right ${called[kind]} ${description}`)
          .with(
            reads,
            kind,
            (given, right) => typeof given === 'string' && given !== right && as(given, right),
          ),
      ]),
    ),
    [`ways-in/${kind}-code-without-password`]: breaks(`ways-in/${kind}-code-needs-password`)
      .says(`A right ${called[kind]} code opens a session without a password.`)
      .with(
        opensByPassword,
        (body) => own(body, 'otpType') === kind,
        (given) => given === undefined,
      ),
    [`ways-in/unknown-type-is-${kind}`]: breaks(`ways-in/${kind}-code-of-no-enabled-type-opens-nothing`)
      .says(`An unknown otpType counts as ${kind}.`)
      .edits('CreateSession', (body, call) => {
        const type = text(body, 'otpType');
        if (type === undefined || ['totp', 'email', 'salesforce'].includes(type.toLowerCase())) return;
        call.skip.add('checks');
        return { otpType: kind };
      }),
    [`ways-in/used-${kind}-code-with-blanks`]: breaks(used)
      .says(`A ${called[kind]} code that was used counts again with blanks around it.`)
      .with(forgets, kind, (given) => given.trim()),
    [`ways-in/used-${kind}-code-as-decimal`]: breaks(used)
      .says(`A ${called[kind]} code that was used counts again with .0 after it.`)
      .with(forgets, kind, (given) => given.replace(/\.0$/, '')),
    [`ways-in/used-${kind}-code-as-number`]: breaks(used)
      .says(`A ${called[kind]} code that was used counts again as a number.`)
      .by((seams) => {
        seams.edit('CreateSession', (body, call) => {
          const given = own(body, 'otpCode');
          if (typeof given !== 'number') return;
          call.skip.add('checks');
          // The mark shows below that the code came as a number, and makes it differ from the used code.
          return { otpCode: `#${given}` };
        });
        const { digits } = seams.rules[kind === 'totp' ? 'totp' : 'mailCode'];
        forgets(seams, kind, (given) =>
          given.startsWith('#') ? given.slice(1).padStart(digits, '0') : given,
        );
      }),
    [`ways-in/used-${kind}-code-with-dash`]: breaks(used)
      .says(`A ${called[kind]} code that was used counts again with a dash in it.`)
      .with(forgets, kind, (given) => given.replace(/-/g, '')),
  });
};

export const rightCodeFaults: readonly Fault[] = [...single, ...kinds.flatMap(faultsOfKind)];
