import { groupBy } from '../../base/group.js';
import type { Verdict } from '../../base/model/verdict.js';
import { counted, duration, shortened } from '../../base/words.js';
import { windowOf, wordsOf } from '../history/fact-changes.js';

interface Known {
  readonly label: string;
  /** Returns a sentence without its full stop; undefined for a value of an unexpected kind. */
  readonly describe: (value: unknown) => string | undefined;
}

const knownFacts: Readonly<Record<string, Known>> = {
  clockOffsetMs: { label: 'Clock', describe: clockOffset },
  credentialModes: { label: 'Credentials', describe: credentialModes },
  acceptedSteps: { label: 'Code window', describe: acceptedSteps },
  throttleAfter: { label: 'Throttle', describe: throttle },
  patchSemantics: { label: 'PATCH', describe: patchSemantics },
  accountsWithoutCode: {
    label: 'Logins without a code',
    describe: (roles) => (Array.isArray(roles) ? `For ${roles.join(', ')} only` : undefined),
  },
  mail: { label: 'Mailed code', describe: mailedCode },
  mailCodeLifetimeS: {
    label: 'Lifetime of mailed codes',
    // Known as a range: the age at which a code still worked, and the one at which it didn't.
    describe: (seconds) =>
      typeof seconds === 'number'
        ? duration(seconds * 1000)
        : typeof seconds === 'string'
          ? `${seconds} s`
          : undefined,
  },
  undocumented: { label: 'Undocumented', describe: undocumented },
  refusalStatuses: { label: 'Refusals', describe: refusals },
  newKeyRetiresOlder: {
    label: 'Several TOTP keys',
    describe: (retires) => {
      if (typeof retires !== 'boolean') return undefined;
      return retires
        ? 'A new TOTP key retires the older one'
        : 'An older TOTP key stays valid beside a new one';
    },
  },
};

const known = new Map(Object.entries(knownFacts));

const expected = ['clockOffsetMs', 'credentialModes', 'acceptedSteps', 'throttleAfter'];

export function factsInWords(facts: Verdict['facts']) {
  const others = Object.keys(facts).filter((name) => !expected.includes(name));
  return [...expected, ...others].map((name) => ({
    name,
    label: known.get(name)?.label ?? wordsOf(name),
    text: Object.hasOwn(facts, name) ? factInWords(name, facts[name]) : 'not measured',
  }));
}

export function measuredInWords(facts: Verdict['facts']) {
  return factsInWords(facts).filter(({ name }) => Object.hasOwn(facts, name));
}

export const factInWords = (name: string, value: unknown): string =>
  known.get(name)?.describe(value) ?? plain(value);

function plain(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(plain).join(', ');
  if (typeof value !== 'object') return String(value ?? 'not known');
  return value === null
    ? 'not known'
    : Object.entries(value)
        .map(([name, each]) => `${name}: ${plain(each)}`)
        .join(', ');
}

const shownRefusals = 2;

/** Groups refusals by status: `400: malformed JSON, an empty body and 7 more`. */
function refusals(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const by = groupBy(Object.entries(value), ([, statuses]) => plain(statuses));
  const parts = [...by].sort().map(([statuses, group]) => {
    const mistakes = group.map(([mistake]) => mistake);
    return `${statuses.replace(', ', ' or ')}: ${shortened(mistakes, shownRefusals)}`;
  });
  return parts.length === 0 ? undefined : parts.join('; ');
}

function clockOffset(value: unknown): string | undefined {
  if (value === null) return "Not known: the target's answers have no Date header";
  if (value === 'moved') return 'Moved by the suite (clock.control)';
  if (typeof value !== 'number') return undefined;
  // Network delay and the one-second resolution of Date explain a smaller offset.
  if (Math.abs(value) < 2000) return "In step with this machine's";
  return `${duration(Math.abs(value))} ${value < 0 ? 'behind' : 'ahead of'} this machine's`;
}

function acceptedSteps(value: unknown): string | undefined {
  const found = windowOf(value);
  if (found === undefined) return undefined;
  const { from, to } = found;
  if (from === 0 && to === 0) return 'Codes of the current step only';
  if (from === -to) return `Codes up to ${counted(to, 'step')} before and after now (±${to})`;
  if (from < 0 && to > 0)
    return `Codes from ${counted(-from, 'step')} before to ${counted(to, 'step')} after now`;
  return `Codes from ${place(from)} to ${place(to)}`;
}

function place(step: number): string {
  if (step === 0) return 'now';
  return `${counted(Math.abs(step), 'step')} ${step < 0 ? 'before' : 'after'}`;
}

function credentialModes(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const parts = Object.entries(value).map(
    ([scheme, mode]) => `${credentialName(scheme)}: ${mode ?? 'not tried'}`,
  );
  return parts.length === 0 ? undefined : parts.join(', ');
}

const credentialNames = new Map([
  ['APIKeyHeader', 'API key'],
  ['Bearer', 'bearer token'],
  ['SessionIdHeader', 'session id'],
  ['none', 'no credential'],
]);

export const credentialName = (scheme: string): string => credentialNames.get(scheme) ?? scheme;

function throttle(value: unknown): string | undefined {
  if (value === null) return 'None seen among the wrong codes sent';
  if (typeof value !== 'number') return undefined;
  return `After ${counted(value, 'wrong code')}`;
}

/** Names the parts of the mail with four digits together. A code may have another form. */
function mailedCode(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { overTls, ...inParts } = Object.fromEntries(Object.entries(value));
  const parts = Object.keys(inParts).filter((name) => inParts[name] === true);
  const place =
    parts.length === 0 ? 'Without four digits together' : `Digits in the mail's ${parts.join(', ')}`;
  return typeof overTls === 'boolean' ? `${place}, ${overTls ? 'over TLS' : 'not over TLS'}` : place;
}

function undocumented(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const told = value.map((each) =>
    String(each).replace(/^(\w+) (\S+) (\S+)$/, 'answer of $1, $2: undocumented member $3'),
  );
  return told.join('; ');
}

function patchSemantics(value: unknown): string | undefined {
  if (value === 'merge') return 'Properties left out of a PATCH keep their values';
  return value === 'replace' ? 'Properties left out of a PATCH are reset' : undefined;
}
