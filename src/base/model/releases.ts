import { releaseNames } from './release-names.js';

export { releaseNames } from './release-names.js';

export type ReleaseName = (typeof releaseNames)[number];

export const defaultRelease: ReleaseName = '7.1.2_u3';

export const isReleaseName = (text: string): text is ReleaseName =>
  (releaseNames as readonly string[]).includes(text);

export const isSince = (release: ReleaseName, since: ReleaseName): boolean =>
  releaseNames.indexOf(release) >= releaseNames.indexOf(since);
