import type { Answer, KeyUri } from '../../fixtures/index.js';
import { arrange, expect, secrets } from '../../fixtures/index.js';
import { expectRandom, leastSecretBits, printable } from './guessable.js';

export const choosing = { totpSecretKey: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' };

export function isNotChosen(answer: Answer): void {
  expect(answer).toBeHandled();
  expect(answer).not.toHoldTheSecretOf(choosing.totpSecretKey);
}

type Check = (answer: Answer) => void | Promise<void>;

const flawless =
  (what: 'canonical secret' | 'issuer', flawsOf: (keyUri: KeyUri) => readonly string[]): Check =>
  async (answer) =>
    expect(answer).toBeWellFormed(what, flawsOf(await arrange(secrets.usableKeyUri(answer))));
const isBase32: Check = (answer) =>
  expect(answer).toBeWellFormed('secret', secrets.base32Problems(secrets.shownSecret(answer)));
const isLong: Check = async (answer) =>
  expect((await arrange(secrets.keyOf(answer))).secretBits).toBeAtLeast(128, 'bits', answer);
const hasShortPeriod: Check = async (answer) =>
  expect((await arrange(secrets.usableKeyUri(answer))).period).toBeAtMost(120, 'seconds of a step', answer);
const isShort: Check = async (answer) =>
  expect(Buffer.byteLength(await arrange(secrets.uriOf(answer)))).toBeAtMost(300, 'bytes of the URI', answer);

/** Requirements on each new key: the end of the id, and the check. Add a line for another. */
export const keyChecks = [
  ['secret-is-base32', isBase32],
  ['secret-is-canonical', flawless('canonical secret', ({ secretDeviations }) => secretDeviations)],
  ['secret-is-long-enough', isLong],
  ['uri-has-issuer', flawless('issuer', secrets.issuerProblems)],
  ['period-is-two-minutes-at-most', hasShortPeriod],
  ['uri-fits-a-qr-code', isShort],
] as const;

export async function secretMatchesUri(answer: Answer): Promise<void> {
  const keyUri = await arrange(secrets.usableKeyUri(answer));

  secrets.shownSecret(answer);
  expect(answer).toHoldTheSecretOf(keyUri);
}

/** Checks a Key URI. @param kind the problems that count; by default all */
export async function uriIsValid(answer: Answer, kind?: 'uri' | 'parameters'): Promise<void> {
  const { problems } = secrets.parseKeyUri(await secrets.uriOf(answer));
  const texts = problems.flatMap((each) => (each.kind === (kind ?? each.kind) ? [each.text] : []));
  expect(answer).toBeWellFormed(kind === 'parameters' ? 'URI parameters' : 'Key URI', texts);
}

export async function areRandom(newKey: () => Promise<Answer>, names: readonly string[]): Promise<void> {
  const seen: string[] = [];
  for (let n = 0; n < 4; n += 1)
    seen.push((await arrange(secrets.keyOf(await arrange(newKey())))).secret.reveal());

  expectRandom(seen, names, leastSecretBits);
  // Printable bytes, such as hexadecimal digits, hold fewer random bits than others.
  const texts = seen.map(secrets.asLatin1);
  if (texts.every((text) => printable.test(text))) expectRandom(texts, names, leastSecretBits);
}
