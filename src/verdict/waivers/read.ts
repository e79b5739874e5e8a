import { defined } from '../../base/defined.js';
import { isReleaseName, isSince } from '../../base/model/releases.js';
import type { Waiver } from '../../base/model/verdict.js';
import { programName } from '../../base/words.js';
import { ConfigDocument } from '../../input/config-file/document.js';
import type { KeyPath, Place } from '../../input/config-file/problems.js';
import { checkSchema } from '../../input/config-file/schema.js';
import { Values } from '../../input/config-file/values.js';
import { isDay } from './dates.js';

export interface WaiversFile {
  readonly file: string;
  readonly text: string;
  readonly waivers: readonly Waiver[];
  /** The place of an entry; with `key`, the place of the key's value. */
  readonly placeOf: (index: number, key?: keyof Waiver) => Place;
}

export function readWaivers(path: string): WaiversFile {
  const document = ConfigDocument.read(path, 'the key waivers, a list');
  checkSchema(document, 'waivers.schema.json', (key, keyword) => hint(document, key, keyword));
  document.problems.throwIfAny();
  const values = new Values(document, document.value);
  const waivers: Waiver[] = [];
  for (let index = 0; values.has(['waivers', index]); index++) {
    waivers.push(waiverAt(values, ['waivers', index]));
  }
  document.problems.throwIfAny();
  const placeOf = (index: number, key?: keyof Waiver) =>
    document.placeOf(['waivers', index, ...(key === undefined ? [] : [key])]);
  return { file: path, text: document.text, waivers, placeOf };
}

function waiverAt(values: Values, path: KeyPath): Waiver {
  const target = values.text([...path, 'target']);
  const since = releaseAt(values, [...path, 'releases', 'since']);
  const until = releaseAt(values, [...path, 'releases', 'until']);
  if (since !== undefined && until !== undefined && !isSince(until, since)) {
    values.problem([...path, 'releases'], `since ${since} is newer than until ${until}: no release matches`);
  }
  const expires = values.text([...path, 'expires']) ?? '';
  if (!isDay(expires)) values.problem([...path, 'expires'], 'is not a day of the calendar');
  const text = (key: 'requirement' | 'reason' | 'owner' | 'issue') => {
    const value = values.text([...path, key]) ?? '';
    if (value.trim() === '') values.problem([...path, key], 'is blank: write a value');
    return value.trim();
  };
  return {
    requirement: text('requirement'),
    ...defined({ target, releases: since || until ? defined({ since, until }) : undefined }),
    ...{ reason: text('reason'), owner: text('owner'), issue: text('issue'), expires },
  };
}

function releaseAt(values: Values, path: KeyPath) {
  const text = values.text(path);
  return text !== undefined && isReleaseName(text) ? text : undefined;
}

function hint(document: ConfigDocument, path: KeyPath, keyword: string): string | undefined {
  const key = path.at(-1);
  if (keyword === 'pattern') {
    if (key === 'requirement') {
      return `must be the id of a requirement, or a pattern over ids such as totp-login/*: ${programName()} list shows them`;
    }
    if (key === 'issue') return 'must be an address (https://…) or a key such as MFA-7 or #7';
    if (key === 'expires') return 'must be a day such as 2026-12-31';
  }
  const isRelease = key === 'since' || key === 'until';
  if (isRelease && new Values(document, document.value).number(path) !== undefined) {
    return `must be quoted: "${document.writtenAs(path)}", or it is read as a number`;
  }
  if (key === 'releases' && keyword === 'minProperties')
    return 'is empty: write since or until, or leave the key out';
  return undefined;
}
