import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { type Handed, shownAs } from '../deviations.js';
import { asObject, text } from '../json.js';
import type { Seams } from '../seams.js';

/** A property of answers, the name of another form, and a function that makes a value in that form. */
type Form<Property extends string = string> = readonly [
  property: Property,
  form: string,
  make: (value: string) => string,
];

const digits = (count: number) => Array.from({ length: count }, () => randomInt(1, 10)).join('');
const part = (bytes: number) => randomBytes(bytes).toString('base64url');

/** Forms of credentials. The target accepts a credential only in the form in which it showed it. */
const credentials: readonly Form<Handed>[] = [
  ['sessionId', 'uuid', () => randomUUID()],
  ['sessionId', 'hexadecimal', () => randomBytes(24).toString('hex')],
  ['sessionId', 'number', () => digits(42)],
  ['sessionId', 'long', () => `${part(30)}.${part(700)}.${part(32)}`],
  ['accessToken', 'uuid', () => randomUUID()],
  ['accessToken', 'padded', () => `${randomBytes(28).toString('base64')}`],
  ['accessToken', 'long', () => `${part(30)}.${part(900)}.${part(32)}`],
];

/** Forms of values that clients never send back. */
const shown: readonly Form[] = [
  ['totpKeyId', 'number', () => digits(9)],
  ['totpKeyId', 'same', () => 'default'],
  ['totpKeyName', 'plain', (name) => name.normalize('NFKC').trim().toLowerCase().replace(/\W+/g, '-')],
  ['totpKeyName', 'numbered', (name) => `${name} (${randomInt(2, 1000)})`],
  ['accountName', 'with-domain', (name) => `LOCAL\\${name}`],
  ['tokenType', 'small', (type) => type.toLowerCase()],
  ['totpUri', 'defaults-left-out', (uri) => uri.replace(/&(algorithm=SHA1|digits=6|period=30)(?=&|$)/g, '')],
  [
    'totpUri',
    'other-order',
    (uri) => `${uri.split('?')[0]}?${uri.split('?')[1]?.split('&').reverse().join('&')}`,
  ],
  ['email', 'masked', (address) => address.replace(/(?<=^.).+(?=@)/, '***')],
  ['email', 'masked-briefly', (address) => address.replace(/(?<=^..)..(?=.*@)/, 'xx')],
];

const errors: readonly Form[] = [
  ['errorCode', 'number', () => '400017'],
  ['message', 'foreign', () => 'Die Anfrage war ungültig – 请求无效。'],
  ['message', 'long', (message) => `${message} `.repeat(40).trim()],
];

export const forms: readonly string[] = [...credentials, ...shown, ...errors].map(
  ([property, form]) => `${property}.${form}`,
);

export function formNamed(name: string): ((seams: Seams) => void) | undefined {
  const among = <Any extends Form>(table: readonly Any[]) =>
    table.find(([property, form]) => `${property}.${form}` === name);
  const [credential, show, error] = [among(credentials), among(shown), among(errors)];
  if (credential !== undefined) return handOut(credential);
  if (show !== undefined) {
    const [property, , make] = show;
    return (seams) =>
      seams.show('any', (body) => {
        const value = text(body, property);
        return value !== undefined && { [property]: make(value) };
      });
  }
  if (error === undefined) return undefined;
  const [property, , make] = error;
  return (seams) =>
    seams.refusal('any', ({ body }) => {
      const value = text(body, property);
      return value !== undefined && { body: { ...asObject(body), [property]: make(value) } };
    });
}

function handOut([property, , make]: Form<Handed>): (seams: Seams) => void {
  const known = new Map<string, string>();
  const show = (value: string) => {
    const other = make(value);
    known.set(other, value);
    return other;
  };
  // The target refuses the original id, which it has never shown.
  return (seams) => shownAs(seams, property, show, (shown) => known.get(shown) ?? '');
}
