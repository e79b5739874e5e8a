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

/** A mail's code as text, since it may begin with zeros; or why there is none, in words without digits. */
export type FoundCode =
  | { readonly code: string; readonly problem?: never }
  | {
      readonly problem: string;
      readonly code?: never;
      /** Whether the mail may hold an unrecognised code. Then the sender is not to blame. */
      readonly unclear: boolean;
    };

/**
 * Finds the one-time code in a mail's text, else its HTML, else its subject. Numbers that a word or the layout marks
 * come before bare ones of six to eight digits; four or five count only beside such a word.
 *
 * @param pattern the target file's codePattern, which replaces all this by its first match or first group
 * @param earlier codes of earlier mails; among equal candidates a new one wins
 */
export function findCode(
  mail: MailContent,
  pattern?: RegExp,
  earlier: ReadonlySet<string> = new Set(),
): FoundCode {
  if (mail.code !== undefined) return { code: mail.code };
  const sources = [mail, mail.wrapped].flatMap((each) => (each === undefined ? [] : partsOf(each)));
  if (pattern !== undefined) return byPattern(sources, pattern, mail);
  const subject = maskedSubject(mail.subject);

  for (const { least, found } of rankedCandidates(mail, sources)) {
    for (const candidates of found) {
      const score = candidates[0]?.score ?? 0;
      if (score < least) continue;
      const likely = candidates.filter((each) => each.score === score);
      const [code, another] = likely.length > 1 ? likely.filter((each) => !earlier.has(each.code)) : likely;
      if (code !== undefined && another === undefined) return { code: code.code };
      return {
        problem: `The mail ${subject} holds two numbers that may equally be the code; set mail.codePattern.`,
        unclear: true,
      };
    }
  }
  if (!sources.some(mayHoldCode))
    return { problem: `The mail ${subject} holds no number that looks like a code.`, unclear: false };
  return {
    problem: `The mail ${subject} may hold a code, but it is unclear which text it is; set mail.codePattern.`,
    unclear: true,
  };
}

const partsOf = ({ text, html, subject }: Pick<MailContent, 'text' | 'html' | 'subject'>) =>
  [text, htmlToText(html), subject].map(plain);

/** Candidates by source in order of preference: strong before weak, own text before quotes. */
function rankedCandidates(
  mail: MailContent,
  sources: readonly string[],
): { readonly least: number; readonly found: readonly (readonly Candidate[])[] }[] {
  const own = [mail.text.replace(/^[ \t]*>.*$/gm, ''), htmlToText(mail.html, 'blockquote'), mail.subject];
  const ranked = [own.map(plain), sources].map((texts) => texts.map(candidatesIn));
  return [strongScore, weakScore].flatMap((least) => ranked.map((found) => ({ least, found })));
}

function byPattern(sources: readonly string[], pattern: RegExp, mail: MailContent): FoundCode {
  // The flags g and y would make a match depend on the last one.
  const once = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  for (const source of sources) {
    const match = once.exec(source);
    const code = match?.[1] ?? match?.[0];
    if (code !== undefined && code !== '') return { code };
  }
  return {
    problem: `The mail ${maskedSubject(mail.subject, pattern)} holds nothing that mail.codePattern matches.`,
    unclear: sources.some(mayHoldCode),
  };
}
