import type { Call, World } from '../call.js';
import { bodies, userNamed } from '../deviations.js';
import { asObject, type Json, own, text } from '../json.js';
import { type Fault, faultsOf, type Seams } from '../seams.js';
import type { MailCode, TotpKey, User } from '../state.js';
import { hotp, stepAt } from '../totp.js';

type Kind = 'totp' | 'email';
const kinds: readonly Kind[] = ['totp', 'email'];
const called = { totp: 'TOTP', email: 'mailed' } as const;

/** The codes of a user that are right now, used or not. */
function rightCodes(user: User, kind: Kind, { state, clock }: World): readonly string[] {
  if (kind === 'email')
    return state.mailCodes.filter(({ owner }) => owner === user.username).map(({ code }) => code);
  return state.userKeys
    .filter(({ owner }) => owner === user.username)
    .map(({ secret, parameters }) => hotp(secret, stepAt(clock.now(), parameters.period), parameters));
}

/** Values that `as` accepts as otpCode count as a right code. */
function reads(seams: Seams, kind: Kind, as: (given: Json, right: string) => boolean): void {
  seams.body('CreateSession', (body, call, world) => {
    const login = asObject(body);
    const user = userNamed(login, world);
    const given = own(login, 'otpCode');
    if (user === undefined || given === undefined || own(login, 'otpType') !== kind) return body;
    const right = rightCodes(user, kind, world).find((code) => as(given, code));
    if (right === undefined) return body;
    call.skip.add('checks');
    return { ...login, otpCode: right };
  });
}

/** Rules that accept an invalid code. */
const readings: readonly {
  readonly id: string;
  readonly description: string;
  readonly breaks: (kind: Kind) => readonly string[];
  as(given: Json, right: string): boolean;
}[] = [
  {
    id: 'any-of-a-list',
    description: 'code in a list of guesses opens a session.',
    breaks: (kind) => [`ways-in/list-of-${kind}-codes-opens-nothing`],
    as: (given, right) => Array.isArray(given) && given.length > 1 && given.includes(right),
  },
  {
    id: 'any-of-a-text',
    description: 'code among others with commas between opens a session.',
    breaks: (kind) => [`ways-in/list-of-${kind}-codes-opens-nothing`],
    as: (given, right) => typeof given === 'string' && given.split(',').includes(right) && given !== right,
  },
  {
    id: 'with-more-after-it',
    description: 'code with more digits after it opens a session.',
    breaks: (kind) => [`ways-in/near-${kind}-code-opens-nothing`],
    as: (given, right) =>
      typeof given === 'string' && /^\d+$/.test(given) && given.startsWith(right) && given !== right,
  },
  {
    id: 'with-letters-after-it',
    description: 'code with letters after it opens a session.',
    breaks: (kind) => [`ways-in/near-${kind}-code-opens-nothing`],
    as: (given, right) =>
      typeof given === 'string' && given.replace(/[a-z]+$/, '') === right && given !== right,
  },
  {
    id: 'cut-short',
    description: 'code opens a session by its beginning.',
    breaks: (kind) => [`${kind}-login/refuses-junk`, `ways-in/near-${kind}-code-opens-nothing`],
    as: (given, right) =>
      typeof given === 'string' && given !== '' && right.startsWith(given) && given !== right,
  },
];

/** A used code counts as unused in another spelling. */
function forgets(seams: Seams, kind: Kind, written: (given: string) => string): void {
  seams.body('CreateSession', (body, _call, world) => {
    const login = asObject(body);
    const [user, given] = [userNamed(login, world), text(login, 'otpCode')];
    if (user === undefined || given === undefined || own(login, 'otpType') !== kind) return body;
    const code = written(given);
    if (code === given || !rightCodes(user, kind, world).includes(code)) return body;
    for (const key of world.state.userKeys.filter(ownedBy(user))) key.acceptedSteps.clear();
    for (const mail of world.state.mailCodes.filter(ownedBy(user))) mail.uses = 0;
    return { ...login, otpCode: code };
  });
}

const ownedBy = (user: User) => (each: TotpKey | MailCode) => each.owner === user.username;

const needsNone = (kind: Kind): Fault => ({
  id: `ways-in/${kind}-code-without-password`,
  description: `A right ${called[kind]} code opens a session without a password.`,
  breaks: [`ways-in/${kind}-code-needs-password`],
  apply: bodies('CreateSession', (body, _call, world) => {
    const login = asObject(body);
    const user = userNamed(login, world);
    const isLeftOut = own(login, 'password') === undefined && own(login, 'otpType') === kind;
    return isLeftOut && user !== undefined ? { ...login, password: user.password } : body;
  }),
});

const single = faultsOf({
  'ways-in/used-codes-kept-by-name': {
    description: 'User names match in any case, and a code counts as used for one spelling only.',
    breaks: kinds.map((kind) => `ways-in/used-${kind}-code-in-any-form-opens-nothing`),
    apply: (seams) => {
      const spelt = new WeakMap<Call, User>();
      seams.body('CreateSession', (body, call, world) => {
        const given = text(asObject(body), 'username');
        const user = world.state.users.find(({ username }) => username === given?.toLowerCase());
        if (user === undefined || user.username === given) return body;
        spelt.set(call, user);
        return { ...asObject(body), username: user.username };
      });
      seams.answer('CreateSession', ({ status }, call, { state }) => {
        const owner = spelt.get(call)?.username;
        if (owner === undefined || status >= 300) return;
        for (const key of state.userKeys) if (key.owner === owner) key.acceptedSteps.clear();
        for (const code of state.mailCodes) if (code.owner === owner) code.uses = 0;
      });
    },
  },
  'ways-in/empty-password-opens': {
    description: 'An empty password opens a session while no code is needed.',
    breaks: ['ways-in/what-is-no-password-opens-nothing'],
    apply: (seams) => opensByPassword(seams, (given) => given === ''),
  },
  'ways-in/cut-password-opens': {
    description: 'A password without its last character opens a session while no code is needed.',
    breaks: ['ways-in/what-is-no-password-opens-nothing'],
    apply: (seams) => opensByPassword(seams, (given, right) => given === right.slice(0, -1)),
  },
  'ways-in/any-domain-opens': {
    description: 'A user is found in any domain.',
    breaks: ['ways-in/other-domain-opens-nothing'],
    apply: bodies(['CreateSession', 'CreateAccessToken'], (body) =>
      text(asObject(body), 'domain') === undefined ? body : { ...asObject(body), domain: 'LOCAL' },
    ),
  },
});

export const rightCodeFaults: readonly Fault[] = [
  ...single,
  ...kinds.flatMap((kind): Fault[] => [
    ...readings.map(
      ({ id, description, breaks, as }): Fault => ({
        id: `ways-in/${kind}-${id}`,
        description: `A right ${called[kind]} ${description}`,
        breaks: breaks(kind),
        apply: (seams) => reads(seams, kind, as),
      }),
    ),
    needsNone(kind),
    {
      id: `ways-in/unknown-type-is-${kind}`,
      description: `An unknown otpType counts as ${kind}.`,
      breaks: [`ways-in/${kind}-code-of-no-enabled-type-opens-nothing`],
      apply: bodies('CreateSession', (body, call) => {
        const type = text(asObject(body), 'otpType');
        if (type === undefined || ['totp', 'email', 'salesforce'].includes(type.toLowerCase())) return body;
        call.skip.add('checks');
        return { ...asObject(body), otpType: kind };
      }),
    },
    {
      id: `ways-in/used-${kind}-code-with-blanks`,
      description: `A ${called[kind]} code that was used counts again with blanks around it.`,
      breaks: [`ways-in/used-${kind}-code-in-any-form-opens-nothing`],
      apply: (seams) => forgets(seams, kind, (given) => given.trim()),
    },
    {
      id: `ways-in/used-${kind}-code-as-number`,
      description: `A ${called[kind]} code that was used counts again as a number.`,
      breaks: [`ways-in/used-${kind}-code-in-any-form-opens-nothing`],
      apply: (seams) => {
        seams.body('CreateSession', (body, call) => {
          const given = own(asObject(body), 'otpCode');
          if (typeof given !== 'number') return body;
          call.skip.add('checks');
          // The mark makes it another spelling than the text.
          return { ...asObject(body), otpCode: `#${given}` };
        });
        const digits = () => (kind === 'totp' ? seams.rules.totp.digits : seams.rules.mailCode.digits);
        forgets(seams, kind, (given) =>
          given.replace(/^#(.*)$/, (_, one: string) => one.padStart(digits(), '0')),
        );
      },
    },
    {
      id: `ways-in/used-${kind}-code-with-dash`,
      description: `A ${called[kind]} code that was used counts again with a dash in it.`,
      breaks: [`ways-in/used-${kind}-code-in-any-form-opens-nothing`],
      apply: (seams) => forgets(seams, kind, (given) => given.replace(/-/g, '')),
    },
  ]),
];

function opensByPassword(seams: Seams, is: (given: Json | undefined, right: string) => boolean): void {
  seams.body('CreateSession', (body, _call, world) => {
    const login = asObject(body);
    const user = userNamed(login, world);
    if (user === undefined || world.state.cluster.enabled) return body;
    return is(own(login, 'password'), user.password) ? { ...login, password: user.password } : body;
  });
}
