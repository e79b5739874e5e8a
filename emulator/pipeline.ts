import { randomUUID } from 'node:crypto';
import { type Answer, type Call, Refusal, type WireAnswer, type World } from './call.js';
import { problemsOf } from './checks.js';
import { challenges, credentialsOf, isAnonymous } from './credentials.js';
import type { Json } from './json.js';
import type { Operation } from './operations/operation.js';
import type { Seams } from './seams.js';

export async function respond(
  operation: Operation,
  call: Call,
  world: World,
  seams: Seams,
): Promise<WireAnswer> {
  return finish(() => operate(operation, call, world, seams), call, world, seams);
}

export async function refuse(refusal: Refusal, call: Call, world: World, seams: Seams): Promise<WireAnswer> {
  return finish(() => errorAnswer(refusal, world), call, world, seams);
}

function operate(operation: Operation, call: Call, world: World, seams: Seams): Answer {
  seams.applyInput(call, world);
  authenticate(operation, call, world);
  authorise(operation, call, world);
  if (call.content === undefined) throw new Refusal(413, 'KBodyTooLarge', 'The body is too large.');
  readBody(operation, call);
  seams.applyBody(call, world);
  checkBody(operation, call, world);
  const answer = operation.handle(call, world);
  if (operation.secret) answer.headers['cache-control'] = 'no-store';
  return answer;
}

async function finish(make: () => Answer, call: Call, world: World, seams: Seams): Promise<WireAnswer> {
  let answer: Answer;
  try {
    answer = make();
  } catch (error) {
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, 'KInternalError', 'The emulator failed.');
    answer = errorAnswer(refusal, world);
  }
  await seams.applyAnswer(answer, call, world);
  const wire = toWire(answer, world);
  seams.applyWire(wire, call, world);
  return wire;
}

function authenticate(operation: Operation, call: Call, world: World): void {
  if (operation.credential === 'ignored' || call.skip.has('authentication')) return;
  const credentials = credentialsOf(call, world);
  call.caller = world.rules.identify(credentials, call, world);
  if (call.caller !== undefined) return;
  if (operation.credential === 'optional' && isAnonymous(credentials)) return;
  throw new Refusal(401, 'KUnauthorized', 'A valid credential is required.', challenges(world));
}

function authorise(operation: Operation, call: Call, world: World): void {
  const { privilege } = operation;
  if (privilege === undefined || call.caller === undefined || call.skip.has('authorisation')) return;
  if (world.rules.mayCall(call.caller, privilege, call)) return;
  throw new Refusal(403, 'KForbidden', `This operation needs the privilege ${privilege}.`);
}

function readBody(operation: Operation, call: Call): void {
  if (operation.body === undefined || call.content === undefined || call.content.length === 0) return;
  const mediaType = call.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json' && !call.skip.has('media type')) {
    throw new Refusal(415, 'KUnsupportedMediaType', 'The body must be application/json.');
  }
  try {
    const parsed: Json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(call.content));
    call.body = parsed;
  } catch {
    if (!call.skip.has('checks')) throw new Refusal(400, 'KMalformedJson', 'The body is not valid JSON.');
  }
}

function checkBody(operation: Operation, call: Call, world: World): void {
  if (operation.body === undefined || call.skip.has('checks')) return;
  if (call.body === undefined) {
    if (operation.body.required) throw new Refusal(400, 'KBodyMissing', 'A body is required.');
    return;
  }
  const problems = problemsOf(call.body, operation.body.check, world.release);
  if (problems.length > 0) throw new Refusal(400, 'KInvalidBody', problems.join(' '));
}

function errorAnswer(refusal: Refusal, world: World): Answer {
  const body = {
    errorCode: refusal.errorCode,
    message: refusal.message,
    ...(world.release.taskLogId ? { taskLogId: randomUUID() } : {}),
  };
  return { status: refusal.status, headers: { ...refusal.headers }, body };
}

function toWire(answer: Answer, world: World): WireAnswer {
  const hasContent = answer.body !== undefined && answer.status !== 204;
  return {
    status: answer.status,
    headers: {
      date: world.clock.date().toUTCString(),
      ...(hasContent ? { 'content-type': 'application/json; charset=utf-8' } : {}),
      ...answer.headers,
    },
    content: hasContent ? Buffer.from(JSON.stringify(answer.body)) : undefined,
  };
}
