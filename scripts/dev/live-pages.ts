import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createProxyServer, proxyUpgrade } from 'httpxy';
import { z } from 'zod';
import type { PageServer } from '../../sandbox-server/gateway/page-server.ts';
import type { PagesReady } from './page-process.ts';

/** What the pages' own channel to the browser calls itself. */
const CHANNELS = /^vite-(hmr|ping)$/;
const ENTRY = join(import.meta.dirname, 'page-process.ts');

const ready: z.ZodType<PagesReady> = z.object({ port: z.int() });

export interface LivePagesOptions {
  /** The checkout whose pages these are. */
  root: string;
  /** Where its dependencies are installed. Default the same. */
  modules?: string;
  env: NodeJS.ProcessEnv;
}

/** Pages that follow their files: a server on a port of its own, to which requests are passed on. */
export class LivePages implements PageServer, AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #origin: string;
  readonly #proxy = createProxyServer({});

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#origin = `http://127.0.0.1:${port}`;
  }

  /** Rejects when the pages' server ends before it answers. */
  static async start({ root, modules = root, env }: LivePagesOptions): Promise<LivePages> {
    const child = fork(ENTRY, [root, modules], {
      cwd: root,
      env: { ...env, NODE_ENV: 'development', ASTRO_TELEMETRY_DISABLED: '1' },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`The pages’ server ended with ${String(code)} before it was ready; what it said is above.`);
    });
    const [message] = (await Promise.race([once(child, 'message'), ended])) as unknown[];
    ended.catch(() => undefined);
    return new LivePages(child, ready.parse(message).port);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    this.#proxy.web(request, response, { target: this.#origin }).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      response.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(
        `The pages’ server does not answer: ${error instanceof Error ? error.message : String(error)}.\nStart npm run dev again; labs go on.\n`,
      );
    });
  }

  isForPages({ headers }: IncomingMessage): boolean {
    return CHANNELS.test(headers['sec-websocket-protocol'] ?? '');
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    proxyUpgrade(this.#origin, request, socket, head).catch(() => socket.destroy());
  }

  /** Safe to call twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }
}
