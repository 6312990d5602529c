import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';

/** Stands before the engine: taking it away is the engine going away, without harm to anybody else who uses it. */
export class EngineProxy implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'drydock-proxy-'));
  readonly socketPath = join(this.#folder, 'engine.sock');
  readonly #open = new Set<Socket>();
  #server: Server | undefined;

  get dockerodeOptions(): object {
    return { socketPath: this.socketPath };
  }

  async appear(): Promise<void> {
    const { socketPath, host, port } = inject('dockerodeOptions') as {
      socketPath?: string;
      host?: string;
      port?: number;
    };
    this.#server = createServer({ allowHalfOpen: true }, (inside) => {
      const outside =
        socketPath === undefined
          ? connect({ host: host ?? 'localhost', port: port ?? 2375, allowHalfOpen: true })
          : connect({ path: socketPath, allowHalfOpen: true });
      for (const [one, other] of [
        [inside, outside],
        [outside, inside],
      ] as const) {
        this.#open.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#open.delete(one);
          other.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.socketPath, resolve));
  }

  async vanish(): Promise<void> {
    const gone = new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
    for (const socket of this.#open) socket.destroy();
    await gone;
    rmSync(this.socketPath, { force: true });
    this.#server = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.vanish();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
