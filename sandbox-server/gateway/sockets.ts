import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { LEARNER_COOKIE, learnerOf } from '../auth/learner.ts';
import { allowedHost, sameOrigin } from '../auth/origin.ts';
import { DrydockError, toDrydockError } from '../errors.ts';
import { CLOSE } from '../protocol/close-codes.ts';
import type { Session } from '../session/session.ts';
import { serveEvents } from './events-socket.ts';
import type { GatewayServices } from './services.ts';
import { serveTerminal } from './terminal-socket.ts';

/** The largest frame a page may send; the page cuts what is pasted into smaller ones. */
const MAX_FRAME_BYTES = 1024 * 1024;
/** A page has one events socket and one for each terminal; this allows a dozen tabs of it. */
const MAX_SOCKETS_PER_SESSION = 100;
/** A socket that answers no ping for this long is dead; also keeps proxies from cutting idle ones. */
const PING_EVERY_MS = 30_000;

const EVENTS = /^\/api\/sessions\/([a-z0-9]{1,64})\/events$/;
const TERMINAL = /^\/api\/sessions\/([a-z0-9]{1,64})\/terminals\/([a-z0-9]{1,64})\/stream$/;

type ParseCookies = (header: string) => Record<string, string | undefined>;

/** The WebSockets of the server. `close()` ends them all and is safe to call twice. */
export function serveSockets(server: Server, services: GatewayServices, parseCookies: ParseCookies): { close(): void } {
  const wss = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false });
  const alive = new WeakSet<WebSocket>();
  const perSession = new Map<string, number>();

  const pinger = setInterval(() => {
    for (const socket of wss.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, PING_EVERY_MS);
  pinger.unref();

  const accept = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    session: Session,
    serve: (ws: WebSocket) => void,
  ) => {
    const open = perSession.get(session.id) ?? 0;
    if (open >= MAX_SOCKETS_PER_SESSION) throw new DrydockError('too-many-sockets');
    perSession.set(session.id, open + 1);
    const gone = () => {
      const left = (perSession.get(session.id) ?? 1) - 1;
      if (left > 0) perSession.set(session.id, left);
      else perSession.delete(session.id);
    };
    socket.once('close', gone);
    wss.handleUpgrade(request, socket, head, (ws) => {
      alive.add(ws);
      ws.on('pong', () => alive.add(ws));
      ws.on('error', (error) => services.log.debug({ session: session.id, err: error }, 'a socket of a page failed'));
      serve(ws);
    });
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    try {
      const { session, terminal, url } = admit(request, services, parseCookies);
      accept(request, socket, head, session, (ws) => {
        if (terminal === undefined) serveEvents(ws, session);
        else serveTerminal(ws, session, terminal, url.searchParams, services.log);
      });
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

/** Whose session, which terminal? Throws what the handshake is refused with. */
function admit(
  request: IncomingMessage,
  services: GatewayServices,
  parseCookies: ParseCookies,
): { session: Session; terminal: string | undefined; url: URL } {
  const { headers } = request;
  if (!allowedHost(headers.host, services.config.host) || !sameOrigin(headers.origin, headers.host)) {
    throw new DrydockError('foreign-origin');
  }
  const url = new URL(request.url ?? '/', 'http://localhost');
  const events = EVENTS.exec(url.pathname);
  const terminal = TERMINAL.exec(url.pathname);
  const id = events?.[1] ?? terminal?.[1];
  if (id === undefined) throw new DrydockError('not-found');
  if (services.sessions === undefined) throw new DrydockError('no-engine');
  const learner = learnerOf(parseCookies(headers.cookie ?? '')[LEARNER_COOKIE]);
  const session = services.sessions.get(learner, id);
  if (terminal?.[2] !== undefined) session.terminal(terminal[2]);
  return { session, terminal: terminal?.[2], url };
}

function refuse(socket: Duplex, error: DrydockError): void {
  const body = JSON.stringify({ error: error.view() });
  socket.end(
    `HTTP/1.1 ${error.status} ${error.code}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
