/** One folder, or one file, directly below src/. */
export interface Room {
  readonly name: string;
  /** What it holds, in one sentence: docs/architecture.md shows it. */
  readonly holds: string;
  /** The rooms that it may import from, types included; itself goes without saying. */
  readonly imports: readonly string[];
}

const room = (name: string, holds: string, imports = ''): Room => ({
  name,
  holds,
  imports: imports.split(' ').filter((each) => each !== ''),
});

/** From the ground up: a room imports only from rooms that stand before it. A new import across rooms is a new word here. */
export const rooms: readonly Room[] = [
  room('errors', 'Errors typed by blame: conformance, arrange, transport, configuration.'),
  room('secret', 'A value that shows itself only where it is asked to.'),
  room('words', 'Counts, durations, colours and line breaks of everything that people read.'),
  room('files', 'Making folders, and files whole or not at all.'),
  room('steady-now', 'The time by a clock that nobody sets.'),
  room('shape', 'Whether JSON that the processes of the suite write for each other has the shape of a type.'),
  room('private-folder', 'Temporary files where nobody else can reach them.', 'errors'),
  room('package-root', 'Where the package lies.', 'errors'),
  room(
    'built',
    'What the build has made of files of the package, so that no process reads them anew.',
    'package-root',
  ),
  room('version', 'The version of the suite.', 'package-root'),
  room('spec-schema', 'The published JSON schemas of spec/, compiled.', 'errors package-root built'),
  room('model', 'The words: exchange, outcome, verdict, gating, waiver, release. No behaviour.'),
  room('redaction', 'Taking secrets out of texts, and searching for them in artefacts.', 'errors shape'),
  room(
    'config-file',
    'Reading what people write (YAML or JSON) with line, column and "did you mean".',
    'errors spec-schema',
  ),
  room(
    'contract',
    'The OpenAPI document: loading, operations, schemas, coverage, bodies.',
    'errors model package-root',
  ),
  room(
    'target-file',
    'The target file, and what it allows.',
    'errors files package-root secret model config-file',
  ),
  room(
    'requirements',
    'The catalogue of requirements, their needs, and what is exchanged for each.',
    'errors package-root built spec-schema model config-file contract target-file',
  ),
  room(
    'journal',
    'The record on disk of what was changed, and the lease on a target.',
    'errors files shape contract',
  ),
  room('run-plan', 'What the command line hands to the Playwright process.', 'errors shape model journal'),
  room(
    'judging',
    'Judging one answer by contract and HTTP; the secrets in it.',
    'model redaction contract requirements run-plan',
  ),
  room(
    'events',
    'The log of a run: writing it, reading it, taking secrets out of it.',
    'errors files steady-now spec-schema model redaction',
  ),
  room(
    'waivers',
    'The waivers file: reading, checking, applying, pruning.',
    'errors model config-file requirements',
  ),
  room(
    'verdict',
    'The verdict as a pure function of what a run left behind.',
    'errors files spec-schema model redaction contract events waivers',
  ),
  room(
    'statement',
    "The vendor's statement: its claims, reading and drafting it, what it makes of requirements, drift from it.",
    'errors words package-root model redaction config-file contract requirements verdict',
  ),
  room(
    'history',
    'Verdicts against each other, and night after night.',
    'errors files shape words model redaction requirements verdict statement',
  ),
  room('repro', 'Scripts that show a failure again, from the log of its run.', 'model'),
  room(
    'report',
    'One function for each form of report, from a verdict to text.',
    'errors files steady-now words package-root model redaction waivers verdict repro history',
  ),
  room(
    'many',
    'Shares of targets, and their merge.',
    'errors files version spec-schema model target-file events verdict report',
  ),
  room(
    'matrix',
    'The page, the file and the table of many targets.',
    'errors files words spec-schema model redaction verdict report many',
  ),
  room('bundle', 'Evidence packed with its hashes, and checked.', 'errors redaction'),
  room('allure', 'Results for the Allure report generator.', 'errors files shape model many'),
  room('clock', "The target's clock: told by its answers, or moved.", 'errors steady-now shape'),
  room(
    'http',
    'Connections and bytes: TLS, proxies, limits, raw sockets.',
    'errors steady-now secret target-file',
  ),
  room('mail', 'Mailboxes, and the codes in mails.', 'errors steady-now target-file http'),
  room('otp', 'Keys, key URIs and the codes of authenticators.', 'errors secret'),
  room(
    'connection',
    'A target that is being talked to: operations, recording, attempts, codes, changes and their restoring.',
    'errors files steady-now secret shape model redaction contract target-file journal judging clock http mail otp',
  ),
  room(
    'accounts',
    'Logging in, and what is learnt of the accounts before anything is judged.',
    'errors secret shape target-file http judging mail connection',
  ),
  room('detect', 'Which release a target speaks.', 'errors model contract target-file http connection'),
  room('diff', 'What changed between two contracts.', 'model contract requirements judging'),
  room(
    'har',
    'Judging recorded traffic.',
    'errors secret model contract requirements judging http connection',
  ),
  room(
    'cli',
    'The commands.',
    'errors files steady-now secret words private-folder package-root version spec-schema model redaction config-file contract target-file requirements statement ' +
      'journal run-plan judging events waivers verdict repro history report many matrix bundle allure http otp connection accounts detect diff har',
  ),
];

/** The table of docs/architecture.md. */
export function roomsTable(): string {
  const rows = rooms.map(({ name, holds }) => `| \`${name}\` | ${holds} |`);
  return ['| room of `src/` | holds |', '| --- | --- |', ...rows].join('\n');
}
