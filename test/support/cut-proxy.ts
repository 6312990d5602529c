import { createServer, connect, type Server, type Socket } from 'node:net';

const WEB_SOCKET = /^GET [\s\S]*\r\nupgrade: websocket\r\n/i;
const HEAD_BYTES = 8192;

/** A way to a server that can be cut: what is open hears nothing any more, as when a laptop sleeps or loses its network. */
export class CutProxy implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #state: { cut: boolean };

  private constructor(url: string, server: Server, sockets: Set<Socket>, state: { cut: boolean }) {
    this.url = url;
    this.#server = server;
    this.#sockets = sockets;
    this.#state = state;
  }

  static async to(url: string): Promise<CutProxy> {
    const sockets = new Set<Socket>();
    const state = { cut: false };
    const server = createServer((from) => {
      if (state.cut) {
        from.destroy();
        return;
      }
      let isWebSocket = false;
      const to = connect(Number(new URL(url).port), '127.0.0.1');
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        sockets.add(one);
        one.on('data', (chunk: Buffer) => {
          if (WEB_SOCKET.test(chunk.toString('latin1', 0, HEAD_BYTES))) isWebSocket = true;
          if (sockets.has(one)) other.write(chunk);
          else if (!state.cut && !isWebSocket) one.resetAndDestroy();
        });
        one.on('close', () => {
          if (sockets.delete(one)) other.destroy();
        });
        one.on('error', () => one.destroy());
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return new CutProxy(`http://127.0.0.1:${port}`, server, sockets, state);
  }

  /** Nothing comes through, and nobody is told. */
  cut(): void {
    this.#state.cut = true;
    this.#sockets.clear();
  }

  /**
   * New connections come through again. Of those of before, WebSockets stay dead; others are reset when they are used, as by a host that
   * does not know them: a browser would wait for minutes on a silent one that it kept for later.
   */
  mend(): void {
    this.#state.cut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.resolve();
  }
}
