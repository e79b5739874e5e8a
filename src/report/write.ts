import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../errors.js';
import type { Exchange } from '../model/exchange.js';
import type { Outcome, Verdict } from '../model/verdict.js';
import { printable } from '../redaction/printable.js';
import type { Redactor } from '../redaction/redactor.js';
import { validateVerdict } from '../verdict/validate.js';
import { renderCtrf } from './ctrf.js';
import type { ReportExtras } from './extras.js';
import { renderHtml } from './html/render.js';
import { renderJUnit } from './junit.js';
import { renderMarkdown } from './markdown.js';
import { renderSummary } from './summary.js';

export const reportFiles = [
  'index.html',
  'verdict.json',
  'junit.xml',
  'ctrf-report.json',
  'summary.txt',
  'summary.md',
] as const;

const besidePage = reportFiles.filter((name) => name !== 'index.html');

/** Of summary.txt, in characters. */
export const fileWidth = 100;

/**
 * Writes a verdict and what is made of it into a folder. Each file is whole or not there: it is written beside its
 * place, then moved. The verdict comes last, so that where it is, the others are too.
 *
 * @param redactor takes known secrets out of everything that is not from the suite itself: a second net, since an
 *   exchange is redacted when it is recorded
 * @param extras what the reports say besides the verdict
 * @returns the names of the files in the folder
 * @throws ConfigurationError for a value that is no valid verdict, and for a folder that can't be written to
 */
export function writeReports(
  verdict: Verdict,
  dir: string,
  redactor?: Redactor,
  extras: ReportExtras = {},
): string[] {
  const clean = validateVerdict(redactor === undefined ? verdict : redactedVerdict(verdict, redactor));
  const shown = redactor === undefined ? extras : redactedExtras(extras, redactor);
  const summary = { colour: false, width: fileWidth, outDir: dir, files: reportFiles, ...shown };
  try {
    mkdirSync(dir, { recursive: true });
    replaceFile(join(dir, 'junit.xml'), renderJUnit(clean));
    replaceFile(join(dir, 'ctrf-report.json'), renderCtrf(clean));
    replaceFile(join(dir, 'summary.md'), renderMarkdown(clean, shown));
    replaceFile(join(dir, 'summary.txt'), renderSummary(clean, summary));
    replaceFile(join(dir, 'index.html'), renderHtml(clean, { ...shown, files: besidePage }));
    // Made printable, what is invisible becomes a JSON escape: the same value, but safe to look at.
    replaceFile(join(dir, 'verdict.json'), `${printable(JSON.stringify(clean, null, 2))}\n`);
  } catch (error) {
    throw new ConfigurationError(`The reports can't be written to ${dir}: ${messageOf(error)}`);
  }
  return [...reportFiles];
}

/** Puts a file in its place in one step: a reader sees the old one or the new one. */
export function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Only free text: words of the schema stay, even where a weak password is one of them. */
export function redactedVerdict(verdict: Verdict, redactor: Redactor): Verdict {
  const text = (value: string) => redactor.redact(value);
  return {
    ...verdict,
    target: { ...verdict.target, baseUrl: redactor.redactUrl(verdict.target.baseUrl) },
    contract: { ...verdict.contract, source: redactor.redactUrl(verdict.contract.source) },
    cause: text(verdict.cause),
    ...(verdict.warnings === undefined ? {} : { warnings: verdict.warnings.map(text) }),
    residue: verdict.residue.map(text),
    ...(verdict.gating === undefined
      ? {}
      : {
          gating: {
            ...verdict.gating,
            cause: text(verdict.gating.cause),
            notes: verdict.gating.notes.map(text),
          },
        }),
    outcomes: verdict.outcomes.map((outcome) => redactedOutcome(outcome, redactor)),
    ...(verdict.waivers === undefined
      ? {}
      : {
          waivers: verdict.waivers.map((use) => ({
            ...use,
            reason: text(use.reason),
            owner: text(use.owner),
          })),
        }),
    facts: Object.fromEntries(
      Object.entries(verdict.facts).map(([name, value]) => [text(name), inAllTexts(value, text)]),
    ),
  };
}

function redactedExtras({ changes }: ReportExtras, redactor: Redactor): ReportExtras {
  if (changes === undefined) return {};
  const all = (texts: readonly string[]) => texts.map((text) => redactor.redact(text));
  const { since, broke, mended, facts, other } = changes;
  return {
    changes: { since, broke: all(broke), mended: all(mended), facts: all(facts), other: all(other) },
  };
}

function redactedOutcome(outcome: Outcome, redactor: Redactor): Outcome {
  const { waiver } = outcome;
  return {
    ...outcome,
    reason: redactor.redact(outcome.reason),
    ...(waiver === undefined
      ? {}
      : {
          waiver: { ...waiver, reason: redactor.redact(waiver.reason), owner: redactor.redact(waiver.owner) },
        }),
    reproduce: redactor.redact(outcome.reproduce),
    exchanges: outcome.exchanges.map((exchange) => redactedExchange(exchange, redactor)),
  };
}

/** By value only: by position all was done when it was recorded, and a body that was cut must not be cut again. */
function redactedExchange({ request, response, error, ...rest }: Exchange, redactor: Redactor): Exchange {
  const headers = (of: Exchange['request']['headers']) => redactor.redactHeaders({ ...of });
  const body = (text?: string) => (text === undefined ? {} : { body: redactor.redact(text) });
  return {
    ...rest,
    request: {
      ...request,
      url: redactor.redactUrl(request.url),
      headers: headers(request.headers),
      ...body(request.body),
    },
    ...(response === undefined
      ? {}
      : { response: { ...response, headers: headers(response.headers), ...body(response.body) } }),
    ...(error === undefined ? {} : { error: redactor.redact(error) }),
  };
}

function inAllTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => inAllTexts(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [change(name), inAllTexts(inner, change)]),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
