import type { FastifyInstance } from 'fastify';
import type { GatewayServices } from './services.ts';

export function statusRoutes(app: FastifyInstance, services: GatewayServices): void {
  app.get('/healthz', async () => ({ ok: true }));

  /** Ready: the site is served, and labs can start unless there is no engine at all. */
  app.get('/readyz', async (_request, reply) => {
    const status = await services.status();
    const ready = status.labs === 'available' || services.sessions === undefined;
    return reply.code(ready ? 200 : 503).send({ ready, ...status });
  });

  app.get('/api/status', async () => services.status());
}
