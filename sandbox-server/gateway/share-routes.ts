import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DrydockError } from '../errors.ts';
import { CLOSE } from '../protocol/close-codes.ts';
import type { ShareMade } from '../protocol/views.ts';
import { currentLearner } from './identity.ts';
import { idSchema, parseBody } from './parse.ts';
import type { GatewayServices } from './services.ts';
import { watchView } from './watch-socket.ts';

const sessionParams = z.object({ session: idSchema });
const shareParams = z.object({ session: idSchema, share: idSchema });
const shareBody = z.object({ mayType: z.boolean() });
const watchParams = z.object({ token: idSchema });

/** Links by which somebody else looks at a session's terminals, made and taken back by its learner. */
export function shareRoutes(app: FastifyInstance, services: GatewayServices): void {
  const { sessions, sockets } = services;
  if (sessions === undefined) return;
  const own = (request: FastifyRequest) =>
    sessions.get(currentLearner(request, services), parseBody(sessionParams, request.params).session);

  app.post('/api/sessions/:session/shares', async (request, reply) => {
    const { id, mayType, token } = own(request).shares.create(parseBody(shareBody, request.body).mayType);
    // Behind `#`: no server log and no referrer gets to know it.
    const made: ShareMade = { id, mayType, address: `/watch/#${token}` };
    return reply.code(201).send(made);
  });

  app.delete('/api/sessions/:session/shares/:share', async (request, reply) => {
    const { share } = parseBody(shareParams, request.params);
    if (!own(request).shares.revoke(share)) throw new DrydockError('not-found');
    sockets.close({ share }, CLOSE.revoked, 'the link was taken back');
    return reply.code(204).send();
  });

  app.get('/api/watch/:token', async (request) => {
    const { session, share } = sessions.shared(parseBody(watchParams, request.params).token);
    return watchView(session, share);
  });
}
