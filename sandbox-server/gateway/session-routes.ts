import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DrydockError } from '../errors.ts';
import { currentLearner, ensureLearner } from './identity.ts';
import { idSchema, parseBody } from './parse.ts';
import type { GatewayServices } from './services.ts';

const createBody = z.object({ lesson: idSchema });
const terminalBody = z.object({ machine: idSchema });
const sessionParams = z.object({ session: idSchema });
const terminalParams = z.object({ session: idSchema, terminal: idSchema });

export function sessionRoutes(app: FastifyInstance, services: GatewayServices): void {
  const registry = async () => {
    if (services.sessions !== undefined) return services.sessions;
    const { problem } = await services.status();
    throw new DrydockError('no-engine', problem === undefined ? {} : { detail: problem.message, fix: problem.fix });
  };
  const own = async (request: FastifyRequest) =>
    (await registry()).get(currentLearner(request, services), parseBody(sessionParams, request.params).session);

  app.post('/api/sessions', async (request, reply) => {
    const { lesson } = parseBody(createBody, request.body);
    const { session, isNew } = await (await registry()).create(ensureLearner(request, reply, services), lesson);
    return reply.code(isNew ? 201 : 200).send(session.view());
  });

  app.get('/api/sessions/:session', async (request) => (await own(request)).view());

  /** Answers at once; how it goes on comes over the events socket. */
  app.post('/api/sessions/:session/reset', async (request, reply) => {
    const session = await own(request);
    if (session.state !== 'ready') throw new DrydockError('not-ready');
    void session.reset();
    return reply.code(202).send(session.view());
  });

  app.post('/api/sessions/:session/extend', async (request) => {
    const session = await own(request);
    session.extend();
    return session.view();
  });

  app.delete('/api/sessions/:session', async (request) => {
    const session = await own(request);
    await session.stop();
    return session.view();
  });

  app.post('/api/sessions/:session/terminals', async (request, reply) => {
    const session = await own(request);
    return reply.code(201).send(await session.openTerminal(parseBody(terminalBody, request.body).machine));
  });

  app.delete('/api/sessions/:session/terminals/:terminal', async (request, reply) => {
    const session = await own(request);
    await session.closeTerminal(parseBody(terminalParams, request.params).terminal);
    return reply.code(204).send();
  });
}
