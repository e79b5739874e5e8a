import { randomBytes } from 'node:crypto';
import { type Answer, type Call, noContent, Refusal, type World } from '../call.js';
import { bodyChecks } from '../checks.js';
import { attempt, mailNewCode, passwordOf, useLoginCode } from '../codes.js';
import { challenges, tokenType } from '../credentials.js';
import { asObject, type JsonObject, text } from '../json.js';
import type { User } from '../state.js';
import { type Operation, required } from './operation.js';
import { firstStepFor } from './second-step.js';

function createSession(call: Call, world: World): Answer {
  const body = asObject(call.body);
  const user = userByPassword(body, world);
  if (world.rules.asksForCode(user, world)) {
    if (world.rules.beginsLogin(body, world)) return firstStepFor(user, world);
    demandCode(user, body, world);
  }
  const sessionId = randomBytes(24).toString('base64url');
  world.state.sessions.set(sessionId, user);
  world.state.issuedAt.set(sessionId, world.clock.now());
  return { status: 201, headers: {}, body: { sessionId } };
}

function demandCode(user: User, body: JsonObject, world: World): void {
  const code = text(body, 'otpCode');
  const otpType = text(body, 'otpType');
  if (code === undefined || otpType === undefined) {
    throw unauthorised('KOtpRequired', 'A one-time code and its type are required.', world);
  }
  if (!world.rules.mechanismEnabled(otpType, world)) {
    throw unauthorised('KOtpTypeDisabled', 'Codes of this type are not enabled.', world);
  }
  if (!attempt(user.username, world, () => useLoginCode(user, otpType, code, world))) {
    throw unauthorised('KInvalidOtp', 'The one-time code is not valid.', world);
  }
}

/** DELETE /users/sessions ends the sessions of the user with this `sid`; without one, all sessions. */
function logOut(call: Call, world: World): Answer {
  const sid = call.query.get('sid');
  const caller = call.caller ?? world.state.admin;
  if (sid !== caller.sid && !caller.privileges.includes('CLUSTER_MODIFY')) {
    throw new Refusal(403, 'KForbidden', 'Ending the sessions of others needs the privilege CLUSTER_MODIFY.');
  }
  for (const sessions of [world.state.sessions, world.state.firstSteps])
    for (const [id, user] of sessions) if (sid === null || user.sid === sid) sessions.delete(id);
  return noContent();
}

function createAccessToken(call: Call, world: World): Answer {
  const user = userByPassword(asObject(call.body), world);
  if (!world.rules.tokenByPasswordAlone(user, world)) {
    world.rules.demandTokenCode(user, asObject(call.body), world);
  }
  const accessToken = randomBytes(24).toString('base64url');
  world.state.tokens.set(accessToken, user);
  world.state.issuedAt.set(accessToken, world.clock.now());
  return { status: 201, headers: {}, body: { accessToken, tokenType, privileges: [...user.privileges] } };
}

/** POST /email-otp mails a code to the user in the body; without one, to the caller. */
function createEmailOtp(call: Call, world: World): Answer {
  const body = asObject(call.body);
  const named = text(body, 'username') !== undefined || text(body, 'password') !== undefined;
  const user = named ? userByPassword(body, world) : call.caller;
  if (user === undefined) throw unauthorised('KUnauthorized', 'Credentials are required.', world);
  mailNewCode(user.username, user.email, call, world);
  return noContent();
}

function sendEmailOtp(call: Call, world: World): Answer {
  const user = call.caller ?? world.state.admin;
  mailNewCode(user.username, user.email, call, world);
  return noContent();
}

function userByPassword(body: JsonObject, world: World): User {
  const username = text(body, 'username');
  const domain = text(body, 'domain') ?? 'LOCAL';
  const user = world.state.users.find((known) => known.username === username && known.domain === domain);
  const isRight = () => user !== undefined && world.rules.passwordRight(user, text(body, 'password') ?? '');
  const mayGoOn = attempt(passwordOf(username), world, isRight, world.rules.passwordThrottle);
  if (user === undefined || !mayGoOn) {
    throw unauthorised('KInvalidCredentials', 'The username or password is wrong.', world);
  }
  return user;
}

function unauthorised(errorCode: string, message: string, world: World): Refusal {
  return new Refusal(401, errorCode, message, challenges(world));
}

export const loginOperations = [
  {
    id: 'CreateEmailOtp',
    method: 'POST',
    path: '/email-otp',
    credential: 'optional',
    body: { required: false, check: bodyChecks.emailOtp },
    handle: createEmailOtp,
    wrongStatus: ['email-otp', 200, 'email-otp/answers-204'],
  },
  {
    id: 'SendEmailOtp',
    method: 'POST',
    path: '/send-email-otp',
    credential: 'needed',
    slug: 'send-email-otp',
    handle: sendEmailOtp,
    wrongStatus: ['send-email-otp', 202, 'send-email-otp/answers-204'],
  },
  {
    id: 'CreateSession',
    method: 'POST',
    path: '/users/sessions',
    credential: 'ignored',
    body: required(bodyChecks.session),
    secret: true,
    handle: createSession,
    wrongStatus: ['create-session', 200, 'sessions/create-answers-201'],
  },
  { id: 'DeleteSession', method: 'DELETE', path: '/users/sessions', credential: 'needed', handle: logOut },
  {
    id: 'CreateAccessToken',
    method: 'POST',
    path: (release) => release.accessTokensPath,
    credential: 'ignored',
    body: required(bodyChecks.accessToken),
    secret: true,
    handle: createAccessToken,
    wrongStatus: ['create-access-token', 200, 'access-tokens/create-answers-201'],
  },
] as const satisfies readonly Operation[];
