import type { Readable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Call, Refusal, type World } from './call.js';
import { createListener } from './listener.js';
import { operationsOf } from './operations/table.js';
import { refuse, respond } from './pipeline.js';
import type { Seams } from './seams.js';
import { bytesOf, send } from './wire.js';

export const root = '/v2';

/** The server reads an oversized body up to this size and discards it, so that the client gets the refusal. */
const drainedAtMost = 64 * 1024 * 1024;

export function createServer(
  world: World,
  seams: Seams,
  tls: { readonly key: string; readonly cert: string } | undefined,
): FastifyInstance {
  const refuseRequest = async (
    refusal: Refusal,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> => send(await refuse(refusal, callOf(request, null), world, seams), reply);
  const refuseError = (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> =>
    refuseRequest(refusalOf(error), request, reply);

  const fastify = Fastify({
    serverFactory: (handler) => createListener(handler, tls, world.rules.connection),
    forceCloseConnections: true,
    frameworkErrors: refuseError,
    clientErrorHandler: (error, socket) => {
      if (!socket.writable) return socket.destroy();
      const call: Call = { ...emptyCall, rawHeaders: [], headers: {}, skip: new Set(), connection: socket };
      const refusal = new Refusal(
        error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400,
        'KBadRequest',
        'This is not an HTTP request.',
      );
      refuse(refusal, call, world, seams).then(
        (answer) => socket.end(bytesOf(answer, 'GET')),
        () => socket.destroy(),
      );
    },
  });
  fastify.setErrorHandler(refuseError);

  // The pipeline reads bodies itself, because it must check the credential first.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, payload, done) => {
    collect(payload, world.rules.largestBody).then((content) => done(null, content), done);
  });

  const restart = restarting(fastify);

  const operations = operationsOf(world.release).filter(({ id }) => !world.rules.absent.has(id));
  const allowed = new Map<string, string[]>();
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const here = operations.filter((operation) => operation.path === path);
    const methods = here.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    allowed.set(root + path, methods);
    for (const operation of here) {
      fastify.route({
        method: operation.method === 'GET' ? ['GET', 'HEAD'] : operation.method,
        url: root + path,
        exposeHeadRoute: false,
        handler: async (request, reply) => {
          const wasOn = world.state.cluster.enabled;
          await send(await respond(operation, callOf(request, operation.id), world, seams), reply);
          if (world.state.cluster.enabled !== wasOn) restart(world.rules.restartMs);
        },
      });
    }
  }
  fastify.setNotFoundHandler((request, reply) => {
    const methods = allowed.get(pathOf(request.url));
    return refuseRequest(
      methods === undefined
        ? new Refusal(404, 'KNotFound', 'There is no such resource.')
        : new Refusal(405, 'KMethodNotAllowed', 'The method is not allowed here.', {
            allow: methods.join(', '),
          }),
      request,
      reply,
    );
  });
  return fastify;
}

/** Returns a function that takes the server down for a time. Connections close once their current answers are sent. */
function restarting(fastify: FastifyInstance): (awayMs: number) => void {
  const { server } = fastify;
  let timers: NodeJS.Timeout[] = [];
  fastify.addHook('onClose', async () => timers.forEach(clearTimeout));
  return (awayMs) => {
    const at = server.address();
    if (awayMs === 0 || at === null || typeof at === 'string') return;
    server.close();
    server.closeIdleConnections();
    timers = [
      setTimeout(() => server.closeAllConnections(), awayMs / 2),
      setTimeout(() => server.listen({ host: at.address, port: at.port }), awayMs),
    ];
  };
}

function callOf(request: FastifyRequest, operation: Call['operation']): Call {
  return {
    operation,
    method: request.method,
    path: pathOf(request.url),
    query: new URLSearchParams(request.url.split('?')[1] ?? ''),
    headers: request.headers,
    rawHeaders: request.raw.rawHeaders,
    content: contentOf(request.body),
    body: undefined,
    caller: undefined,
    skip: new Set(),
    connection: request.raw.socket,
  };
}

const tooLarge = Symbol('too large');

function contentOf(body: unknown): Buffer | undefined {
  if (Buffer.isBuffer(body)) return body;
  return body === tooLarge ? undefined : Buffer.alloc(0);
}

async function collect(payload: Readable, largest: number): Promise<Buffer | typeof tooLarge> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of payload) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > drainedAtMost) break;
    if (length <= largest) chunks.push(bytes);
  }
  return length > largest ? tooLarge : Buffer.concat(chunks);
}

const emptyCall = {
  operation: null,
  method: '',
  path: '',
  query: new URLSearchParams(),
  content: undefined,
  body: undefined,
  caller: undefined,
} as const;

function pathOf(url: string): string {
  return url.split('?')[0] ?? url;
}

function refusalOf(error: unknown): Refusal {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500
    ? new Refusal(status, 'KBadRequest', 'The request is not acceptable.')
    : new Refusal(500, 'KInternalError', 'The emulator failed.');
}
