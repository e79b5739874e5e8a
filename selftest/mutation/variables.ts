/** The mutant that is switched on in an emulator; none where it is unset. */
export const mutantVariable = 'MUTATION_ACTIVE';
/** Where an emulator writes, when it ends, which mutants it reached. */
export const coverageVariable = 'MUTATION_COVERAGE';
