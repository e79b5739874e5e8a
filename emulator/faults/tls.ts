import { type Fault, withRules } from '../seams.js';

/** Faults that show only over HTTPS. */
export const tlsFaults: readonly Fault[] = [
  {
    id: 'tls/old-versions',
    description: 'Connections of TLS 1.0 and 1.1 are accepted.',
    breaks: ['tls/no-old-versions'],
    tls: true,
    apply: withRules(({ connection }) => ({ connection: { ...connection, oldTls: true } })),
  },
  {
    id: 'tls/plain-http',
    description: 'The port of HTTPS answers to plain HTTP as well.',
    breaks: ['tls/no-plain-http'],
    tls: true,
    apply: withRules(({ connection }) => ({ connection: { ...connection, plainToo: true } })),
  },
];
