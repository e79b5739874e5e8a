/** The parts of the target that a requirement's test reserves while it runs. Absent: none of the kind. */
export interface Uses {
  /** `on`: with both types; `set`: in any state. */
  readonly cluster?: 'read' | 'on' | 'off' | 'set';
  readonly support?: 'read' | 'set';
  /** The number of accounts that log in; at least 3 if one is the admin's, which others may use by its API key. */
  readonly users?: number;
  readonly mail?: true;
  /** The target throttles the address that the test sends from. */
  readonly source?: true;
  /** The test lets more time pass than codes need. */
  readonly clock?: true;
}
