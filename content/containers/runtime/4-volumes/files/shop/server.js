import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { formatPrice } from '@shop/money';
import { asHtml, asText } from '@shop/page';

const { HOST = '127.0.0.1', PORT = '3000', SHOP_CURRENCY = 'EUR' } = process.env;
const configFile = new URL('./config/shop.json', import.meta.url);
const ordersFile = '/data/orders.txt';

function showShop(request) {
  const { name, products } = JSON.parse(readFileSync(configFile, 'utf8'));
  const rows = products.map((product) => [product.name, formatPrice(product.cents, SHOP_CURRENCY)]);
  const footer = `served by ${hostname()}`;
  const isBrowser = request.headers.accept?.includes('text/html');
  return isBrowser
    ? { type: 'text/html', body: asHtml(name, rows, footer) }
    : { type: 'text/plain', body: asText(name, rows, footer) };
}

/** One line for each order: what, and which container took it. */
async function takeOrder(request) {
  let item = '';
  for await (const chunk of request) item = (item + chunk).slice(0, 100);
  const line = `${item.replace(/\s+/g, ' ').trim() || 'nothing'}, taken by ${hostname()}\n`;
  appendFileSync(ordersFile, line);
  return line;
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://shop');
  if (pathname === '/health') return 'ok\n';
  if (pathname === '/orders' && request.method === 'POST') return await takeOrder(request);
  if (pathname === '/orders') return existsSync(ordersFile) ? readFileSync(ordersFile, 'utf8') : 'No orders\n';
  if (pathname === '/') {
    const { type, body } = showShop(request);
    response.setHeader('content-type', `${type}; charset=utf-8`);
    return body;
  }
  response.statusCode = 404;
  return 'No such page\n';
}

const server = createServer(async (request, response) => {
  try {
    response.end(await answer(request, response));
  } catch (error) {
    console.error(error.message);
    response.statusCode = 500;
    response.end(`The shop can’t do that: ${error.message}\n`);
  }
});

server.listen(Number(PORT), HOST, () => {
  console.log(`The shop is open on http://${HOST}:${PORT}, prices in ${SHOP_CURRENCY}`);
});

process.on('SIGTERM', () => {
  console.log('The shop closes');
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
