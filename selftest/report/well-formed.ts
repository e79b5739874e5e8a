/** A strict reader of XML. It shares no code with the writer, and throws if the text is not well-formed. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function parseXml(xml: string): Element {
  const stray = [...xml].find((char) => !legal(char.codePointAt(0) ?? 0));
  if (stray !== undefined) throw new Error(`illegal character ${JSON.stringify(stray)}`);
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!xml.startsWith(declaration)) throw new Error('no XML declaration');
  let rest = xml.slice(declaration.length);

  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const match = pattern.exec(rest);
    if (match === null || match.index !== 0) return undefined;
    rest = rest.slice(match[0].length);
    return match;
  };
  const element = (): Element => {
    const name = take(/^<([a-z]+)/)?.[1];
    if (name === undefined) throw new Error(`no element at ${rest.slice(0, 40)}`);
    const attributes: Record<string, string> = {};
    for (
      let found = take(/^ ([a-z]+)="([^"<]*)"/);
      found !== undefined;
      found = take(/^ ([a-z]+)="([^"<]*)"/)
    ) {
      const [, key = '', value = ''] = found;
      if (key in attributes) throw new Error(`attribute ${key} twice`);
      attributes[key] = resolved(value.replace(/[\t\n\r]/g, ' '));
    }
    if (take(/^\/>/) !== undefined) return { name, attributes, children: [], text: '' };
    if (take(/^>/) === undefined) throw new Error(`bad tag at ${rest.slice(0, 40)}`);
    const children: Element[] = [];
    let text = '';
    while (take(new RegExp(`^</${name}>`)) === undefined) {
      const run = take(/^[^<]+/)?.[0];
      if (run === undefined) children.push(element());
      else if (run.includes(']]>')) throw new Error(']]> in text');
      else text += resolved(run.replace(/\r\n?/g, '\n'));
    }
    return { name, attributes, children, text };
  };

  const root = element();
  if (rest.trim() !== '') throw new Error(`something after the root: ${rest.slice(0, 40)}`);
  return root;
}

function resolved(text: string): string {
  return text.replace(/&([^;&\s]*);?/g, (whole, name: string) => {
    const char = /^#\d+$/.test(name) ? String.fromCodePoint(Number(name.slice(1))) : named[name];
    if (char === undefined || !whole.endsWith(';')) throw new Error(`bad reference ${whole}`);
    return char;
  });
}

/** XML 1.0, section 2.2. */
function legal(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
}
