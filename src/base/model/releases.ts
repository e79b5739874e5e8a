import { releaseNames } from './release-names.js';

export { releaseNames } from './release-names.js';

export type ReleaseName = (typeof releaseNames)[number];

export const defaultRelease: ReleaseName = '7.1.2_u3';

export function isReleaseName(text: string): text is ReleaseName {
  return (releaseNames as readonly string[]).includes(text);
}

export function isSince(release: ReleaseName, since: ReleaseName): boolean {
  return releaseNames.indexOf(release) >= releaseNames.indexOf(since);
}
