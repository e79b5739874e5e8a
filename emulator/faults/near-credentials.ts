import type { Credentials } from '../call.js';
import { alsoKnows } from '../deviations.js';
import { type Fault, faultsOf } from '../seams.js';
import type { User } from '../state.js';

function byBeginning(known: ReadonlyMap<string, User>, id: string | undefined): User | undefined {
  if (id === undefined) return undefined;
  return [...known].find(([other]) => other.slice(0, 16) === id.slice(0, 16))?.[1];
}

function inAnyCase(known: ReadonlyMap<string, User>, id: string | undefined): User | undefined {
  return [...known].find(([other]) => other !== id && other.toLowerCase() === id?.toLowerCase())?.[1];
}

/** The token of a Bearer authorization. */
const tokenOf = ({ authorization }: Credentials) => authorization?.split(' ')[1];

/** The target accepts a credential that is almost right. */
export const nearCredentialFaults: readonly Fault[] = faultsOf({
  'access/keys-in-any-case': {
    description: 'API keys are compared without regard to case.',
    breaks: ['access/key-in-other-case-is-refused'],
    apply: alsoKnows(({ apiKey: given }, _call, { state }) =>
      state.users.find(({ apiKey }) => apiKey.toLowerCase() === given?.toLowerCase()),
    ),
  },
  'access/sessions-in-any-case': {
    description: 'Session ids are compared without regard to case.',
    breaks: ['access/session-in-other-case-is-refused'],
    apply: alsoKnows(({ sessionId }, _call, { state }) => inAnyCase(state.sessions, sessionId)),
  },
  'access/tokens-in-any-case': {
    description: 'Access tokens are compared without regard to case.',
    breaks: ['access/token-in-other-case-is-refused'],
    apply: alsoKnows((given, _call, { state }) => inAnyCase(state.tokens, tokenOf(given))),
  },
  'access/session-by-its-beginning': {
    description: 'A session is found by the first 16 characters of its id.',
    breaks: ['access/near-session-is-refused'],
    apply: alsoKnows(({ sessionId }, _call, { state }) => byBeginning(state.sessions, sessionId)),
  },
  'access/token-by-its-beginning': {
    description: 'An access token is found by its first 16 characters.',
    breaks: ['access/near-token-is-refused'],
    apply: alsoKnows((given, _call, { state }) => byBeginning(state.tokens, tokenOf(given))),
  },
});
