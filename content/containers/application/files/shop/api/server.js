import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { debug } from './debug.js';
import { openStore } from './store.js';

const { HOST = '0.0.0.0', PORT = '3000', VERSION = '0.0.0' } = process.env;
const store = await openStore();
const state = { healthy: true, busy: false, closing: false };

const routes = {
  // What customers use.
  'GET /api/products': async () => [200, { products: await store.products(), servedBy: hostname(), version: VERSION }],
  'GET /api/orders': async () => [200, { orders: await store.orders(), servedBy: hostname() }],
  'POST /api/orders': async (body) => [201, await store.order(body.product, body.quantity ?? 1)],
  'GET /api/about': () => [200, { servedBy: hostname(), version: VERSION, store: store.kind }],

  // Am I alive? If not, a restart may help.
  'GET /healthz': () => (state.healthy ? [200, 'ok'] : [503, 'failing']),

  // Can I serve now? If not, a restart would not help: send customers elsewhere until I can.
  'GET /readyz': async () => {
    if (state.closing) return [503, 'closing'];
    if (state.busy) return [503, 'busy'];
    return store.check().then(
      () => [200, 'ready'],
      (error) => [503, `the database does not answer: ${error.message}`],
    );
  },
  ...debug(state),
};

async function answer(request) {
  const route = routes[`${request.method} ${new URL(request.url, 'http://api').pathname}`];
  if (!route) return [404, 'No such page'];
  let text = '';
  for await (const chunk of request) text += chunk;
  return route(text === '' ? {} : JSON.parse(text));
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request).catch((error) => [500, { error: error.message, servedBy: hostname() }]);
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
  response.end(`${isText ? body : JSON.stringify(body)}\n`);
});

server.listen(Number(PORT), HOST, () => {
  console.log(`API ${VERSION} on port ${PORT}, orders in ${store.kind}`);
});

// Somebody asks politely: finish what was begun, take nothing new, then go.
process.on('SIGTERM', () => {
  console.log('The API closes');
  state.closing = true;
  server.close(async () => {
    await store.close();
    process.exit(0);
  });
  server.closeIdleConnections();
});
