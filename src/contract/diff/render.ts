import { someOf } from '../../base/words.js';
import { mfaOperationIds } from '../openapi/operations.js';
import type { Change } from './change.js';
import { type Diff, isBreaking, type Side } from './diff.js';

export function renderText(diff: Diff): string {
  const groups = groupsOf(diff);
  const lines = [
    `${diff.from.name} -> ${diff.to.name}: ${summaryOf(diff)}.`,
    ...groups.flatMap(({ title, changes }) => ['', title, ...changes.flatMap((change) => textOf(change))]),
    ...only(diff).flatMap(({ title, ids }) => ['', title, `  ${ids.join(', ')}`]),
    ...further(diff).flatMap((line) => ['', line]),
  ];
  return `${lines.join('\n')}\n`;
}

function textOf(change: Change): string[] {
  const requirements = someOf(change.requirements);
  return [
    `  ${change.subject}${direction(change)} ${change.text}`,
    `      operations: ${operationsOf(change)}`,
    ...(requirements === '' ? [] : [`      requirements: ${requirements}`]),
  ];
}

export function renderMarkdown(diff: Diff): string {
  const lines = [
    `## Contract: ${code(diff.from.name)} to ${code(diff.to.name)}`,
    '',
    `${summaryOf(diff)}.`,
    ...groupsOf(diff).flatMap(({ title, changes }) => [
      '',
      `### ${title}`,
      '',
      '| what | change | operations | requirements |',
      '| --- | --- | --- | --- |',
      ...changes.map((change) => {
        const cells = [
          `${code(change.subject)}${direction(change)}`,
          escaped(change.text),
          operationsOf(change),
          someOf(change.requirements),
        ];
        return `| ${cells.join(' | ')} |`;
      }),
    ]),
    ...only(diff).flatMap(({ title, ids }) => ['', `### ${title}`, '', ids.map(code).join(', ')]),
    ...further(diff).flatMap((line) => ['', escaped(line)]),
  ];
  return `${lines.join('\n')}\n`;
}

export function renderJson(diff: Diff): string {
  const { from, to, changes, onlyFrom, onlyTo } = diff;
  const side = ({ name, release, sha256, operations, furtherTagged }: Side) => ({
    name,
    release,
    sha256,
    operations: [...operations.keys()],
    furtherTagged,
  });
  const result = {
    schemaVersion: 1,
    from: side(from),
    to: side(to),
    summary: countsOf(changes),
    changes,
    requirements: { onlyFrom, onlyTo },
  };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}

function countsOf(changes: readonly Change[]): Record<string, number> {
  return {
    changes: changes.length,
    breaking: changes.filter(isBreaking).length,
    breakingForClients: changes.filter(({ breaksClients }) => breaksClients).length,
    breakingForServers: changes.filter(({ breaksServers }) => breaksServers).length,
  };
}

function summaryOf({ changes }: Diff): string {
  if (changes.length === 0) return 'no difference in the operations that the suite knows';
  const { breakingForClients = 0, breakingForServers = 0, breaking = 0 } = countsOf(changes);
  const all = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`;
  if (breaking === 0) return `${all}, none of them breaking`;
  return `${all}, ${breakingForClients} breaking for clients, ${breakingForServers} for servers`;
}

function groupsOf({ changes }: Diff): { readonly title: string; readonly changes: readonly Change[] }[] {
  const where = (clients: boolean, servers: boolean) =>
    changes.filter((one) => one.breaksClients === clients && one.breaksServers === servers);
  return [
    { title: 'Breaking for clients and servers', changes: where(true, true) },
    { title: 'Breaking for clients', changes: where(true, false) },
    { title: 'Breaking for servers', changes: where(false, true) },
    { title: 'Not breaking', changes: where(false, false) },
  ].filter((group) => group.changes.length > 0);
}

function direction({ direction: way, subject }: Change): string {
  if (way === null || / of [A-Z]+ \//.test(subject) || subject.startsWith('header ')) return '';
  return { request: ' in requests', answer: ' in answers', error: ' in errors' }[way];
}

function operationsOf({ operations }: Change): string {
  const mfa = operations.filter((id) => mfaOperationIds.some((each) => each === id));
  return mfa.length >= 9 ? 'all' : operations.join(', ');
}

function only({ from, to, onlyFrom, onlyTo }: Diff): { title: string; ids: readonly string[] }[] {
  return [
    { title: `Requirements that hold for ${from.name} only`, ids: onlyFrom },
    { title: `Requirements that hold for ${to.name} only`, ids: onlyTo },
  ].filter(({ ids }) => ids.length > 0);
}

function further({ from, to }: Diff): string[] {
  return [from, to]
    .filter(({ furtherTagged }) => furtherTagged.length > 0)
    .map(
      ({ name, furtherTagged }) =>
        `${name} has further MFA operations, not compared: ${furtherTagged.join(', ')}`,
    );
}

const code = (text: string): string => `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
