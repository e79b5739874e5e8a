import {
  type Candidate,
  candidatesIn,
  mayHoldCode,
  plain,
  strongScore,
  weakScore,
} from './code-candidates.js';
import { htmlToText } from './html-text.js';
import { type MailContent, maskedSubject } from './received-mail.js';

/** The code of a mail, a string since it may begin with zeros; or why there is none, in words that show no digit. */
export type FoundCode =
  | { readonly code: string; readonly problem?: never }
  | {
      readonly problem: string;
      readonly code?: never;
      /** It holds what may be a code: that none was found says nothing of the sender. */
      readonly unclear: boolean;
    };

/**
 * Finds the one-time code of a mail: in its text, else its HTML, else its subject. Numbers that a word like "code"
 * or the layout names come before bare ones of six to eight digits; four or five digits are taken only beside such
 * a word, so that a code that is too short is found too. Of either kind, what is quoted of another mail, or attached as
 * one, comes after the mail's own: a code that is named in an attached mail comes before a bare number of the mail
 * around it, which may be a scanner's note. Two equally likely numbers are a problem, not a guess.
 *
 * @param pattern of the target file, in place of all this: its first match, or that of its first group
 * @param earlier codes of mails before this one: of two equally likely numbers the other one is new
 */
export function findCode(
  mail: MailContent,
  pattern?: RegExp,
  earlier: ReadonlySet<string> = new Set(),
): FoundCode {
  if (mail.code !== undefined) return { code: mail.code };
  const sources = [mail, mail.wrapped].flatMap((each) => (each === undefined ? [] : partsOf(each)));
  if (pattern !== undefined) return byPattern(sources, pattern, mail);

  for (const { least, found } of looksAt(mail, sources)) {
    for (const candidates of found) {
      const score = candidates[0]?.score ?? 0;
      if (score < least) continue;
      const likely = candidates.filter((each) => each.score === score);
      const [code, another] = likely.length > 1 ? likely.filter((each) => !earlier.has(each.code)) : likely;
      if (code !== undefined && another === undefined) return { code: code.code };
      return {
        problem: `The mail ${named(mail)} holds two numbers that may equally be the code; set mail.codePattern.`,
        unclear: true,
      };
    }
  }
  if (!sources.some(mayHoldCode))
    return { problem: `The mail ${named(mail)} holds no number that looks like a code.`, unclear: false };
  return {
    problem: `The mail ${named(mail)} may hold a code, which is not told from what else it holds; set mail.codePattern.`,
    unclear: true,
  };
}

const partsOf = ({ text, html, subject }: Pick<MailContent, 'text' | 'html' | 'subject'>) =>
  [text, htmlToText(html), subject].map(plain);

/** The candidates of each source: what is said for certain before what may be meant, one's own words before quoted ones. */
function looksAt(
  mail: MailContent,
  sources: readonly string[],
): { readonly least: number; readonly found: readonly (readonly Candidate[])[] }[] {
  const own = [withoutQuotes(mail.text), htmlToText(mail.html, { leaveOut: 'blockquote' }), mail.subject];
  const ownFound = own.map(plain).map(candidatesIn);
  const found = sources.map(candidatesIn);
  return [
    { least: strongScore, found: ownFound },
    { least: strongScore, found },
    { least: weakScore, found: ownFound },
    { least: weakScore, found },
  ];
}

/** Without the lines of a mail that is answered or passed on. */
function withoutQuotes(text: string): string {
  return text.replace(/^[ \t]*>.*$/gm, '');
}

function byPattern(sources: readonly string[], pattern: RegExp, mail: MailContent): FoundCode {
  // Without g and y a match doesn't depend on the one before.
  const once = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  for (const source of sources) {
    const match = once.exec(source);
    const code = match?.[1] ?? match?.[0];
    if (code !== undefined && code !== '') return { code };
  }
  return {
    problem: `The mail ${named(mail, pattern)} holds nothing that mail.codePattern matches.`,
    unclear: sources.some(mayHoldCode),
  };
}

function named(mail: MailContent, pattern?: RegExp): string {
  return maskedSubject(mail.subject, pattern);
}
