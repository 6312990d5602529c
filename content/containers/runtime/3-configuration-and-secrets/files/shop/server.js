import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { formatPrice } from '@shop/money';
import { asHtml, asText } from '@shop/page';

const { HOST = '127.0.0.1', PORT = '3000', SHOP_CURRENCY = 'EUR', ADMIN_PASSWORD, ADMIN_PASSWORD_FILE } = process.env;
const configFile = new URL('./config/shop.json', import.meta.url);

function showShop(request) {
  const { name, products } = JSON.parse(readFileSync(configFile, 'utf8'));
  const rows = products.map((product) => [product.name, formatPrice(product.cents, SHOP_CURRENCY)]);
  const footer = `served by ${hostname()}`;
  const isBrowser = request.headers.accept?.includes('text/html');
  return isBrowser
    ? { type: 'text/html', body: asHtml(name, rows, footer) }
    : { type: 'text/plain', body: asText(name, rows, footer) };
}

/** Read at every login: a new password needs no restart. */
function adminPassword() {
  return ADMIN_PASSWORD_FILE ? readFileSync(ADMIN_PASSWORD_FILE, 'utf8').trim() : ADMIN_PASSWORD;
}

function showAdmin(request, response) {
  const password = adminPassword();
  if (!password) {
    response.statusCode = 503;
    response.end('No password is set, so nobody gets in\n');
    return;
  }
  const expected = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  response.statusCode = request.headers.authorization === expected ? 200 : 401;
  response.end(response.statusCode === 200 ? 'Welcome to the back office\n' : 'Wrong password\n');
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://shop');
  try {
    if (pathname === '/health') {
      response.end('ok\n');
    } else if (pathname === '/admin') {
      showAdmin(request, response);
    } else if (pathname === '/') {
      const { type, body } = showShop(request);
      response.setHeader('content-type', `${type}; charset=utf-8`);
      response.end(body);
    } else {
      response.statusCode = 404;
      response.end('No such page\n');
    }
  } catch (error) {
    console.error(error.message);
    response.statusCode = 500;
    response.end('Something is wrong with the shop. Its log says what.\n');
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
