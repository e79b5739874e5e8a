/** The parts of the target that a requirement's test reserves while it runs. An absent member reserves nothing. */
export interface Uses {
  /** `on`: switched on, with both authentication types. `set`: in any state, and the test may change it. */
  readonly cluster?: 'read' | 'on' | 'off' | 'set';
  readonly support?: 'read' | 'set';
  /**
   * How many accounts log in. If the admin does, at least 3, which makes the test run alone: other tests use
   * the admin's API key.
   */
  readonly users?: number;
  readonly mail?: true;
  /** The test may get this machine's address throttled, so it runs late. */
  readonly source?: true;
  /** The test waits until something is old, such as a mailed code. */
  readonly clock?: true;
}
