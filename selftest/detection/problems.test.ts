import { describe, expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import { loadRequirements } from '../../src/requirements/catalogue.js';
import type { Outcome, OutcomeKind, Verdict } from '../../src/verdict/verdict.js';
import { asItIs, neverRed, problemsOf } from './problems.js';

const requirements = loadRequirements();
const put = 'mfa-config/put-answers-204';
const mail = 'send-email-otp/answers-204';
const login = 'sessions/create-answers-201';

describe('problemsOf', () => {
  test('has nothing to say of exactly what was named', () => {
    expect(problems([put], { [put]: 'fail', [login]: 'pass' })).toEqual([]);
  });

  test('tells what stayed green', () => {
    expect(problems([put], { [put]: 'pass' })).toEqual([`not red: ${put}: pass because`]);
  });

  test('tells what turned red beside', () => {
    expect(problems([put], { [put]: 'fail', [login]: 'fail' })).toEqual([
      `red though not named: ${login}: fail because`,
    ]);
  });

  test('lets be inconclusive what goes through the broken operation', () => {
    expect(problems([put], { [put]: 'fail', [login]: 'inconclusive' }, ['UpdateMFAConfig'])).toEqual([]);
  });

  test('tells of what is inconclusive without touching the broken operation', () => {
    expect(problems([put], { [put]: 'fail', [mail]: 'inconclusive' }, ['GetMFAConfig'])).toEqual([
      `${mail}: inconclusive because`,
    ]);
  });

  test('lets nothing be inconclusive in what conforms', () => {
    const judgement = { subject: asItIs, verdict: verdictOf({ [login]: 'inconclusive' }), said: '', red: [] };

    expect(problemsOf(judgement, [], requirements)).toEqual([`${login}: inconclusive because`]);
  });
});

describe('neverRed', () => {
  test('names what no fault names', () => {
    const without = faults.map((fault) => ({ ...fault, fails: fault.fails.filter((id) => id !== put) }));

    expect(neverRed(without, requirements)).toContain(put);
  });

  test('names nothing of the catalogue as it is', () => {
    expect(neverRed(faults, requirements)).toEqual([]);
  });
});

function problems(fails: string[], outcomes: Record<string, OutcomeKind>, called: string[] = []): string[] {
  const subject = { name: 'fault--some', faults: ['some'], variants: [] };
  const red = Object.keys(outcomes).filter((id) => outcomes[id] === 'fail');
  return problemsOf({ subject, verdict: verdictOf(outcomes, called), said: '', red }, fails, requirements);
}

function verdictOf(outcomes: Record<string, OutcomeKind>, called: string[] = []): Verdict {
  return {
    schemaVersion: 1,
    suite: { name: 'mfa-conformance', version: '0' },
    target: { name: 'some', baseUrl: 'http://127.0.0.1/v2', tlsInsecure: false },
    release: '7.1.2_u3',
    contract: { source: '', sha256: '' },
    mode: 'full',
    seed: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    gate: 'conforms',
    cause: '',
    scope: 'full',
    restored: true,
    residue: [],
    summary: {
      planned: 0,
      pass: 0,
      fail: 0,
      failShould: 0,
      notRun: 0,
      notApplicable: 0,
      waived: 0,
      inconclusive: 0,
    },
    outcomes: Object.entries(outcomes).map(([id, outcome]) => outcomeOf(id, outcome, called)),
    facts: {},
    waits: [],
    retries: { '429': 0, '503': 0 },
    coverage: { operations: {}, responses: {}, properties: {}, enumValues: {}, credentials: {} },
  };
}

function outcomeOf(id: string, outcome: OutcomeKind, called: string[]): Outcome {
  const found = requirements.find((requirement) => requirement.id === id);
  return {
    id,
    outcome,
    level: 'must',
    title: '',
    source: '',
    operations: found?.operations ?? [],
    reason: 'because',
    reproduce: '',
    exchanges: called.map((operation) => ({
      operation,
      request: { method: 'GET', url: 'http://127.0.0.1/v2', headers: {} },
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 1,
    })),
    durationMs: 1,
  };
}
