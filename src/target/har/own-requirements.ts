import type { PlannedRequirement } from '../../base/model/results.js';

/** Requirements on the recorded client. The catalogue lacks them, since no target can fail them. */
export const ownRequirements = [
  {
    id: 'recording/requests-fit-the-contract',
    level: 'should',
    title: 'Recorded requests have the bodies that the contract describes.',
    source: 'API document, requestBody of each operation',
    operations: [],
  },
  {
    id: 'recording/credentials-in-headers',
    level: 'should',
    title: 'Recorded requests carry no credential, password or code in their URL.',
    source: 'API document, securitySchemes (in: header); OWASP ASVS 5.0 14.2.1; RFC 6750 5.3',
    operations: [],
  },
] as const satisfies readonly PlannedRequirement[];
