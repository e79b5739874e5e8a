import { groupBy } from '../../base/group.js';
import type { Verdict } from '../../base/model/verdict.js';
import { completenessOf, shortVerdict, tones } from '../../verdict/derive/completeness.js';
import { exitCode } from '../../verdict/derive/exit-code.js';

type Labels = Readonly<Record<string, string>>;

/** A gauge, since each run replaces its samples. */
interface Family {
  readonly name: string;
  readonly help: string;
  readonly of: (verdict: Verdict) => readonly (readonly [labels: Labels, value: number])[];
}

const one =
  (value: (verdict: Verdict) => number): Family['of'] =>
  (verdict) => [[{}, value(verdict)]];

const families: readonly Family[] = [
  {
    name: 'requirements',
    help: 'Requirements of the last run by level and outcome.',
    of: ({ outcomes }) => {
      const groups = [...groupBy(outcomes, ({ level, outcome }) => `${level}/${outcome}`)];
      return groups.sort().map(([key, { length }]) => {
        const [level = '', outcome = ''] = key.split('/');
        return [{ level, outcome }, length];
      });
    },
  },
  {
    name: 'verdict',
    help: 'Verdict of the last run: 1 for the one that holds, 0 for the others.',
    of: (verdict) => {
      const word = shortVerdict({ ...verdict, ...completenessOf(verdict) });
      return Object.keys(tones).map((each) => [{ verdict: each }, each === word ? 1 : 0]);
    },
  },
  {
    name: 'must_applicable',
    help: 'MUST requirements that apply to the target.',
    of: one((verdict) => completenessOf(verdict).applicable),
  },
  {
    name: 'must_checked',
    help: 'MUST requirements that the last run checked or that are waived.',
    of: one((verdict) => completenessOf(verdict).checked),
  },
  {
    name: 'restored',
    help: 'Whether the state of the target was restored: 1 or 0.',
    of: one(({ restored }) => Number(restored)),
  },
  { name: 'exit_code', help: 'Exit code for the target.', of: one((verdict) => exitCode([verdict])) },
  {
    name: 'run_start_time_seconds',
    help: 'Start of the last run in seconds since 1970.',
    of: one(({ startedAt }) => Date.parse(startedAt) / 1000),
  },
  {
    name: 'run_duration_seconds',
    help: 'Duration of the last run in seconds.',
    of: one(({ durationMs }) => durationMs / 1000),
  },
];

export function renderMetrics(verdicts: readonly Verdict[]): string {
  const lines = families.flatMap(({ name, help, of }) => {
    const metric = `mfa_conformance_${name}`;
    const unit = metric.endsWith('_seconds') ? [`# UNIT ${metric} seconds`] : [];
    const samples = verdicts.flatMap((verdict) => {
      const own = { target: verdict.target.name, release: verdict.release };
      return of(verdict).map(([labels, value]) => `${metric}${labelText({ ...own, ...labels })} ${value}`);
    });
    return [`# TYPE ${metric} gauge`, ...unit, `# HELP ${metric} ${help}`, ...samples];
  });
  return `${[...lines, '# EOF'].join('\n')}\n`;
}

function labelText(labels: Labels): string {
  const escaped = (text: string) => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`;
}
