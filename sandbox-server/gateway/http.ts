import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance } from 'fastify';
import { allowedHost, sameOrigin } from '../auth/origin.ts';
import { DrydockError, toDrydockError } from '../errors.ts';
import { previewRoutes } from './preview-routes.ts';
import { progressRoutes } from './progress-routes.ts';
import type { GatewayServices } from './services.ts';
import { shareRoutes } from './share-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { siteRoutes } from './site-routes.ts';
import { statusRoutes } from './status-routes.ts';

/** The largest request body: ids and short answers. */
const MAX_BODY_BYTES = 16 * 1024;
/** A client that sends its request more slowly than this holds a connection for nothing. */
const REQUEST_TIMEOUT_MS = 30_000;

const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** The HTTP side: site, API, health. Not listening yet. */
export async function buildHttp(services: GatewayServices): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: MAX_BODY_BYTES, requestTimeout: REQUEST_TIMEOUT_MS, logger: false });
  await app.register(cookie);

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (!allowedHost(request.headers.host, services.config.host)) throw new DrydockError('foreign-origin');
    const changes = request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS';
    const { origin } = request.headers;
    // Browsers name the origin on every request that changes something; programs that are no browsers need not.
    // A previewed page has no origin to show; the token in its address is what lets it in.
    if (
      changes &&
      !request.url.startsWith('/preview/') &&
      origin !== undefined &&
      !sameOrigin(origin, request.headers.host)
    )
      throw new DrydockError('foreign-origin');
  });

  app.setErrorHandler(async (error, request, reply) => {
    const known = known400(error) ?? toDrydockError(error);
    if (known.status >= 500)
      services.log.error(
        { url: request.url, method: request.method, code: known.code, err: known.cause ?? known },
        known.message,
      );
    return reply.code(known.status).send({ error: known.view() });
  });

  statusRoutes(app, services);
  progressRoutes(app, services);
  sessionRoutes(app, services);
  shareRoutes(app, services);
  previewRoutes(app, services);
  await siteRoutes(app, services);
  return app;
}

/** Fastify's own complaints about a request: malformed JSON, a body that is too large, a wrong media type. */
function known400(error: unknown): DrydockError | undefined {
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (statusCode === 413) return new DrydockError('too-large');
  if (statusCode === undefined || statusCode >= 500) return undefined;
  if (statusCode === 404) return new DrydockError('not-found');
  const detail =
    code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError
      ? 'The request’s body is not JSON.'
      : undefined;
  return new DrydockError('bad-request', detail === undefined ? { cause: error } : { detail });
}
