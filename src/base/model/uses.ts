export const clusterUses = ['read', 'on', 'off', 'set'] as const;
export const supportUses = ['read', 'set'] as const;

/** What a requirement's test holds of the target while it runs. Absent: nothing of the kind. */
export interface Uses {
  /** `on`: with both types; `set`: in any state. */
  readonly cluster?: (typeof clusterUses)[number];
  readonly support?: (typeof supportUses)[number];
  /** The number of accounts that log in. */
  readonly users?: number;
  readonly mail?: true;
  /** It makes the target refuse its sender. */
  readonly source?: true;
  /** It lets more time pass than codes take. */
  readonly clock?: true;
}
