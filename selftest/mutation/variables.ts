/** The active mutant of an emulator; none if unset. */
export const mutantVariable = 'MUTATION_ACTIVE';
/** The file for the mutants that an emulator reached, written at its end. */
export const coverageVariable = 'MUTATION_COVERAGE';
