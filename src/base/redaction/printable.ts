/** Characters that control a terminal or deceive a reader, such as zero-width ones and direction marks. */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it must find control characters
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{d800}-\u{dfff}]|[\u{e0000}-\u{e007f}]/gu;

export const printable = (text: string): string => text.replace(invisible, escaped);

export const escaped = (text: string): string =>
  text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
