import type { WebSocket } from 'ws';

/** What let a socket in. Without it, the socket is closed. */
export interface SocketPass {
  session: string;
  learner?: string;
  share?: string;
}

/** The WebSockets that are open, by what let them in. */
export class OpenSockets {
  readonly #open = new Map<WebSocket, SocketPass>();

  add(socket: WebSocket, pass: SocketPass): void {
    this.#open.set(socket, pass);
    socket.once('close', () => this.#open.delete(socket));
  }

  of(session: string): number {
    return [...this.#open.values()].filter((pass) => pass.session === session).length;
  }

  /** Closes those that this let in. */
  close(pass: Partial<SocketPass>, code: number, reason: string): void {
    const [[key, value] = []] = Object.entries(pass);
    for (const [socket, its] of this.#open) {
      if (key !== undefined && its[key as keyof SocketPass] === value) socket.close(code, reason);
    }
  }
}
