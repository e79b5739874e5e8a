import { describe, expect, test } from 'vitest';
import type { RunResults } from '../../src/base/model/results.js';
import type { ConcernedWaiver, Gate, Waiver, WaiverState } from '../../src/base/model/verdict.js';
import { deriveVerdict } from '../../src/verdict/derive/derive.js';
import { validateVerdict } from '../../src/verdict/derive/validate.js';
import { concernedWaivers, type WaiverScope } from '../../src/verdict/waivers/apply.js';
import { derived, raw, runOf } from '../verdict/sample.js';
import { concerned, waiver } from './sample.js';

const replay = 'totp-login/refuses-replay';
const scope: WaiverScope = {
  target: 'lab-7',
  release: '7.1',
  today: '2026-11-25',
  catalogue: [{ id: replay }, { id: 'totp-key/answers-201', since: '7.2.1' }],
};

test.each<[is: string, change: Partial<Waiver>, expected: Partial<ConcernedWaiver> | undefined]>([
  ['one id', { requirement: replay }, { fits: [replay], unknown: false }],
  ['a pattern', { requirement: 'totp-*' }, { fits: [replay], unknown: false }],
  ['an id that holds for later releases only', { requirement: 'totp-key/*' }, { fits: [], unknown: false }],
  ['no id of the catalogue', { requirement: 'totp-login/refuses' }, { fits: [], unknown: true }],
  ['this target', { target: 'lab-7' }, {}],
  ['such targets', { target: 'lab-*' }, {}],
  ['another target', { target: 'lab' }, undefined],
  ['this release', { releases: { since: '7.1', until: '7.1' } }, {}],
  ['older releases', { releases: { until: '7.0' } }, undefined],
  ['newer releases', { releases: { since: '7.1.2_u3' } }, undefined],
  ['its last day', { expires: '2026-11-25' }, { expired: false }],
  ['the day after it', { expires: '2026-11-24' }, { expired: true }],
])('which waivers are for a run: %s', (_is, change, wanted) => {
  const [found] = concernedWaivers([waiver(change)], scope);

  if (wanted === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(wanted);
});

type Row = readonly [
  of: string,
  outcomes: string,
  state: WaiverState,
  gate: Gate,
  cause?: string,
  waiver?: Partial<ConcernedWaiver>,
  more?: Partial<RunResults>,
];

const expired = { expired: true };
const both = { requirement: 'area/*', fits: ['area/one', 'area/two'] };
const misspelt = { requirement: 'area/on', fits: [], unknown: true };
const warn = { options: { strict: false, requireComplete: false, waiverProblems: 'warn' } } as const;
const unusable = { unusable: 'no route' };

const no = 'does not conform';
const rows: readonly Row[] = [
  ['fail', 'waived', 'in use', 'conforms'],
  ['inconclusive', 'inconclusive', 'undecided', 'inconclusive', 'No must requirement was checked'],
  ['missing', 'inconclusive', 'undecided', 'inconclusive', 'cut short'],
  ['pass', 'pass', 'no longer needed', 'does not conform', 'its requirement passes'],
  ['pass', 'pass', 'no longer needed', 'conforms', '', {}, warn],
  ['not run, pass', 'not run, pass', 'undecided', 'conforms'],
  ['not applicable, pass', 'not applicable, pass', 'undecided', 'conforms'],
  ['fail', 'fail', 'expired', 'does not conform', 'on 2026-11-01', { ...expired, expires: '2026-11-01' }],
  ['pass', 'pass', 'expired', 'does not conform', 'The waiver of area/one (Ana) expired', expired],
  ['pass', 'pass', 'expired', 'conforms', '', expired, warn],
  // The run selected another part of the catalogue.
  ['pass', 'pass', 'undecided', 'conforms', '', { expired: true, fits: ['area/else'] }],
  ['pass', 'pass', 'undecided', 'conforms', '', { fits: ['area/one', 'area/else'] }],
  ['pass', 'pass', 'unmatched', 'does not conform', 'of area/on (Ana) matches no requirement.', misspelt],
  ['pass, fail', 'pass, waived', 'in use', 'conforms', '', both],
  ['pass, inconclusive', 'pass, inconclusive', 'undecided', 'inconclusive', '', both],
  ['pass, not applicable', 'pass, not applicable', 'no longer needed', no, 'all its requirements pass', both],
  ['fail, fail', 'waived, fail', 'in use', 'does not conform'],
  ['missing', 'inconclusive', 'expired', 'inconclusive', 'no route; the waiver', expired, unusable],
];

describe('the state of a waiver', () => {
  test.for(rows)('%j: %s, %s, %s %s %j', ([of, outcomes, state, gate, cause = '', change, more]) => {
    const verdict = deriveVerdict(runOf(of, { waivers: [concerned(change)], ...more }));

    expect(verdict.outcomes.map(({ outcome }) => outcome).join(', ')).toBe(outcomes);
    expect(verdict.waivers?.map((each) => each.state)).toEqual([state]);
    expect(verdict.gate).toBe(gate);
    if (cause === '') expect(verdict.cause).toBe('');
    else expect(verdict.cause).toContain(cause);
    expect(validateVerdict(JSON.parse(JSON.stringify(verdict)))).toEqual(verdict);
  });

  test('a waived failure keeps its reason and evidence, and names the owner', () => {
    const failed = raw('area/one', { kind: 'fail', reason: 'expected: a\nactual: b', reproduce: 'curl x' });
    const [outcome] = derived({ raw: [failed], waivers: [concerned()] }).outcomes;
    const { reason, owner, issue, expires } = waiver();

    expect(outcome).toMatchObject({
      outcome: 'waived',
      reason: 'expected: a\nactual: b',
      reproduce: 'curl x',
      waiver: { reason, owner, issue, expires },
    });
  });

  test('an expired waiver does not hide a valid one', () => {
    const waivers = [concerned({ expired: true }), concerned({ owner: 'Ben' })];
    const verdict = derived({ raw: [raw('area/one', { kind: 'fail' })], waivers, ...warn });

    expect(verdict.outcomes[0]?.waiver?.owner).toBe('Ben');
    expect(verdict.waivers?.map(({ state }) => state)).toEqual(['expired', 'in use']);
  });

  test('without a waivers file the verdict has no waivers', () => {
    expect(derived()).not.toHaveProperty('waivers');
  });
});
