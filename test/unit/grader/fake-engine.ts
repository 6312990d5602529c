import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { EngineApi } from '../../../sandbox-server/grader/engine-api.ts';
import { FakeBackend, SANDBOX } from './fake-backend.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A Docker API behind a fake exec; what is not in the routes is 404. */
export class FakeEngine implements Disposable {
  readonly backend: FakeBackend;
  readonly api: EngineApi;
  readonly requests: string[] = [];
  /** Path without the version and the query → JSON, or a handler. */
  routes: Record<string, unknown>;
  readonly #server: Server;

  constructor(routes: Record<string, unknown> = {}) {
    this.routes = routes;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.backend = new FakeBackend(({ stdin }) => void this.#server.emit('connection', stdin));
    this.api = new EngineApi(this.backend, SANDBOX, 'host');
  }

  [Symbol.dispose](): void {
    this.api[Symbol.dispose]();
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', 'http://docker');
    const path = decodeURIComponent(pathname.replace(/^\/v[\d.]+/, ''));
    this.requests.push(`${request.method} ${path}`);
    const answer = this.routes[path];
    if (typeof answer === 'function') return (answer as Handler)(request, response);
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? { message: `no such thing: ${path}` }));
  }
}

export const NEVER = new AbortController().signal;

/** An image as the engine describes it. */
export function imageJson(id: string, tags: string[], layers: string[], config: object = {}) {
  return {
    Id: id,
    RepoTags: tags,
    RepoDigests: null,
    Size: 1000,
    Created: '2026-01-02T03:04:05Z',
    Architecture: 'amd64',
    Os: 'linux',
    Config: { Env: ['A=b=c'], Cmd: ['sh'], Entrypoint: null, ...config },
    RootFS: { Layers: layers },
  };
}

export function containerJson(id: string, name: string, more: Record<string, unknown> = {}) {
  return {
    Id: id,
    Name: `/${name}`,
    Image: 'sha256:1',
    RestartCount: 0,
    State: { Status: 'running', ExitCode: 0, StartedAt: '2026-01-02T03:04:05Z' },
    Config: { Image: 'nginx:1.26', Env: ['X=1'], Cmd: null, Entrypoint: null, Hostname: 'h', User: '', Labels: null },
    HostConfig: {
      Memory: 1024,
      NanoCpus: 500_000_000,
      PidsLimit: null,
      PortBindings: { '80/tcp': [{ HostPort: '8080' }] },
    },
    NetworkSettings: {
      Networks: { bridge: { IPAddress: '172.17.0.2' } },
      Ports: {
        '80/tcp': [
          { HostIp: '0.0.0.0', HostPort: '8080' },
          { HostIp: '::', HostPort: '8080' },
        ],
        '443/tcp': null,
      },
    },
    Mounts: [{ Type: 'volume', Name: 'data', Source: '/x', Destination: '/data', RW: false }],
    ...more,
  };
}
