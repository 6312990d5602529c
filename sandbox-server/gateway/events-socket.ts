import type { WebSocket } from 'ws';
import { z } from 'zod';
import { DrydockError, toDrydockError } from '../errors.ts';
import { CLOSE } from '../protocol/close-codes.ts';
import type { SessionServerMessage } from '../protocol/events.ts';
import type { Session } from '../session/session.ts';
import { isFinal } from '../session/state.ts';
import { parseMessage } from './messages.ts';

/** A page that lags by this much gets no more pictures until it has caught up; states and verdicts it always gets. */
const MAX_LIVE_BUFFER_BYTES = 256 * 1024;
/** And one that lags by this much is gone. */
const MAX_BUFFER_BYTES = 4 * 1024 * 1024;

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('live'), on: z.boolean() }),
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('check'), task: z.string().max(100) }),
  z.object({ type: z.literal('answer'), task: z.string().max(100), value: z.string().max(1_000) }),
]);

/** The events of one session to one page. */
export function serveEvents(ws: WebSocket, session: Session): void {
  const send = (out: SessionServerMessage) => {
    if (ws.readyState !== ws.OPEN) return;
    if (ws.bufferedAmount > MAX_BUFFER_BYTES) ws.terminate();
    else if (out.type !== 'live' || ws.bufferedAmount <= MAX_LIVE_BUFFER_BYTES) ws.send(JSON.stringify(out));
  };
  const subscription = session.subscribe((out) => {
    send(out);
    if (out.type === 'session' && isFinal(out.session.state)) ws.close(CLOSE.ended, 'the lab has ended');
  });
  ws.on('close', () => subscription[Symbol.dispose]());
  ws.on('message', (data, isBinary) => {
    const parsed = parseMessage(message, data, isBinary);
    if (parsed === undefined) {
      ws.close(CLOSE.badFrame, new DrydockError('bad-frame').message);
      return;
    }
    try {
      if (parsed.type === 'ping') send({ type: 'pong' });
      else if (parsed.type === 'live') subscription.setLive(parsed.on);
      else if (parsed.type === 'check') session.check(parsed.task);
      else session.answer(parsed.task, parsed.value);
    } catch (error) {
      send({ type: 'error', error: toDrydockError(error).view() });
    }
  });
}
