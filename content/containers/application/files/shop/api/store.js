import { readFileSync } from 'node:fs';

const { DB_HOST, DB_NAME = 'shop', DB_USER = 'postgres', DB_PASSWORD, DB_PASSWORD_FILE } = process.env;

/** Where the orders are: in PostgreSQL where DB_HOST names one, otherwise in the memory of this process. */
export async function openStore() {
  if (!DB_HOST) return memoryStore();
  const store = await postgresStore();
  try {
    await store.check();
  } catch (error) {
    console.error(`No database on ${DB_HOST}: ${error.message}`);
    process.exit(1);
  }
  return store;
}

function memoryStore() {
  const products = [
    { id: 1, name: 'Rope, 10 m', cents: 1250 },
    { id: 2, name: 'Lantern', cents: 3400 },
    { id: 3, name: 'Sea chart', cents: 1890 },
  ];
  const orders = [];
  return {
    kind: 'memory',
    check: async () => undefined,
    products: async () => products,
    orders: async () => orders,
    order: async (product, quantity) => {
      const order = { id: orders.length + 1, product, quantity };
      orders.push(order);
      return order;
    },
    close: async () => undefined,
  };
}

async function postgresStore() {
  const { default: postgres } = await import('postgres');
  const sql = postgres({
    host: DB_HOST,
    database: DB_NAME,
    username: DB_USER,
    // A file is better than a variable: docker inspect does not show what is in it.
    password: DB_PASSWORD_FILE ? readFileSync(DB_PASSWORD_FILE, 'utf8').trim() : DB_PASSWORD,
    max: 5,
    connect_timeout: 2,
    backoff: () => 0.2,
  });
  return {
    kind: 'postgres',
    check: () => sql`select 1`,
    products: () => sql`select id, name, cents from products order by id`,
    orders: () => sql`select id, product, quantity from orders order by id`,
    order: async (product, quantity) => {
      const [order] = await sql`
        insert into orders (product, quantity) values (${product}, ${quantity}) returning id, product, quantity`;
      return order;
    },
    close: () => sql.end({ timeout: 2 }),
  };
}
