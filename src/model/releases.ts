/** The releases of the contract, oldest first: one document each in spec/releases/. */
export const releaseNames = ['6.6.0d', '6.8.1', '7.0', '7.1', '7.1.2_u3', '7.2.1', 'latest'] as const;

export type ReleaseName = (typeof releaseNames)[number];

export const defaultRelease: ReleaseName = '7.1.2_u3';

export function isReleaseName(text: string): text is ReleaseName {
  return (releaseNames as readonly string[]).includes(text);
}

/** Whether `release` is `since` or newer. */
export function isSince(release: ReleaseName, since: ReleaseName): boolean {
  return releaseNames.indexOf(release) >= releaseNames.indexOf(since);
}
