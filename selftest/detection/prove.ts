import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faults } from '../../emulator/faults/index.js';
import { variants } from '../../emulator/variants/index.js';
import { type Judgement, judge, type Subject } from './matrix.js';

/** So many emulators are tried in one run of the suite. */
const batchSize = 24;

const only = process.argv.slice(2);
const wanted = (id: string) => only.length === 0 || only.some((part) => id.includes(part));

const subjects: (Subject & { readonly fails: readonly string[] })[] = [
  ...variants
    .filter(({ id }) => wanted(id))
    .map(({ id }) => ({ name: nameOf('variant', id), faults: [], variants: [id], fails: [] })),
  ...faults
    .filter(({ id }) => wanted(id))
    .map(({ id, fails, since }) => ({
      name: nameOf('fault', id),
      faults: [id],
      variants: [],
      fails,
      ...(since === '7.2.1' || since === 'latest' ? { release: since } : {}),
    })),
];

const folder = mkdtempSync(join(tmpdir(), 'mfa-conformance-prove-'));
const startedAt = Date.now();
const wrong: string[] = [];
try {
  for (let at = 0; at < subjects.length; at += batchSize) {
    const batch = subjects.slice(at, at + batchSize);
    const judgements = await judge(batch, join(folder, String(at)));
    judgements.forEach((judgement, index) => {
      const problems = problemsOf(judgement, batch[index]?.fails ?? []);
      if (/cut short/.test(judgement.verdict.cause)) console.log(`cut short: ${judgement.said.slice(-3000)}`);
      console.log(
        `${problems.length === 0 ? 'ok    ' : 'WRONG '} ${judgement.subject.name}${problems.map((text) => `\n         ${text}`).join('')}`,
      );
      if (problems.length > 0) wrong.push(judgement.subject.name);
    });
    rmSync(join(folder, String(at)), { recursive: true, force: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const seconds = (Date.now() - startedAt) / 1000;
console.log(
  `${subjects.length - wrong.length} as they should be, ${wrong.length} not, ${seconds.toFixed(0)} s`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;

function problemsOf({ red, inconclusive, verdict, subject }: Judgement, fails: readonly string[]): string[] {
  const isVariant = subject.variants.length > 0;
  const missed = fails.filter((id) => !red.includes(id));
  const extra = red.filter((id) => !fails.includes(id));
  const reason = (id: string) =>
    verdict.outcomes
      .find((outcome) => outcome.id === id)
      ?.reason.replace(/\n/g, ' | ')
      .slice(0, 160);
  return [
    ...missed.map(
      (id) =>
        `not red: ${id} (${verdict.outcomes.find((outcome) => outcome.id === id)?.outcome}) ${reason(id)}`,
    ),
    ...extra.map((id) => `red though not named: ${id}: ${reason(id)}`),
    ...(isVariant ? inconclusive.map((id) => `inconclusive: ${id}: ${reason(id)}`) : []),
    ...(isVariant && !verdict.restored ? [`not given back: ${verdict.residue.join('; ')}`] : []),
  ];
}

function nameOf(kind: string, id: string): string {
  return `${kind}--${id.replaceAll('/', '--')}`;
}
