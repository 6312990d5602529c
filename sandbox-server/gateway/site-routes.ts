import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DrydockError } from '../errors.ts';
import { strayRequest } from './preview-routes.ts';
import type { PageServer } from './page-server.ts';
import type { GatewayServices } from './services.ts';

/** Names under this folder carry a hash of their content. */
const HASHED = '/_astro/';

/** The built site, with its own page for what is not there. Files that were compressed when built are sent that way. */
export async function siteRoutes(app: FastifyInstance, { config, pages }: GatewayServices): Promise<void> {
  if (pages !== undefined) {
    pagesAsTheyAreWritten(app, pages);
    return;
  }
  const notFoundPage = join(config.siteDir, '404.html');
  const built = existsSync(config.siteDir);
  if (built) {
    await app.register(fastifyStatic, {
      root: config.siteDir,
      preCompressed: true,
      redirect: true,
      dotfiles: 'ignore',
      setHeaders: (reply, path) => {
        const hashed = path.includes(HASHED);
        reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    const preview = strayRequest(request.url, request.headers.referer);
    if (preview !== undefined) return reply.redirect(preview, 307);
    const wantsPage = (request.headers.accept ?? '').includes('text/html') && !request.url.startsWith('/api/');
    if (!wantsPage) throw new DrydockError('not-found');
    if (!built) throw new DrydockError('site-missing');
    if (!existsSync(notFoundPage)) throw new DrydockError('not-found');
    return reply.code(404).type('text/html; charset=utf-8').send(readFileSync(notFoundPage));
  });
}

/** They carry scripts and styles in themselves, so they are sent without the policy that the built site meets. */
function pagesAsTheyAreWritten(app: FastifyInstance, pages: PageServer): void {
  app.setNotFoundHandler(async (request, reply) => {
    const preview = strayRequest(request.url, request.headers.referer);
    if (preview !== undefined) return reply.redirect(preview, 307);
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (!reads || request.url.startsWith('/api/')) throw new DrydockError('not-found');
    reply.hijack();
    pages.answer(request.raw, reply.raw);
  });
}
