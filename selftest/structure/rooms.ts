import { rows } from '../tool/rows.js';

export interface Room {
  readonly name: string;
  /** The folder of src/ that it lies in; the wing `cli` is one room. */
  readonly wing: string;
  readonly holds: string;
  /** The rooms that it may import from, types and itself included. */
  readonly imports: readonly string[];
}

/** The wings of src/ and their rooms. A room imports only from earlier rooms that its entry names. */
export const rooms: readonly Room[] = rows`
  base | errors | Errors typed by blame: conformance, arrange, transport, configuration.
  base | secret | A value that prints as a placeholder.
  base | defined | Objects without undefined members.
  base | words | Counts, durations, colours and line breaks for texts.
  base | group | Grouping items by a key.
  base | files | Creating folders, and replacing files atomically. | errors
  base | steady-now | The time by a monotonic clock.
  base | shape | Checks of JSON between the suite's own processes. | errors
  base | private-folder | Temporary files that other users can't reach. | errors
  base | package-root | The folder and the version of the package. | errors
  base | libraries | Libraries that load at their first use.
  base | spec-schema | The published JSON schemas of spec/, compiled. | errors libraries package-root
  base | model | The types: exchange, outcome, verdict, gating, waiver, release. No behaviour.
  base | wording | Checks and breaches as sentences. | words model
  base | redaction | Removing secrets from texts, and searching artefacts for them. | errors words shape
  input | config-file | Reading what people write (YAML or JSON) with line, column and "did you mean". | group errors files shape secret spec-schema
  input | target-file | The target file, and what it allows. | errors defined files package-root secret model config-file
  contract | openapi | The OpenAPI document: loading, operations, schemas, coverage, bodies. | defined errors files words shape model package-root libraries
  contract | requirements | The catalogue of requirements, their needs, what is exchanged for each, and what its test touches. | defined errors words package-root spec-schema model config-file openapi target-file
  contract | order | What each requirement costs and which faults it finds; how fast a target is. | package-root spec-schema model requirements
  contract | judging | Judging one answer by contract and HTTP; the secrets in it. | shape model redaction openapi requirements
  contract | diff | What changed between two contracts. | words model openapi requirements judging
  wire | clock | The target's clock: told by its answers, or moved. | errors files steady-now shape libraries
  wire | http | Connections and bytes: TLS, proxies, limits, raw sockets. | errors defined files steady-now group shape secret model target-file libraries
  wire | mail | Mailboxes, and the codes in mails. | errors steady-now words target-file http
  wire | otp | Keys, key URIs and the codes of authenticators. | defined errors secret shape redaction libraries
  target | sleep | The one place on the way to a target that sleeps. | model
  target | journal | The record on disk that restores a target, and the lease on it. | errors defined files private-folder shape target-file openapi sleep
  target | run-plan | What the command line hands to the Playwright process. | errors private-folder shape model order journal
  target | beliefs | What the suite believes of a target, and what follows from that: pure. | steady-now shape model
  target | connection | A target that is being talked to: operations, recording, attempts, codes, changes and their restoring. | errors defined files steady-now secret shape model wording redaction openapi requirements target-file journal judging clock http mail otp beliefs sleep
  target | accounts | Logging in, and what is learnt of the accounts before anything is judged. | errors secret shape target-file http judging beliefs connection
  target | detect | Detecting the release that a target speaks. | errors model openapi target-file http connection
  target | har | Judging recorded traffic. | errors files secret model openapi requirements judging http connection
  verdict | events | The log of a run: writing, reading, redacting. | errors files steady-now shape spec-schema model redaction
  verdict | waivers | The waivers file: reading, checking, applying, pruning. | errors defined words model config-file requirements
  verdict | derive | The verdict as a pure function of a run's results. | errors defined files shape spec-schema words group model wording redaction openapi order events waivers
  verdict | statement | The vendor's statement: claims, reading, drafting, levels of requirements, drift. | defined words package-root model redaction config-file openapi requirements derive
  reports | history | Changes between verdicts, and trends over nights. | errors files shape words group model redaction requirements derive statement
  reports | repro | Scripts that reproduce a failure, from the log of its run. | words model
  reports | forms | One function for each form of report. | defined errors files steady-now words group package-root model wording redaction requirements waivers derive repro history
  reports | many | Shards of targets, and their merge. | errors files package-root words group spec-schema model target-file events derive forms
  reports | matrix | The page, the file and the terminal table for many targets. | errors files words group spec-schema model redaction derive forms many
  reports | bundle | Packing evidence with hashes, and checking it. | errors redaction
  reports | allure | Results for the Allure report generator. | errors files shape model many
  cli | cli | The commands. | errors files steady-now secret words group private-folder package-root spec-schema model redaction config-file openapi target-file requirements statement order journal run-plan judging events waivers derive repro history forms many matrix bundle allure http otp connection accounts detect diff har
`.map(([wing = '', name = '', holds = '', imports = '']) => ({
  name,
  wing,
  holds,
  imports: imports.split(' ').filter(Boolean),
}));

export function roomsTable(): string {
  const lines = rooms.map(({ name, wing, holds }) => `| \`${wing}\` | \`${name}\` | ${holds} |`);
  return ['| wing of `src/` | room | holds |', '| --- | --- | --- |', ...lines].join('\n');
}
