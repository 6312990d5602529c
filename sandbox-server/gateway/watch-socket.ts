import type { WebSocket } from 'ws';
import { z } from 'zod';
import { DrydockError } from '../errors.ts';
import { CLOSE } from '../protocol/close-codes.ts';
import type { WatchServerMessage, WatchView } from '../protocol/watch.ts';
import type { Session } from '../session/session.ts';
import type { Share } from '../session/shares.ts';
import { isFinal } from '../session/state.ts';
import { parseMessage } from './messages.ts';

const message = z.object({ type: z.literal('ping') });

/** What a link shows of a session, to one page. */
export function serveWatch(ws: WebSocket, session: Session, share: Share): void {
  const send = (out: WatchServerMessage) => {
    if (ws.readyState === ws.OPEN) ws.send(JSON.stringify(out));
  };
  let said = '';
  const watching = session.shares.watch(share.id);
  const subscription = session.subscribe(() => {
    const watch = watchView(session, share);
    const text = JSON.stringify(watch);
    if (text === said) return;
    said = text;
    send({ type: 'watch', watch });
    if (isFinal(watch.state)) ws.close(CLOSE.ended, 'the lab has ended');
  });
  ws.on('close', () => {
    subscription[Symbol.dispose]();
    watching[Symbol.dispose]();
  });
  ws.on('message', (data, isBinary) => {
    if (parseMessage(message, data, isBinary)) send({ type: 'pong' });
    else ws.close(CLOSE.badFrame, new DrydockError('bad-frame').message);
  });
}

export function watchView(session: Session, { mayType }: Share): WatchView {
  const { lesson, state, terminals } = session.view();
  return { lesson, state, terminals, mayType };
}
