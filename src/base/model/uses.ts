/** The parts of the target that a requirement's test reserves while it runs. An absent member reserves nothing. */
export interface Uses {
  /** `on`: on, with both types. `set`: in any state, which the test may change. */
  readonly cluster?: 'read' | 'on' | 'off' | 'set';
  readonly support?: 'read' | 'set';
  /** How many accounts log in. At least 3 if the admin does, so that the test runs alone: others use the API key. */
  readonly users?: number;
  readonly mail?: true;
  /** The target throttles the address that the test sends from. */
  readonly source?: true;
  /** The test lets more time pass than codes need. */
  readonly clock?: true;
}
