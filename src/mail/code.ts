import { candidatesIn, mayHoldCode, plain, strongScore, weakScore } from './code-candidates.js';
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
 * a word, so that a code that is too short is found too. Two equally likely numbers are a problem, not a guess.
 *
 * @param pattern of the target file, in place of all this: its first match, or that of its first group
 */
export function findCode(mail: MailContent, pattern?: RegExp): FoundCode {
  if (mail.code !== undefined) return { code: mail.code };
  const sources = [mail.text, htmlToText(mail.html), mail.subject].map(plain);
  if (pattern !== undefined) return byPattern(sources, pattern, mail);

  const found = sources.map(candidatesIn);
  for (const least of [strongScore, weakScore]) {
    for (const [best, second] of found) {
      if (best === undefined || best.score < least) continue;
      if (second?.score !== best.score) return { code: best.code };
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
