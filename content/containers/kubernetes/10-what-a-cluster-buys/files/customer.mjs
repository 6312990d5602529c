// A customer who looks at the products again and again, and tries once more when no answer comes in time.
// Prints for each look: when the answer came, how long that took, how many tries it needed, and who served it.
import { get } from 'node:http';

const SHOP = { host: process.env.WEB_SERVICE_HOST, port: process.env.WEB_SERVICE_PORT, path: '/api/products' };
const PATIENCE_MS = 500;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One try, over a connection of its own. */
function look() {
  return new Promise((resolve, reject) => {
    const options = { ...SHOP, agent: false, signal: AbortSignal.timeout(PATIENCE_MS) };
    const request = get(options, async (response) => {
      try {
        let text = '';
        for await (const chunk of response) text += chunk;
        if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
        resolve(JSON.parse(text).servedBy);
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
  });
}

for (;;) {
  const begun = Date.now();
  let tries = 0;
  let servedBy;
  while (servedBy === undefined) {
    tries++;
    servedBy = await look().catch(() => wait(100));
  }
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  console.log(`${new Date().toISOString()} ${seconds} s, ${tries} ${tries === 1 ? 'try' : 'tries'}, ${servedBy}`);
  await wait(300);
}
