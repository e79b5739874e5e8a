import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from './clock.js';
import { isObject, type Json, own } from './json.js';
import { readStartState } from './start-state.js';
import type { StartState, State } from './state.js';

export interface Controlled {
  readonly clock: Clock;
  readonly state: State;
  reset(start: StartState | undefined): void;
}

/** The control port for tests, on loopback. The caller makes it listen. */
export function createControl(controlled: Controlled): http.Server {
  // On a busy machine, a client may use an idle connection just when a shorter limit closes it.
  return http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    handle(request, controlled).then(
      ({ status, body }) => answer(response, status, body),
      () => answer(response, 400, { message: 'The request could not be read.' }),
    );
  });
}

async function handle(request: IncomingMessage, controlled: Controlled) {
  const body = await bodyOf(request);
  switch (`${request.method} ${request.url}`) {
    case 'GET /clock':
      return clock(controlled);
    case 'POST /clock': {
      const ms = isObject(body) ? own(body, 'advanceMs') : undefined;
      if (typeof ms !== 'number' || !(ms >= 0) || !Number.isFinite(controlled.clock.now() + ms)) {
        return { status: 400, body: { message: 'advanceMs must be a number of milliseconds, 0 or more.' } };
      }
      controlled.clock.advance(ms);
      return clock(controlled);
    }
    case 'GET /state':
      return { status: 200, body: visible(controlled.state) };
    case 'POST /reset': {
      const start = body === undefined ? undefined : readStartState(body);
      if (typeof start === 'string') return { status: 400, body: { message: start } };
      controlled.reset(start);
      return { status: 200, body: visible(controlled.state) };
    }
    default:
      return { status: 404, body: { message: 'GET or POST /clock, GET /state, POST /reset' } };
  }
}

function clock(controlled: Controlled) {
  return { status: 200, body: { now: controlled.clock.date().toISOString() } };
}

function visible({ cluster, support }: State): Json {
  const { enabled, mfaType, email, verification } = support;
  return {
    cluster: { ...cluster },
    support: { enabled, mfaType, email, otpVerificationState: verification },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Json | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}

function answer(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
