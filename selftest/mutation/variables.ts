export const mutantVariable = 'MUTATION_ACTIVE';
/** Names the file to which an emulator writes, at its end, the mutants that it reached. */
export const coverageVariable = 'MUTATION_COVERAGE';
