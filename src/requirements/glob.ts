/** A glob over requirement ids, in which `*` stands for any run of characters, as a pattern over whole ids. */
export function idPattern(glob: string): RegExp {
  return new RegExp(`^${sourceOf(glob, '.*')}$`);
}

/** The same over the tags by which tests carry their ids, as Playwright matches them: between spaces. */
export function tagPattern(glob: string): RegExp {
  return new RegExp(`@${sourceOf(glob, '[^ ]*')}(?= |$)`);
}

function sourceOf(glob: string, anything: string): string {
  return glob
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join(anything);
}
