import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ClusterAccess } from '../../sandbox-server/cluster/cluster.ts';
import { CERTIFICATE, KEY } from './tls.ts';

/** How a request is answered: a status with what it says, or by hand. */
export type Answer =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | ((request: IncomingMessage, response: ServerResponse) => void);

/** An HTTPS server in the place of an API server. `answer` is asked for every request, as `GET /path`. */
export async function fakeApiServer(answer: (request: string, count: number) => Answer) {
  const requests: string[] = [];
  const server = createServer({ cert: CERTIFICATE, key: KEY }, (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'https://kubernetes');
    const asked = `${request.method} ${pathname}`;
    requests.push(asked);
    // As Go's servers, it says nothing of how long it keeps a connection.
    response.setHeader('connection', 'keep-alive');
    request.resume();
    const given = answer(asked, requests.filter((one) => one === asked).length);
    if (typeof given === 'function') return given(request, response);
    response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers });
    response.end(given.body === undefined ? undefined : JSON.stringify(given.body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const access: ClusterAccess = {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authority: CERTIFICATE,
    certificate: CERTIFICATE,
    key: KEY,
  };
  return {
    access,
    requests,
    server,
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
