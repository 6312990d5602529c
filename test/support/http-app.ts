import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DrydockError } from '../../sandbox-server/errors.ts';
import { buildHttp } from '../../sandbox-server/gateway/http.ts';
import type { GatewayServices } from '../../sandbox-server/gateway/services.ts';
import { OpenSockets } from '../../sandbox-server/gateway/open-sockets.ts';
import type { StatusView } from '../../sandbox-server/protocol/views.ts';
import { SessionRegistry } from '../../sandbox-server/session/registry.ts';
import { labLesson } from './lab-lesson.ts';
import { testServices, type TestServices } from './session-services.ts';

export const LESSON = 'c/m/one';
export const READ_ONLY_LESSON = 'c/m/read';

export interface HttpApp extends AsyncDisposable {
  app: Awaited<ReturnType<typeof buildHttp>>;
  services: TestServices;
  /** The same with all that the gateway needs. */
  gateway: GatewayServices;
  /** The built site's folder. */
  siteDir: string;
  /** Sends a request as the page of this site would. */
  request: (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<{
    status: number;
    body: unknown;
    headers: Record<string, unknown>;
  }>;
}

/** The HTTP side over sessions in memory. `engine: false`: without sessions. */
export async function httpApp(options: { engine?: boolean; site?: boolean; host?: string } = {}): Promise<HttpApp> {
  const { engine = true, site = true, host = '127.0.0.1' } = options;
  const folder = mkdtempSync(join(tmpdir(), 'drydock-http-'));
  const siteDir = join(folder, 'site');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  if (site) {
    mkdirSync(join(siteDir, '_astro'), { recursive: true });
    writeFileSync(join(siteDir, 'index.html'), '<h1>Course</h1>');
    writeFileSync(join(siteDir, '404.html'), '<h1>Nothing here</h1>');
    writeFileSync(join(siteDir, '.hidden'), 'hidden');
    writeFileSync(join(siteDir, '_astro/page.abc123.js'), 'export {};');
  }
  const services = testServices();
  const sessions = engine
    ? new SessionRegistry(services, (id) => {
        if (id === LESSON) return Promise.resolve(labLesson(id));
        return Promise.reject(new DrydockError(id === READ_ONLY_LESSON ? 'lesson-without-lab' : 'unknown-lesson'));
      })
    : undefined;
  await sessions?.open();
  const status = (): Promise<StatusView> =>
    Promise.resolve(
      engine
        ? { labs: 'available', engine: 'memory' }
        : { labs: 'unavailable', problem: new DrydockError('no-engine').view() },
    );
  const lessons = new Set([LESSON, READ_ONLY_LESSON]);
  const sockets = new OpenSockets();
  const gateway = { config: { host, siteDir }, ...services, sessions, status, sockets, lessons };
  const app = await buildHttp(gateway);
  return {
    app,
    services,
    gateway,
    siteDir,
    request: async (method, url, body, headers = {}) => {
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const payload = typeof body === 'string' ? body : JSON.stringify(body);
      const response = await app.inject({
        method,
        url,
        headers: { host: 'localhost:3000', ...json, ...headers },
        ...(body === undefined ? {} : { payload }),
      });
      const isJson = String(response.headers['content-type']).includes('json');
      return { status: response.statusCode, body: isJson ? response.json() : response.body, headers: response.headers };
    },
    [Symbol.asyncDispose]: async () => {
      await sessions?.stopAll();
      await app.close();
      services.store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The learner's cookie out of an answer. */
export function cookieOf(headers: Record<string, unknown>): string {
  const [first] = [headers['set-cookie']].flat();
  return String(first).split(';')[0]!;
}
