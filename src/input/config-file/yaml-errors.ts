import type { YAMLError } from 'yaml';

/** The suite's sentences for parser errors. The parser's own may quote a password. */
const sentences: { readonly [Code in YAMLError['code']]?: string } = {
  BAD_ALIAS: 'an alias (*name) can have neither spaces nor special characters: quote the value if it is text',
  BAD_DQ_ESCAPE: 'unknown escape in a "…" text: write \\\\ for a backslash, or use \'…\'',
  BAD_INDENT: 'wrong indentation, or a bracket, brace or quote that is not closed',
  BAD_SCALAR_START: "a text can not begin with this character unless it is quoted: use '…'",
  BLOCK_AS_IMPLICIT_KEY: 'a second key on one line: put it on its own line, or quote a text that holds ": "',
  BLOCK_IN_FLOW: 'a block inside { } or [ ]: write all of it in brackets, or nothing of it',
  DUPLICATE_KEY: 'this key was there before: keep one of the two',
  KEY_OVER_1024_CHARS: 'a key longer than 1024 characters',
  MISSING_CHAR: 'a colon, comma or closing quote is missing',
  MULTILINE_IMPLICIT_KEY: 'a key over several lines: a colon or a closing quote is missing',
  MULTIPLE_DOCS:
    'a second document begins here: remove the --- and what follows, or make it a file of its own',
  NON_STRING_KEY: 'a key must be a plain word',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'a tab: indent with spaces',
  TAG_RESOLVE_FAILED: 'a tag (!…) has no meaning here: quote the value if it is text',
};

export function yamlSentence(error: YAMLError, line: string): string {
  // Within { }, YAML reads the braces of an unquoted ${VAR} as a mapping.
  if (error.code !== 'DUPLICATE_KEY' && /[{[,].*\$\{/.test(line)) {
    return `not valid YAML: inside { } or [ ] a value with \${…} must be quoted: "\${VAR}"`;
  }
  const sentence = sentences[error.code];
  return error.code === 'DUPLICATE_KEY' && sentence !== undefined
    ? sentence
    : `not valid YAML: ${sentence ?? 'something is not where it can be'}`;
}
