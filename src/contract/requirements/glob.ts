/**
 * A glob over requirement ids, in which `*` stands for any run of characters, or several with commas between, as a
 * pattern over whole ids.
 */
export function idPattern(glob: string): RegExp {
  return new RegExp(`^(?:${alternatives(glob, '.*')})$`);
}

/** The same over the tags by which tests carry their ids, as Playwright matches them: between spaces. */
export function tagPattern(glob: string): RegExp {
  return new RegExp(`@(?:${alternatives(glob, '[^ ]*')})(?= |$)`);
}

function alternatives(globs: string, anything: string): string {
  return globs
    .split(',')
    .map((glob) => sourceOf(glob.trim(), anything))
    .join('|');
}

function sourceOf(glob: string, anything: string): string {
  return glob
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join(anything);
}
