import type { Fault } from '../seams.js';
import type { User } from '../state.js';

function byBeginning(known: ReadonlyMap<string, User>, id: string | undefined): User | undefined {
  if (id === undefined) return undefined;
  return [...known].find(([other]) => other.slice(0, 16) === id.slice(0, 16))?.[1];
}

function inAnyCase(known: ReadonlyMap<string, User>, id: string | undefined): User | undefined {
  return [...known].find(([other]) => other !== id && other.toLowerCase() === id?.toLowerCase())?.[1];
}

/** What lets a credential in that is nearly right. */
export const nearCredentialFaults: readonly Fault[] = [
  {
    id: 'access/keys-in-any-case',
    description: 'API keys are compared without regard to the case of their letters.',
    breaks: ['access/key-in-other-case-is-refused'],
    apply: (seams) => {
      const { identify } = seams.rules;
      seams.rules.identify = (credentials, call, world) => {
        const given = credentials.apiKey?.toLowerCase();
        const owner = world.state.users.find(({ apiKey }) => apiKey.toLowerCase() === given);
        return owner ?? identify(credentials, call, world);
      };
    },
  },
  {
    id: 'access/sessions-in-any-case',
    description: 'Session ids are compared without regard to the case of their letters.',
    breaks: ['access/session-in-other-case-is-refused'],
    apply: (seams) => {
      const { identify } = seams.rules;
      seams.rules.identify = (credentials, call, world) =>
        identify(credentials, call, world) ?? inAnyCase(world.state.sessions, credentials.sessionId);
    },
  },
  {
    id: 'access/tokens-in-any-case',
    description: 'Access tokens are compared without regard to the case of their letters.',
    breaks: ['access/token-in-other-case-is-refused'],
    apply: (seams) => {
      const { identify } = seams.rules;
      seams.rules.identify = (credentials, call, world) =>
        identify(credentials, call, world) ??
        inAnyCase(world.state.tokens, credentials.authorization?.split(' ')[1]);
    },
  },
  {
    id: 'access/session-by-its-beginning',
    description: 'A session is found by the first 16 characters of its id.',
    // One that has ended is still found.
    breaks: ['access/near-session-is-refused'],
    apply: (seams) => {
      const { identify } = seams.rules;
      seams.rules.identify = (credentials, call, world) =>
        identify(credentials, call, world) ?? byBeginning(world.state.sessions, credentials.sessionId);
    },
  },
  {
    id: 'access/token-by-its-beginning',
    description: 'An access token is found by its first 16 characters.',
    // One that has ended is still found.
    breaks: ['access/near-token-is-refused'],
    apply: (seams) => {
      const { identify } = seams.rules;
      seams.rules.identify = (credentials, call, world) =>
        identify(credentials, call, world) ??
        byBeginning(world.state.tokens, credentials.authorization?.split(' ')[1]);
    },
  },
];
