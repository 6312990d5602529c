const element = (id) => document.getElementById(id);
const euros = (cents) => (cents / 100).toLocaleString('en', { style: 'currency', currency: 'EUR' });

async function ask(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  return response.json();
}

function productRow(product) {
  const row = document.createElement('li');
  const [name, price, order] = ['span', 'span', 'button'].map((tag) => document.createElement(tag));
  name.textContent = product.name;
  price.textContent = euros(product.cents);
  order.textContent = 'Order';
  order.onclick = async () => {
    await ask('api/orders', { method: 'POST', body: JSON.stringify({ product: product.id }) });
    await show();
  };
  row.append(name, price, order);
  return row;
}

async function show() {
  try {
    const { products, servedBy, version } = await ask('api/products');
    const { orders } = await ask('api/orders');
    element('products').replaceChildren(...products.map(productRow));
    element('orders').textContent = orders.length === 1 ? '1 order' : `${orders.length} orders`;
    element('servedBy').textContent = `API ${version}, served by ${servedBy}`;
  } catch (error) {
    element('orders').textContent = `The shop cannot take orders now: ${error.message}`;
  }
}

await show();
