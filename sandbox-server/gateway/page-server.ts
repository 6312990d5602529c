import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Makes pages when they are asked for, and tells open ones what has changed. */
export interface PageServer {
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Does this ask for its own channel to a page? */
  isForPages(request: IncomingMessage): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}
