import { randomBytes } from 'node:crypto';
import { type Answer, type Call, Refusal, type World } from '../call.js';
import { bodyChecks } from '../checks.js';
import { challenges, header } from '../credentials.js';
import { asObject, text } from '../json.js';
import type { User } from '../state.js';
import { type Operation, required } from './operation.js';

export function firstStepFor(user: User, { state }: World): Answer {
  const sessionId = randomBytes(24).toString('base64url');
  state.firstSteps.set(sessionId, user);
  return { status: 201, headers: {}, body: { sessionId } };
}

function verifyUserOtp(call: Call, world: World): Answer {
  const body = asObject(call.body);
  const [otp, type] = [text(body, 'otp'), text(body, 'type')];
  const user = call.caller;
  if (user === undefined)
    throw new Refusal(401, 'KUnauthorized', 'A session is required.', challenges(world));
  if (otp === undefined || type === undefined) {
    throw new Refusal(400, 'KCodeMissing', 'A one-time code and its type are required.');
  }
  if (!world.rules.mechanismEnabled(type, world)) {
    throw new Refusal(401, 'KOtpTypeDisabled', 'Codes of this type are not enabled.', challenges(world));
  }
  if (!world.rules.secondStepRight(user, type, otp, world)) {
    throw new Refusal(401, 'KInvalidOtp', 'The one-time code is not valid.', challenges(world));
  }
  world.rules.finishLogin(header(call, 'session-id') ?? '', user, world);
  return { status: 200, headers: {}, body: { username: user.username, domain: user.domain } };
}

export const secondStepOperations = [
  {
    id: 'VerifyUserOtp',
    method: 'POST',
    path: '/users/verify-otp',
    since: '7.3.1',
    credential: 'needed',
    body: required(bodyChecks.userOtp),
    handle: verifyUserOtp,
  },
] as const satisfies readonly Operation[];
