import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * The network between a browser and the server. Cut, it says nothing to either side, as a lost network does: no end, no
 * reset, just silence.
 */
export class SilentProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #cut = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(url: string): Promise<SilentProxy> {
    const target = new URL(url);
    const server = createServer();
    const proxy = new SilentProxy(server);
    server.on('connection', (near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const [from, into] of [
        [near, far],
        [far, near],
      ] as const) {
        proxy.#open.add(from);
        from.on('data', (chunk) => {
          if (!proxy.#cut) into.write(chunk);
        });
        from.on('error', () => from.destroy());
        from.on('close', () => {
          proxy.#open.delete(from);
          if (!proxy.#cut) into.destroy();
        });
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.#cut = true;
  }

  /** The network is back; connections of before are dead. */
  mend(): void {
    for (const socket of this.#open) socket.destroy();
    this.#cut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mend();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
