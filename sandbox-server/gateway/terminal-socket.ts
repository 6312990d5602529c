import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { toDrydockError } from '../errors.ts';
import type { Log } from '../log.ts';
import { CLOSE } from '../protocol/close-codes.ts';
import { MAX_REPLY_CHARS, type TerminalServerMessage } from '../protocol/terminal.ts';
import type { Session } from '../session/session.ts';
import type { Viewer, ViewerSink } from '../terminal/viewer.ts';
import { parseMessage, toBuffer } from './messages.ts';

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('resize'), cols: z.number(), rows: z.number() }),
  z.object({ type: z.literal('ack'), offset: z.number().int().nonnegative() }),
  z.object({ type: z.literal('looking'), on: z.boolean() }),
  z.object({ type: z.literal('reply'), data: z.string().max(MAX_REPLY_CHARS) }),
  z.object({ type: z.literal('ping') }),
]);

/** An honest page acknowledges what it has parsed and never gets this far ahead; one that acknowledges unread bytes does. */
const MAX_BUFFER_BYTES = 2 * 1024 * 1024;

export interface TerminalVisit {
  session: Session;
  terminal: string;
  query: URLSearchParams;
  readOnly: boolean;
}

/** One page's view of one terminal. */
export function serveTerminal(ws: WebSocket, visit: TerminalVisit, log: Log): void {
  const { session, terminal: id, query, readOnly } = visit;
  const terminal = session.terminal(id);
  const send = (out: TerminalServerMessage) => {
    if (ws.bufferedAmount > MAX_BUFFER_BYTES) ws.terminate();
    else if (ws.readyState === ws.OPEN) ws.send(JSON.stringify(out));
  };
  const sink: ViewerSink = {
    bytes: (chunk) => {
      if (ws.bufferedAmount > MAX_BUFFER_BYTES) ws.terminate();
      else ws.send(chunk, { binary: true });
    },
    message: send,
    close: (code, reason) => ws.close(code, reason),
  };
  const serve = () => {
    if (ws.readyState !== ws.OPEN) return;
    if (terminal.ended) {
      ws.close(CLOSE.ended, 'the terminal was closed');
      return;
    }
    const viewer = terminal.attach(sink, { readOnly, ...resumeFrom(query) });
    ws.on('close', () => terminal.detach(viewer));
    ws.on('message', (data, isBinary) => onMessage(viewer, data, isBinary));
    ws.resume();
  };
  const onMessage = (viewer: Viewer, data: RawData, isBinary: boolean) => {
    if (isBinary) {
      terminal.input(viewer, toBuffer(data));
      return;
    }
    const parsed = parseMessage(message, data, isBinary);
    switch (parsed?.type) {
      case 'resize':
        terminal.resize(viewer, parsed.cols, parsed.rows);
        break;
      case 'ack':
        terminal.ack(viewer, parsed.offset);
        break;
      case 'looking':
        terminal.looking(viewer, parsed.on);
        break;
      case 'reply':
        terminal.reply(viewer, parsed.data);
        break;
      case 'ping':
        send({ type: 'pong' });
        break;
      case undefined:
        ws.close(CLOSE.badFrame, 'a text frame was not of the protocol');
        break;
    }
  };
  // What the page sends before the shell is there waits in its socket.
  ws.pause();
  terminal.open().then(serve, (error: unknown) => {
    const known = toDrydockError(error, 'sandbox-lost');
    log.warn({ session: session.id, terminal: id, err: error }, 'could not open the terminal');
    send({ type: 'error', ...known.view() });
    ws.resume();
    ws.close(CLOSE.sandboxGone, known.code);
  });
}

function resumeFrom(query: URLSearchParams): { resume?: { epoch: string; offset: number } } {
  const epoch = query.get('epoch');
  const offset = Number(query.get('offset'));
  return epoch !== null && Number.isSafeInteger(offset) && offset >= 0 ? { resume: { epoch, offset } } : {};
}
