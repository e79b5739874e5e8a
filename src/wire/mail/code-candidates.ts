export interface Candidate {
  readonly code: string;
  readonly score: number;
}

/** From this score on, a word or the layout marks a number as the code. */
export const strongScore = 40;
/** From this score on, a number is the code unless another one scores higher. */
export const weakScore = 10;
/** The score of a number directly after a word for "code". */
const adjacentScore = 70;

/** Codes stand near the beginning of a mail. */
export const longestText = 100_000;

const months = 'jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]';
const currencies = 'USD|EUR|GBP|CHF|JPY|INR|CAD|AUD|CNY';

/** Texts with digits that are never codes. Each pattern has an upper length, against hostile mails. */
const neverCodes: readonly RegExp[] = [
  /\b(?:https?|ftp|mailto|tel|sms|otpauth):\S{1,4000}/gi,
  /\bwww\.\S{1,4000}/gi,
  /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}/g,
  /(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5}|\/\d{1,2})?(?!\d)/g,
  /(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)/g,
  /(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?!\d)/g,
  new RegExp(
    `(?<!\\d)\\d{1,2}(?:st|nd|rd|th)?\\.? (?:${months})\\p{L}{0,9}\\.?,? (?:19|20)\\d{2}(?!\\d)`,
    'giu',
  ),
  new RegExp(`(?:${months})\\p{L}{0,9}\\.? \\d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\\d{2}(?!\\d)`, 'giu'),
  /(?<!\d)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?!\d)/g,
  new RegExp(`(?:[$€£¥₹]|(?<![\\w-])(?:${currencies})) ?\\d[\\d.,']{0,20}(?![\\w-])`, 'gi'),
  new RegExp(`(?<![\\w-])\\d[\\d.,']{0,20} ?(?:[$€£¥₹%]|(?:${currencies})(?![\\w-]))`, 'gi'),
  /(?<![\w.,])\d{1,20}(?:[.,]\d{1,20}){1,10}(?!\w)/g,
  /\+\d[\d ()./-]{6,20}\d/g,
  /\(\d{2,5}\) ?\d{2,4}[ .-]?\d{2,8}/g,
  /(?<!\d|\d[-. ])(?:1[-. ])?\d{3}[-. ]\d{3}[-. ]\d{4}(?!\d)/g,
  /(?<!\d|\d[-. ])0\d{2,4}[ /-]\d{5,8}(?!\d)/g,
  /(?<!codes? ?)#[ ]?\d{1,20}/gi,
];

/** Host names, tickets, versions, hashes. */
const mixedWord = /(?<![\w-])(?=[\w-]{0,80}[A-Za-z])(?=[\w-]{0,80}\d)[\w-]{1,80}/g;
const labelledCode = /^(?:code|otp|pin|passcode|token|g)-\d{4,8}$/i;

const single = /(?<![A-Za-z0-9]|[A-Za-z0-9]-|\/)\d{4,10}(?![A-Za-z0-9]|-[A-Za-z0-9]|\/\d)/g;
const grouped =
  /(?<![A-Za-z0-9]|[A-Za-z0-9]-|\d )(?:\d{3}[ -]\d{3,4}|\d{4}[ -]\d{4}|\d{2}(?: \d{2}){2,3}|\d(?:[ -]\d){5,7})(?![A-Za-z0-9]|[ -]\d)/g;

/** A possible code of digits and capitals, in one group or two. The text around it decides. */
const lettered =
  /(?<![\w-])(?:(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{5,10}|(?=[\d-]*[A-Z])(?:[A-Z\d]{3}-[A-Z\d]{3}|[A-Z\d]{4}-[A-Z\d]{4}|[A-Z\d]{5}-[A-Z\d]{5}))(?![\w-])/g;

/** A code in lower case or without digits counts only if the text calls it the code. */
const anyLetters = /(?<![\w-])(?:(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{5,10}|[A-Z]{6,10})(?![\w-])/g;

/** These words may follow a word for "code" but are no codes. */
const emphasis =
  /^(?:VALID|INVALID|EXPIRED|REQUIRED|NEEDED|SECRET|PRIVATE|CONFIDENTIAL|PERSONAL|HIDDEN|READY|ENCLOSED|ATTACHED|MISSING|UNKNOWN|DISABLED|ENABLED|BLOCKED|LOCKED|CHANGED|CANCELLED|REVOKED)$/;

const otherCodes =
  'zip|postal|post|area|country|error|promo|promotion|promotional|discount|coupon|voucher|gift|product|qr|source|status|exit|dial|dialing|dialling|sort|swift|reason|response|result|tax|colou?r|event|alert|department|cost|licen[cs]e';

const codeNumber =
  '(?:security|verification|authentication|access|log-?in|sign-?in|secret|one[ -]?time) number';

/** In common mail languages; not "zip code" or "barcode". */
const codeWord = new RegExp(
  `(?<!\\b(?:${otherCodes})[ -]?)(?<!bar|uni|en|de|post)code(?:s(?![a-z])|(?![a-z]))|pass[ -]?codes?|\\bt?otp\\b|\\bpin\\b|\\btoken\\b|\\bm?tan\\b|${codeNumber}|sicherheitsnummer|one[ -]?time pass(?:word|phrase)|einmal(?:passwort|kennwort)|mot de passe à usage unique|codice|c[oó]digo|\\bkode?\\b|(?<!\\p{L})код(?!\\p{L})|验证码|驗證碼|認証コード|確認コード|コード|인증\\s?번호`,
  'giu',
);

const labelOfOther = new RegExp(
  `(?:\\b(?:ticket|case|reference|ref|order|invoice|request|incident|account|acct|customer|contract|serial|cluster|node|chassis|build|version|release|article|kb|bug|issue|job|task|transaction|message|phone|telephone|tel|mobile|call|fax|dial|ext|extension|room|suite|floor|box|zip|postcode|port|pid|process|session|event|alert|error|user|employee|id|no|nr|number|copyright)\\b\\.?|\\b(?:${otherCodes})[ -]codes?|©|\\(c\\))(?: (?:no|nr|number|num|id|ref)\\b\\.?)?\\s?[:#=-]?\\s?(?:is |on |at )?$`,
  'iu',
);

const unitAfter =
  /^ ?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|ms|bytes?|[kmgt]i?b|users?|times|attempts?|objects?|files?|vms?|people|customers|employees|items|snapshots|backups?)\b/i;
const streetAfter =
  /^ (?:\p{L}{1,30} ){1,3}(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|lane|way|parkway)\b/iu;
const isBefore = /^\W{0,6}(?:(?:is|are|below|ist|lautet|est|es|è|jest|は|为|為|是)\W{0,6})?$/iu;
const namesCode = /^\W{0,4}(?:(?:is|ist|lautet|est|es|è|jest)\W{1,4}|:\s{0,4}["'*_]{0,2})$/iu;
const isAfter = /^["'*_\])\s]{0,4}(?:is|as|ist|est|es|è)\b/iu;
const sentenceEnd = /[.!?](?:\s|$)/;
const stale = /\b(?:previous|old|older|earlier|former|expired|last)\b[^.!?\n]{0,40}$/i;
const imperative =
  /\b(?:enter|use|type|input|submit|provide)\W{1,4}(?:(?:the|this)\W{1,4})?(?:(?:code|number|digits)\W{1,4})?$/i;

/** Makes full-width digits plain, removes invisible characters, and makes dashes hyphens. */
export function plain(text: string): string {
  return (
    text
      .slice(0, longestText)
      // NFKC makes these marks ASCII. Without a space after it, two numbers would look like one.
      .replace(/[，；：]/g, '$& ')
      .normalize('NFKC')
      .replace(/\u034f|[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g, '')
      .replace(/[\u2010-\u2015\u2212]/g, '-')
      .replace(/\r\n?/g, '\n')
      .replace(/[^\S\n]+/g, ' ')
      .replace(/ ?\n(?: ?\n)* ?/g, '\n')
  );
}

export function candidatesIn(text: string): Candidate[] {
  let rest = text;
  for (const pattern of neverCodes) rest = rest.replace(pattern, blank);
  const named = namedByWord(rest);
  rest = rest.replace(mixedWord, (found) =>
    labelledCode.test(found) ? found.replace('-', ' ').replace(/^g(?= )/i, ' ') : blank(found),
  );

  const best = new Map<string, number>();
  // Positions in accepted candidates. A set, because a mail may hold thousands of numbers.
  const taken = new Set<number>();
  const groups = rest.matchAll(grouped);
  for (const match of [...groups, ...rest.matchAll(single)]) {
    const [found] = match;
    const start = match.index;
    const end = start + found.length;
    const places = Array.from(found, (_, offset) => start + offset);
    if (places.some((place) => taken.has(place))) continue;
    const score = scoreOf(rest, start, end);
    if (score < weakScore) continue;
    for (const place of places) taken.add(place);
    const code = found.replace(/\D/g, '');
    best.set(code, Math.max(score, best.get(code) ?? 0));
  }
  const numbers = [...best].map(([code, score]) => ({ code, score }));
  return [...numbers, ...named].sort((a, b) => b.score - a.score);
}

/** Codes with letters count only if the text names them as codes. */
function namedByWord(text: string): Candidate[] {
  const matching = (pattern: RegExp, isCode: (before: string, after: string, found: string) => boolean) =>
    [...text.matchAll(pattern)].flatMap(({ 0: found, index }) => {
      const before = text.slice(Math.max(0, index - 120), index);
      const after = text.slice(index + found.length);
      const isOther = labelOfOther.test(before) || stale.test(before) || unitAfter.test(after);
      return !isOther && isCode(before, after, found) ? [found.replace('-', '')] : [];
    });
  const named = matching(
    lettered,
    (before, after) =>
      namedBefore(before) >= adjacentScore || isAnnounced(before, after) || imperative.test(before),
  );
  const codes = new Set([...named, ...matching(anyLetters, isCalledCode)]);
  return [...codes].map((code) => ({ code, score: adjacentScore }));
}

/** Returns the text after the last word for "code". */
function afterCodeWord(text: string): string | undefined {
  const last = [...text.matchAll(codeWord)].at(-1);
  return last && text.slice(last.index + last[0].length);
}

/** Capitals without digits count only at the end of a sentence with lower-case letters. */
function isCalledCode(before: string, after: string, found: string): boolean {
  const gap = afterCodeWord(before);
  if (gap === undefined) return false;
  const isCalled = namesCode.test(gap) || isAnnounced(before, after);
  if (!isCalled || /\d/.test(found)) return isCalled;
  const sentence = before.split(/[.!?\n]\s+/).at(-1) ?? '';
  return (
    /\p{Ll}/u.test(sentence || before) &&
    /^["'*_]{0,2}(?:[.!]?\s*(?:\n|$)|[.!] )/.test(after) &&
    !emphasis.test(found)
  );
}

/** As in "Your code for this login is:", with nothing else on the code's line. */
function isAnnounced(before: string, after: string): boolean {
  const gap = afterCodeWord(before);
  return gap !== undefined && /^[^.!?:\n]{0,60}:\s{0,8}$/.test(gap) && /^ ?(?:\n|$)/.test(after);
}

function mayCallCode(text: string): boolean {
  return [...text.matchAll(codeWord)].some(({ 0: found, index }) => {
    const after = text.slice(index + found.length, index + found.length + 120);
    return /^(?:\W{0,6}(?:is|are|ist|lautet|est|es|è|jest)\W{1,6}|[^.!?:\n]{0,60}:\W{0,6})[A-Za-z\d][A-Za-z\d-]{3,11}(?![\w-])/iu.test(
      after,
    );
  });
}

export function mayHoldCode(text: string): boolean {
  let rest = text;
  for (const pattern of neverCodes) rest = rest.replace(pattern, blank);
  const digits = /(?<!\d)(?!(?:19|20)\d\d(?!\d))\d(?:[ -]?\d){3}/;
  return digits.test(rest) || rest.search(lettered) >= 0 || mayCallCode(rest);
}

/** Stands for removed texts. It is no letter, digit or space. */
const placeholder = '\ufffc';

const blank = (found: string): string => placeholder.repeat(found.length);

function scoreOf(text: string, start: number, end: number): number {
  const before = text.slice(Math.max(0, start - 120), start);
  const after = text.slice(end, end + 80);
  const found = text.slice(start, end);
  const digits = found.replace(/\D/g, '');
  if (labelOfOther.test(before) && !isPartOfWord(before) && !isWhatItIsFor(before)) return 0;
  if (unitAfter.test(after) || streetAfter.test(after)) return 0;

  const named = Math.max(namedBefore(before), namedAfter(after));
  // Four or five digits are mostly years, places or amounts. Nine or ten are phone numbers.
  if ((digits.length < 6 || digits.length > 8) && named < 60) return 0;

  let score = named;
  if (found.length === digits.length && digits.length >= 6) score += 10;
  if (digits.length === 6) score += 2;
  if (isAlone(before, after)) score += 40;
  if (imperative.test(before)) score += 40;
  if (stale.test(before)) score -= 60;
  if (/^(?:19|20)\d\d(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))?$/.test(digits)) score -= 30;
  return score;
}

/** "code number 482913", "OTP no. 482913" and "security number" mean the code; "number" alone does not. */
function isPartOfWord(before: string): boolean {
  return new RegExp(
    `(?:(?:code|otp|pin|passcode) (?:no|nr|number)|${codeNumber})\\b\\.?\\s?[:=-]?\\s?(?:is )?$`,
    'i',
  ).test(before);
}

/** "code for your session: 482913" means the code: the words between give only its purpose. */
function isWhatItIsFor(before: string): boolean {
  const { source, flags } = codeWord;
  const [aim, what] = ['(?:for|to|für|pour|para|per)', '[^.!?\\n:]{1,60}'];
  return new RegExp(
    `(?:${source})(?:[^.!?\\n:]{0,40} ${aim} ${what} (?:is|ist|lautet|est|es|è):? ?| ${aim} ${what}: ?)$`,
    flags,
  ).test(before);
}

function namedBefore(before: string): number {
  const gap = afterCodeWord(before);
  if (gap === undefined) return 0;
  if (isBefore.test(gap) || isPartOfWord(before) || isWhatItIsFor(before)) return adjacentScore;
  return sentenceEnd.test(gap) ? Math.max(0, 20 - gap.length / 4) : Math.max(0, 55 - gap.length / 2);
}

function namedAfter(after: string): number {
  const first = after.matchAll(codeWord).next().value;
  if (first === undefined) return 0;
  const gap = after.slice(0, first.index);
  if (sentenceEnd.test(gap)) return 0;
  if (isAfter.test(gap)) return 65;
  return /[,;:\n]/.test(gap) ? 0 : Math.max(0, 45 - gap.length);
}

function isAlone(before: string, after: string): boolean {
  const line = before.slice(before.lastIndexOf('\n') + 1) + (after.split('\n', 1)[0] ?? '');
  return !line.includes(placeholder) && !/[\p{L}\p{N}]/u.test(line);
}
