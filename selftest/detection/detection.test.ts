import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../../emulator/faults/index.js';
import { loadRequirements } from '../../src/contract/requirements/catalogue.js';
import { loadExchanges } from '../../src/contract/requirements/exchanges.js';
import { leaks, secretsOfTarget } from '../cli/leaks.js';
import { ListeningProxy } from '../cli/listening-proxy.js';
import { filesBelow } from '../cli/suite.js';
import { differencesIn, isArrangement, logOf } from '../explained/recorded.js';
import { proveScripts } from '../repro/prove-scripts.js';
import { emulated } from '../repro/script-targets.js';
import { type Judgement, judge } from './matrix.js';
import { asItIs, asItIsInLatest, type Expectation, expectationOfFault, problemsOf } from './problems.js';
import { type Tried, tryInRounds } from './rounds.js';

const requirements = loadRequirements();
/** `npm run prove` tries the variants, some of which wait for minutes. */
const reference = [asItIs, asItIsInLatest];

/** One fault of each kind; `npm run prove` tries all. */
const known = [
  'mfa-config/stays-on',
  'totp/replay-accepted',
  'login/missing-body-accepted',
  'access/get-mfa-config-anonymous',
  'mail/used-code-revives',
  'http/no-date',
];
const broken = faults.filter(({ id }) => known.includes(id)).map(expectationOfFault);
/** The requirements that these faults turn red, and the first of each area, which must stay green. */
const few = requirements
  .map(({ id }) => id)
  .filter(
    (id, at, all) =>
      broken.some(({ fails }) => fails.includes(id)) ||
      all.findIndex((other) => other.split('/')[0] === id.split('/')[0]) === at,
  );

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-detection-'));
const places = { reference: join(folder, 'reference'), again: join(folder, 'again') };
const ends: (() => unknown)[] = [];
const heard: ListeningProxy[] = [];
// Runs the built suite against real emulators, like a user.
let judgements: readonly Judgement[] = [];
const tried: Tried[] = [];
const reports: { readonly subject: Expectation; readonly place: string }[] = [];

/** Over plain HTTP, a proxy listens to all traffic. */
async function through(baseUrl: string): Promise<string> {
  if (baseUrl.startsWith('https:')) return baseUrl;
  const proxy = await ListeningProxy.before(baseUrl, (end) => ends.push(end));
  heard.push(proxy);
  return proxy.baseUrl;
}

beforeAll(async () => {
  let rounds = 0;
  // Most of the time passes in waits: for mails that don't come, late changes, and codes of the next step.
  await Promise.all([
    judge(reference, places.reference, { jobs: 2, through, all: true }).then((all) => {
      judgements = all;
    }),
    tryInRounds(
      broken,
      requirements,
      async (subjects, take, isLast) => {
        rounds += 1;
        const place = join(folder, `broken-${rounds}`);
        const all = await judge(subjects, place, { jobs: 3, mailTimeoutMs: 2000, only: isLast ? [] : few });
        for (const [index, subject] of subjects.entries()) {
          reports.push({ subject, place: join(place, 'out', subject.name) });
          const judgement = all[index];
          if (judgement !== undefined) take(subject, judgement);
        }
      },
      (each) => tried.push(each),
      true,
    ),
  ]);
}, 1_800_000);

afterAll(async () => {
  for (const end of ends) await end();
  rmSync(folder, { recursive: true, force: true });
});

describe('the suite', () => {
  test.each(reference.map(({ name, fails }) => [name, fails] as const))(
    'turns nothing red: %s',
    (name, fails) => {
      const judgement = judgements.find(({ subject }) => subject.name === name);

      expect(judgement?.verdict?.outcomes.length).toBe(requirements.length);
      const problems = judgement === undefined ? ['not judged'] : problemsOf(judgement, fails, requirements);
      expect(problems).toEqual([]);
    },
  );

  test.each(broken.map(({ name }) => name))('turns red what it must, and nothing else: %s', (name) => {
    expect(broken).toHaveLength(known.length);
    expect(tried.find(({ fault }) => fault.name === name)?.problems).toEqual([]);
  });

  test('gives scripts that prove their failures, and tell the reference from them', async () => {
    const proven = await Promise.all(
      reports.map(({ subject, place }) =>
        proveScripts(
          place,
          {
            faults: subject.faults,
            faulty: emulated(subject),
            reference: emulated({ ...subject, faults: [] }),
            jobs: 1,
          },
          folder,
        ),
      ),
    );
    const scripted = proven.flat().filter(({ lacks }) => lacks === undefined);

    expect(scripted.length).toBeGreaterThanOrEqual(known.length / 2);
    expect(scripted.filter(({ problem }) => problem !== undefined)).toEqual([]);
  }, 1_800_000);

  test('leaves no secret in what a run of all requirements writes or prints', () => {
    const files = new Map(
      [...filesBelow(join(places.reference, 'out'))].filter(
        ([name]) => name.startsWith(asItIs.name) || !name.includes('/'),
      ),
    );
    const target = secretsOfTarget(readFileSync(join(places.reference, `${asItIs.name}.yaml`), 'utf8'));
    const told = heard.flatMap((proxy) => proxy.told);

    expect([...files.keys()].some((name) => name.includes('allure-results'))).toBe(true);
    expect(files.get('printed.txt')).toContain('no secret in');
    expect(told.length).toBeGreaterThan(50);
    expect(leaks(files, [...target, ...told])).toEqual([]);
    expect(leaks(new Map([['a report', `It said ${told.at(-1)}.`]]), told)).not.toEqual([]);
  });

  test('sends what explain tells of each requirement', async () => {
    const most = requirements.length / 30;
    const differingIn = (place: string) => {
      const logs = reference.map(({ name }) => logOf(join(place, 'out', name)));
      const recorded = loadExchanges();
      return requirements.flatMap(({ id }) => {
        const told = recorded.get(id);
        const differences = told === undefined ? ['nothing is told'] : differencesIn(id, told, logs);
        return differences.length === 0 ? [] : [{ id, differences }];
      });
    };

    const isOther = ({ differences }: { readonly differences: readonly string[] }) =>
      !differences.every(isArrangement);
    let differing = differingIn(places.reference);
    // One more login shifts the point where sessions are ended, in all later tests: such differences are expected.
    if (differing.length > most || differing.some(isOther)) {
      await judge(reference, places.again, { jobs: 2 });
      differing = differingIn(places.again);
    }

    const why = `npm run generate -- explain records again: ${JSON.stringify(differing, null, 1)}`;
    expect(differing.filter(isOther), why).toEqual([]);
    expect(differing.length, why).toBeLessThanOrEqual(most);
  }, 1_800_000);

  test('leaves nothing unchecked on the emulator as it is', () => {
    const verdict = judgements.find(({ subject }) => subject.name === asItIs.name)?.verdict;

    expect(verdict?.outcomes.filter(({ outcome }) => outcome === 'not run')).toEqual([]);
  });
});
