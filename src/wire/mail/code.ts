import {
  type Candidate,
  candidatesIn,
  longestText,
  mayHoldCode,
  plain,
  strongScore,
  weakScore,
} from './code-candidates.js';
import { type MailContent, maskedSubject } from './received-mail.js';

/** The code is a text: it may begin with zeros. The problem has no digits. */
export type FoundCode =
  | { readonly code: string; readonly problem?: never }
  | {
      readonly problem: string;
      readonly code?: never;
      /** The mail may hold a code that the suite doesn't recognise, so the sender is not to blame. */
      readonly unclear: boolean;
    };

/**
 * Looks into the text, the HTML and the subject, in this order. Numbers that a word or the layout marks come
 * before unmarked numbers of six to eight digits. Shorter ones need a word for "code".
 * @param pattern the code is its first match, or that match's first group
 * @param earlier codes of earlier mails; among equal candidates a new one wins
 * @param shared numbers of mails to several users; a number that only one user gets is preferred
 */
export function findCode(
  mail: MailContent,
  pattern?: RegExp,
  earlier: ReadonlySet<string> = new Set(),
  shared: ReadonlySet<string> = new Set(),
): FoundCode {
  if (mail.code !== undefined) return { code: mail.code };
  const sources = partsOf(mail);
  if (pattern !== undefined) return byPattern(sources, pattern, mail);
  const subject = maskedSubject(mail.subject);

  const [all = []] = rankedCandidates(mail, sources);
  const own = all.filter((each) => !shared.has(each.code));
  const best = own[0] !== undefined && own[0].score >= strongScore ? own : all;
  const likely = best.filter(({ score }) => score === best[0]?.score);
  const [code, another] = likely.length > 1 ? likely.filter((each) => !earlier.has(each.code)) : likely;
  if (code !== undefined && another === undefined) return { code: code.code };
  if (likely.length > 0)
    return {
      problem: `The mail ${subject} holds two numbers that may equally be the code; set mail.codePattern.`,
      unclear: true,
    };
  if (!sources.some(mayHoldCode))
    return { problem: `The mail ${subject} holds no number that looks like a code.`, unclear: false };
  return {
    problem: `The mail ${subject} may hold a code, but it is unclear which text it is; set mail.codePattern.`,
    unclear: true,
  };
}

/** Returns all numbers of a mail that may be its code. */
export const numbersIn = (mail: MailContent): readonly string[] =>
  rankedCandidates(mail, partsOf(mail)).flatMap((each) => each.map(({ code }) => code));

const partsOf = (mail: MailContent): readonly string[] =>
  [mail, mail.wrapped].flatMap((each) =>
    each === undefined ? [] : [each.text, htmlToText(each.html), each.subject].map(plain),
  );

/** Strong candidates come first, and the mail's own text comes before quotes. */
function rankedCandidates(mail: MailContent, sources: readonly string[]): readonly (readonly Candidate[])[] {
  const own = [mail.text.replace(/^[ \t]*>.*$/gm, ''), htmlToText(mail.html, 'blockquote'), mail.subject];
  const ranked = [...own.map(plain), ...sources].map(candidatesIn);
  return [strongScore, weakScore].flatMap((least) =>
    ranked.filter(([first]) => first !== undefined && first.score >= least),
  );
}

function byPattern(sources: readonly string[], pattern: RegExp, mail: MailContent): FoundCode {
  // The flags g and y would make matches depend on each other.
  const once = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  for (const source of sources) {
    const match = once.exec(source);
    const code = match?.[1] ?? match?.[0];
    if (code !== undefined && code !== '') return { code };
  }
  return {
    problem: `The mail ${maskedSubject(mail.subject, pattern)} came, but mail.codePattern found no code in it.`,
    unclear: sources.some(mayHoldCode),
  };
}

const invisible = new Set('head style script title template noscript select textarea svg'.split(' '));

/** A `<` in these elements starts no tag. */
const rawText = new Set(['style', 'script', 'title', 'textarea']);

const empty = new Set('area base br col embed hr img input link meta source wbr'.split(' '));

/** All other elements except cells start a new line. */
const inline = new Set(
  'a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr o:p q s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);

/** Each part of the pattern has an upper length: a hostile mail must not take long to parse. */
const token =
  /<!--[\s\S]*?(?:-->|$)|<[!?][^>]{0,500}>|<(\/?)([a-z][a-z0-9:-]{0,30})((?:"[^"]{0,4000}"|'[^']{0,4000}'|[^'"<>]){0,4000})>/gi;

const longestHtml = 2 * longestText;

/** Spaces separate cells; digits in neighbouring spans stay together. @param leaveOut an element to drop */
function htmlToText(source: string, leaveOut?: string): string {
  const html = source.slice(0, longestHtml);
  let text = '';
  let at = 0;
  /** From the outermost hidden element inwards. */
  const hidden: string[] = [];
  token.lastIndex = 0;
  for (let match = token.exec(html); match !== null; match = token.exec(html)) {
    if (hidden.length === 0) text += collapsed(html.slice(at, match.index));
    at = token.lastIndex;
    const [, slash, rawName, attributes = ''] = match;
    if (rawName === undefined) continue;
    const name = rawName.toLowerCase();
    if (slash === '/') {
      const open = hidden.lastIndexOf(name);
      if (open >= 0) hidden.length = open;
      else if (hidden.length === 0) text += separatorOf(name);
      continue;
    }
    if (hidden.length === 0) text += separatorOf(name);
    const goesOn = !empty.has(name) && !attributes.endsWith('/');
    if (goesOn && (hidden.length > 0 || invisible.has(name) || name === leaveOut || isHidden(attributes)))
      hidden.push(name);
    if (goesOn && rawText.has(name)) {
      const end = new RegExp(`</${name}\\s*>`, 'gi');
      end.lastIndex = at;
      at = end.exec(html)?.index ?? html.length;
      token.lastIndex = at;
    }
  }
  if (hidden.length === 0) text += collapsed(html.slice(at));
  return decodeEntities(text)
    .split('\n')
    .map((line) => line.replace(/[^\S\n]+/g, ' ').trim())
    .join('\n')
    .replace(/\n{2,}/g, '\n')
    .trim();
}

const collapsed = (text: string): string => text.replace(/\s+/g, ' ');

function separatorOf(name: string): string {
  if (inline.has(name)) return '';
  return name === 'td' || name === 'th' || name === 'img' ? ' ' : '\n';
}

function isHidden(attributes: string): boolean {
  if (/(?:^|\s)hidden(?:\s|=|$)/i.test(attributes.replace(/"[^"]*"|'[^']*'/g, '""'))) return true;
  const style = /(?:^|\s)style\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes);
  const css = (style?.[1] ?? style?.[2] ?? '').replace(/\s+/g, '').toLowerCase();
  return /(?:^|;)(?:display:none|visibility:hidden|font-size:0(?:px|pt|em)?(?:;|!|$)|opacity:0(?:;|!|$)|mso-hide:all)/.test(
    css,
  );
}

const named: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", colon: ':', num: '#', percnt: '%' },
  ...{ nbsp: ' ', ensp: ' ', emsp: ' ', thinsp: ' ', shy: '', zwj: '', zwnj: '' },
  ...{ ndash: '-', mdash: '-', hyphen: '-', euro: '€', pound: '£', yen: '¥', cent: '¢', dollar: '$' },
};

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));?/gi, (whole, hex, decimal, name) => {
    if (typeof name === 'string') return named[name.toLowerCase()] ?? whole;
    const point = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : ' ';
  });
}
