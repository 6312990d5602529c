import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { allowedHost } from '../auth/origin.ts';
import { DrydockError, toDrydockError } from '../errors.ts';
import { CLOSE } from '../protocol/close-codes.ts';
import { admit, type Admitted, type ParseCookies } from './admission.ts';
import { serveEvents } from './events-socket.ts';
import { FrameBudget } from './frame-budget.ts';
import type { GatewayServices } from './services.ts';
import { serveTerminal } from './terminal-socket.ts';
import { serveWatch } from './watch-socket.ts';

/** The largest frame a page may send; the page cuts what is pasted into far smaller ones. */
const MAX_FRAME_BYTES = 1024 * 1024;
/** Browsers cut large frames into a few pieces; ours are too small even for that. */
const MAX_FRAGMENTS = 64;
/** Pieces that have arrived of a frame that is not yet whole: a frame comes in a few segments. */
const MAX_BUFFERED_CHUNKS = 4_096;
/** A page has one events socket and one for each terminal; this allows a dozen tabs of it. */
const MAX_SOCKETS_PER_SESSION = 100;
/** A socket that answers no ping for this long is dead; also keeps proxies from cutting idle ones. */
const PING_EVERY_MS = 30_000;
/**
 * A page answers a goodbye at once. One whose laptop sleeps never does, and must not hold up a server that ends; milliseconds. An object,
 * since the types of ws do not know this option yet.
 */
const GOODBYE = { closeTimeout: 1_000 };

/** The WebSockets of the server. `close()` ends them all and is safe to call twice. */
export function serveSockets(server: Server, services: GatewayServices, parseCookies: ParseCookies): { close(): void } {
  const { sockets, log } = services;
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_BUFFERED_CHUNKS,
    ...GOODBYE,
    // What a terminal prints is small or comes in a flood; compressing either costs more than it saves.
    perMessageDeflate: false,
  });
  const alive = new WeakSet<WebSocket>();

  const pinger = setInterval(() => {
    for (const socket of wss.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, PING_EVERY_MS);
  pinger.unref();

  const serve = (ws: WebSocket, { session, terminal, share, pass, query }: Admitted) => {
    const budget = new FrameBudget(performance.now());
    alive.add(ws);
    sockets.add(ws, pass);
    ws.on('pong', () => alive.add(ws));
    ws.on('error', (error) => log.debug({ session: session.id, err: error }, 'a socket of a page failed'));
    ws.on('message', () => {
      if (budget.take(performance.now())) return;
      // What is still under way is not looked at.
      ws.removeAllListeners('message');
      ws.close(CLOSE.tooMany, 'too many frames');
    });
    const readOnly = share === undefined ? query.get('readonly') === '1' : !share.mayType;
    if (terminal !== undefined) serveTerminal(ws, { session, terminal, query, readOnly }, log);
    else if (share === undefined) serveEvents(ws, session);
    else serveWatch(ws, session, share);
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (services.pages?.isForPages(request) === true && allowedHost(request.headers.host, services.config.host)) {
      services.pages.upgrade(request, socket, head);
      return;
    }
    try {
      const admitted = admit(request, services, parseCookies);
      if (sockets.of(admitted.session.id) >= MAX_SOCKETS_PER_SESSION) throw new DrydockError('too-many-sockets');
      wss.handleUpgrade(request, socket, head, (ws) => serve(ws, admitted));
    } catch (error) {
      refuse(socket, toDrydockError(error));
    }
  };
  server.on('upgrade', onUpgrade);

  return {
    close: () => {
      clearInterval(pinger);
      server.off('upgrade', onUpgrade);
      for (const socket of wss.clients) socket.close(CLOSE.restarting, 'the server restarts');
      wss.close();
    },
  };
}

function refuse(socket: Duplex, error: DrydockError): void {
  const body = JSON.stringify({ error: error.view() });
  socket.end(
    `HTTP/1.1 ${error.status} ${error.code}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
