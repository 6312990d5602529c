import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { formatPrice } from '@shop/money';
import { asHtml, asText } from '@shop/page';
import { search } from '@shop/search';

const { HOST = '127.0.0.1', PORT = '3000', SHOP_CURRENCY = 'EUR' } = process.env;
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

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://shop');
  if (pathname === '/health') {
    response.end('ok\n');
  } else if (pathname === '/') {
    const { type, body } = showShop(request);
    response.setHeader('content-type', `${type}; charset=utf-8`);
    response.end(body);
  } else if (pathname === '/search') {
    response.end(`Did you mean: ${search(searchParams.get('q') ?? '').join(', ')}?\n`);
  } else {
    response.statusCode = 404;
    response.end('No such page\n');
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
