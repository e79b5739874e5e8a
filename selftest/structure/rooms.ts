/** A folder, or a file, in a wing of src/. */
export interface Room {
  readonly name: string;
  /** The folder of src/ that it lies in; the wing `cli` is one room. */
  readonly wing: string;
  /** Its content in one sentence, as docs/architecture.md shows it. */
  readonly holds: string;
  /** The rooms that it may import from, types and itself included. */
  readonly imports: readonly string[];
}

type Row = readonly [name: string, holds: string, imports?: string];

const inWing = (wing: string, ...rows: readonly Row[]): Room[] =>
  rows.map(([name, holds, imports = '']) => ({
    name,
    wing,
    holds,
    imports: imports.split(' ').filter((each) => each !== ''),
  }));

/**
 * The wings of src/ and their rooms in order: a room imports only from earlier rooms. A new
 * import across rooms needs a new word here.
 */
export const rooms: readonly Room[] = [
  ...inWing(
    'base',
    ['errors', 'Errors typed by blame: conformance, arrange, transport, configuration.'],
    ['secret', 'A value that prints as a placeholder.'],
    ['defined', 'Objects without undefined members.'],
    ['words', 'Counts, durations, colours and line breaks for texts.'],
    ['files', 'Creating folders, and replacing files atomically.'],
    ['steady-now', 'The time by a monotonic clock.'],
    ['shape', "Checks of JSON between the suite's own processes."],
    ['private-folder', "Temporary files that other users can't reach.", 'errors'],
    ['package-root', 'The folder and the version of the package.', 'errors'],
    ['built', 'Files that the build derives, to spare each process the work.', 'package-root'],
    ['spec-schema', 'The published JSON schemas of spec/, compiled.', 'errors package-root built'],
    ['model', 'The types: exchange, outcome, verdict, gating, waiver, release. No behaviour.'],
    ['wording', 'Checks and breaches as sentences.', 'words model'],
    ['redaction', 'Removing secrets from texts, and searching artefacts for them.', 'errors words shape'],
  ),
  ...inWing(
    'input',
    [
      'config-file',
      'Reading what people write (YAML or JSON) with line, column and "did you mean".',
      'errors secret spec-schema',
    ],
    [
      'target-file',
      'The target file, and what it allows.',
      'errors defined files package-root secret model config-file',
    ],
  ),
  ...inWing(
    'contract',
    [
      'openapi',
      'The OpenAPI document: loading, operations, schemas, coverage, bodies.',
      'errors model package-root',
    ],
    [
      'requirements',
      'The catalogue of requirements, their needs, what is exchanged for each, and what its test touches.',
      'errors words shape package-root built spec-schema model config-file openapi target-file',
    ],
    [
      'order',
      'What each requirement costs and which faults it finds; how fast a target is.',
      'package-root spec-schema model requirements',
    ],
    [
      'judging',
      'Judging one answer by contract and HTTP; the secrets in it.',
      'model redaction openapi requirements',
    ],
    ['diff', 'What changed between two contracts.', 'model openapi requirements judging'],
  ),
  ...inWing(
    'wire',
    ['clock', "The target's clock: told by its answers, or moved.", 'errors steady-now shape'],
    [
      'http',
      'Connections and bytes: TLS, proxies, limits, raw sockets.',
      'errors defined steady-now secret target-file',
    ],
    ['mail', 'Mailboxes, and the codes in mails.', 'errors steady-now target-file http'],
    ['otp', 'Keys, key URIs and the codes of authenticators.', 'errors secret redaction'],
  ),
  ...inWing(
    'target',
    ['sleep', 'The one place on the way to a target that sleeps.', 'model'],
    [
      'journal',
      'The record on disk that restores a target, and the lease on it.',
      'errors files shape openapi sleep',
    ],
    [
      'run-plan',
      'What the command line hands to the Playwright process.',
      'errors private-folder shape model order judging journal',
    ],
    [
      'beliefs',
      'What the suite believes of a target, and what follows from that: pure.',
      'steady-now shape model',
    ],
    [
      'connection',
      'A target that is being talked to: operations, recording, attempts, codes, changes and their restoring.',
      'errors files steady-now secret shape model wording redaction openapi requirements target-file journal judging clock http mail otp beliefs sleep',
    ],
    [
      'accounts',
      'Logging in, and what is learnt of the accounts before anything is judged.',
      'errors secret shape target-file http judging mail beliefs connection',
    ],
    [
      'detect',
      'Detecting the release that a target speaks.',
      'errors model openapi target-file http connection',
    ],
    [
      'har',
      'Judging recorded traffic.',
      'errors files secret model openapi requirements judging http connection',
    ],
  ),
  ...inWing(
    'verdict',
    [
      'events',
      'The log of a run: writing, reading, redacting.',
      'errors files steady-now spec-schema model redaction',
    ],
    [
      'waivers',
      'The waivers file: reading, checking, applying, pruning.',
      'errors words model config-file requirements',
    ],
    [
      'derive',
      "The verdict as a pure function of a run's results.",
      'errors files spec-schema words model wording redaction openapi order events waivers',
    ],
    [
      'statement',
      "The vendor's statement: claims, reading, drafting, levels of requirements, drift.",
      'words package-root model redaction config-file openapi requirements derive',
    ],
  ),
  ...inWing(
    'reports',
    [
      'history',
      'Changes between verdicts, and trends over nights.',
      'errors files shape words model redaction requirements derive statement',
    ],
    ['repro', 'Scripts that reproduce a failure, from the log of its run.', 'words model'],
    [
      'forms',
      'One function for each form of report.',
      'errors files steady-now words package-root model wording redaction requirements waivers derive repro history',
    ],
    [
      'many',
      'Shards of targets, and their merge.',
      'errors files package-root words spec-schema model target-file events derive forms',
    ],
    [
      'matrix',
      'The page, the file and the terminal table for many targets.',
      'errors files words spec-schema model redaction derive forms many',
    ],
    ['bundle', 'Packing evidence with hashes, and checking it.', 'errors redaction'],
    ['allure', 'Results for the Allure report generator.', 'errors files shape model many'],
  ),
  ...inWing('cli', [
    'cli',
    'The commands.',
    'errors files steady-now secret words private-folder package-root spec-schema model redaction config-file openapi target-file requirements statement order journal run-plan judging events waivers derive repro history forms many matrix bundle allure http otp connection accounts detect diff har',
  ]),
];

/** The table of docs/architecture.md. */
export function roomsTable(): string {
  const rows = rooms.map(({ name, wing, holds }) => `| \`${wing}\` | \`${name}\` | ${holds} |`);
  return ['| wing of `src/` | room | holds |', '| --- | --- | --- |', ...rows].join('\n');
}
