/** The parts of the target that a requirement's test reserves while it runs. An absent member reserves nothing. */
export interface Uses {
  /** `on`: switched on, with both authentication types. `set`: in any state, and the test may change it. */
  readonly cluster?: 'read' | 'on' | 'off' | 'set';
  readonly support?: 'read' | 'set';
  /** At least 3 if the admin logs in: other tests use the admin's API key, so this test runs alone. */
  readonly users?: number;
  readonly mail?: true;
  /** The target throttles the address that the test sends from. */
  readonly source?: true;
  /** The test waits until something is old, such as a mailed code. */
  readonly clock?: true;
}
