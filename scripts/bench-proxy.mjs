// A proxy that makes the emulator behave like a distant or a strict cluster.
import http from 'node:http';
import { performance } from 'node:perf_hooks';

/**
 * @param latencyMs returns the delay of an answer
 * @param perSecond forwards this many requests per second; the others get 429
 */
export async function httpProxy(baseUrl, { latencyMs = () => 0, perSecond = Number.POSITIVE_INFINITY } = {}) {
  const { hostname, port, pathname } = new URL(baseUrl);
  const busy = busyTime();
  let second = 0;
  let inSecond = 0;
  const isTooMany = () => {
    const now = Math.floor(performance.now() / 1000);
    inSecond = now === second ? inSecond + 1 : 1;
    second = now;
    return inSecond > perSecond;
  };
  const server = http.createServer((request, response) => {
    busy.begins();
    response.once('close', busy.ends);
    if (isTooMany()) {
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1' });
      response.end('{"errorCode":"KTooManyRequests","message":"Too many requests."}');
      return;
    }
    const { method, url, headers } = request;
    const forward = http.request({ hostname, port, method, path: url, headers }, (answer) => {
      setTimeout(() => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      }, latencyMs());
    });
    forward.once('error', () => response.destroy());
    request.pipe(forward);
  });
  await listening(server);
  return {
    baseUrl: `http://127.0.0.1:${server.address().port}${pathname}`,
    busyMs: busy.ms,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function busyTime() {
  let open = 0;
  let since = 0;
  let sum = 0;
  return {
    begins: () => {
      if (open === 0) since = performance.now();
      open += 1;
    },
    ends: () => {
      open -= 1;
      if (open === 0) sum += performance.now() - since;
    },
    ms: () => sum,
  };
}

function listening(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
