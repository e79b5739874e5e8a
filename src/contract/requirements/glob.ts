/** A pattern for whole ids from a glob: `*` stands for any characters, commas separate alternatives. */
export function idPattern(glob: string): RegExp {
  return new RegExp(`^(?:${alternatives(glob, '.*')})$`);
}

/** The same for test tags, which Playwright matches between spaces. */
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
