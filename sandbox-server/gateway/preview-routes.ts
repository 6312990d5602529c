import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { DrydockError } from '../errors.ts';
import type { GatewayServices } from './services.ts';

const ADDRESS = /^\/preview\/([0-9a-f]{32})\/([1-9][0-9]{0,4})(\/.*)?$/;
/** How long a program in a sandbox may take to begin its answer. */
const ANSWER_MS = 15_000;

/**
 * A page that a learner serves is not to be trusted with the learner's own rights: `sandbox` gives it an origin that is
 * equal to no other, so it gets no cookie of ours and cannot call the API as the learner.
 */
const PREVIEW_HEADERS = {
  'content-security-policy': "sandbox allow-scripts allow-forms allow-popups allow-modals; frame-ancestors 'self'",
  // Requests for absolute paths are led back to the preview by their referrer: see `strayRequest`.
  'referrer-policy': 'unsafe-url',
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
  'x-content-type-options': 'nosniff',
} as const;

/** Of the connection or the proxy, not of the message (RFC 9110 §7.6.1), or of the platform. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'cookie',
  'authorization',
  'host',
]);
const NOT_RETURNED = new Set([
  ...NOT_FORWARDED,
  'set-cookie',
  'content-security-policy',
  'referrer-policy',
  'strict-transport-security',
  'clear-site-data',
]);

/** `/preview/<token>/<port>/…` is what listens on that port of the sandbox's first machine. */
export function previewRoutes(app: FastifyInstance, { sessions }: GatewayServices): void {
  void app.register(async (scope) => {
    // Whatever is sent goes through as it is.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    scope.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: '/preview/*',
      handler: async (request, reply) => {
        const url = new URL(request.url, 'http://localhost');
        const [, token, portText, path] = ADDRESS.exec(url.pathname) ?? [];
        const port = Number(portText);
        const preview = token === undefined || port > 65_535 ? undefined : sessions?.preview(token);
        if (preview === undefined) throw new DrydockError('not-found');
        if (path === undefined) return reply.redirect(`${url.pathname}/${url.search}`, 308);
        const answer = await forward(request, preview.agent(port), `localhost:${port}`, path + url.search);
        if (answer === undefined) return unanswered(reply, port);
        return reply
          .code(answer.statusCode ?? 502)
          .headers(answerHeaders(answer.headers, `/preview/${token}/${port}`))
          .send(answer);
      },
    });
  });
}

/**
 * A previewed page that asks for `/style.css` asks the platform for it, as its own prefix is not in that path. Its referrer
 * says where it belongs.
 */
export function strayRequest(url: string, referrer: string | undefined): string | undefined {
  if (referrer === undefined || !URL.canParse(referrer)) return undefined;
  const [, token, port] = ADDRESS.exec(new URL(referrer).pathname) ?? [];
  return token === undefined ? undefined : `/preview/${token}/${port}${url}`;
}

function forward(
  request: FastifyRequest,
  agent: Agent,
  host: string,
  path: string,
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    const headers: IncomingHttpHeaders = { host };
    for (const [name, value] of Object.entries(request.headers)) if (!NOT_FORWARDED.has(name)) headers[name] = value;
    const sent = httpRequest({ agent, method: request.method, path, headers, timeout: ANSWER_MS }, resolve);
    // Refused, reset, timed out or not HTTP: all the same to whoever looks at the preview.
    sent.on('error', () => resolve(undefined));
    const timer = setTimeout(() => sent.destroy(), ANSWER_MS);
    timer.unref();
    sent.once('close', () => clearTimeout(timer));
    request.raw.once('close', () => {
      if (!request.raw.complete) sent.destroy();
    });
    if (request.body instanceof Object && 'pipe' in request.body) request.raw.pipe(sent);
    else sent.end();
  });
}

function answerHeaders(from: IncomingHttpHeaders, prefix: string): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(from))
    if (value !== undefined && !NOT_RETURNED.has(name)) headers[name] = value;
  const { location } = from;
  if (location?.startsWith('/') === true && !location.startsWith('//')) headers['location'] = prefix + location;
  return { ...headers, ...PREVIEW_HEADERS };
}

function unanswered(reply: FastifyReply, port: number): FastifyReply {
  const page = `<!doctype html><meta charset="utf-8"><title>Port ${port}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:32rem;padding:0 1rem;color-scheme:light dark}</style>
<h1>Nothing answers on port ${port}</h1>
<p>No program in the sandbox listens there, or it does not speak HTTP. Is the container running, and was the port published with <code>-p ${port}:…</code>?</p>`;
  return reply.code(502).headers(PREVIEW_HEADERS).type('text/html; charset=utf-8').send(page);
}
