import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { inject } from 'vitest';
import { createApp } from '../../sandbox-server/app.ts';
import type { Authoring } from '../../sandbox-server/authoring/follow-changes.ts';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';
import { defaultSessionLimits, type SessionLimits } from '../../sandbox-server/config.ts';
import type { EngineHandle } from '../../sandbox-server/setup/types.ts';
import { leftovers, realDocker } from './engine.ts';
import { Learner } from './learner.ts';
import { RecordingLog } from './recording-log.ts';

/** The lessons of the tests. */
export const CONTENT = join(import.meta.dirname, 'content');
export const HELLO = 'fixture/basics/hello';
export const SECOND = 'fixture/basics/second';
export const THIRD = 'fixture/basics/third';
export const ONLY_TEXT = 'fixture/basics/only-text';
/** Its lab needs a way out to the internet, which no sandbox has. */
export const BEYOND = 'fixture/basics/beyond';

/** Its lab has a namespace in the shared cluster. */
export const IN_CLUSTER = 'fixture/basics/in-cluster';
export const OWN_CLUSTER = 'fixture/basics/own-cluster';

export interface TestServer extends AsyncDisposable {
  url: string;
  docker: Docker;
  log: RecordingLog;
  data: DataFolder;
  learner: () => Learner;
  leftovers: () => Promise<string[]>;
  close: (sandboxes: 'remove' | 'keep') => Promise<void>;
}

export interface DataFolder extends Disposable {
  path: string;
  /** Marks what the server makes on the engine; swept by later runs when this process is killed. */
  owner: string;
}

export function dataFolder(): DataFolder {
  const path = mkdtempSync(join(tmpdir(), 'drydock-server-'));
  const owner = temporaryOwner();
  writeFileSync(join(path, 'server-id'), `${owner}\n`);
  return { path, owner, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function engineHandle(dockerodeOptions: object = inject('dockerodeOptions')): EngineHandle {
  return {
    dockerodeOptions,
    version: 'x',
    owned: false,
    description: 'the tests’ engine',
    release: () => Promise.resolve(),
  };
}

/** A site of one page. */
export function siteFolder(dataDir: string): string {
  const siteDir = join(dataDir, 'site');
  mkdirSync(siteDir, { recursive: true });
  writeFileSync(join(siteDir, 'index.html'), '<h1>Fixture</h1>');
  return siteDir;
}

export interface TestServerOptions {
  data?: DataFolder;
  limits?: Partial<SessionLimits>;
  /** Warm sandboxes at most. Default none, so that a test knows what there is. */
  pool?: number;
  /** Instead of the real engine's. */
  dockerodeOptions?: object;
  images?: Partial<{ engine: string; shell: string; mirror: string }>;
  /** Default the tests' lessons and a site of one page. */
  contentDir?: string;
  siteDir?: string;
  /** As when lessons are written. */
  authoring?: Authoring;
}

/** The server on the real engine, on a free port. Everything of it is removed when disposed. */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const data = options.data ?? dataFolder();
  const log = new RecordingLog();
  const docker = realDocker();
  const app = await createApp({
    config: {
      host: '127.0.0.1',
      port: 0,
      dataDir: data.path,
      siteDir: options.siteDir ?? siteFolder(data.path),
      contentDir: options.contentDir ?? CONTENT,
      sessions: { ...defaultSessionLimits(), ...options.limits },
      pool: { perKind: 2, total: options.pool ?? 0 },
      logLevel: 'silent',
    },
    log,
    engine: engineHandle(options.dockerodeOptions),
    images: { ...inject('images'), ...options.images },
    ...(options.authoring === undefined ? {} : { authoring: options.authoring }),
  });
  const url = await app.listen();
  return {
    url,
    docker,
    log,
    data,
    learner: () => new Learner(url),
    leftovers: () => leftovers(docker, data.owner),
    close: (sandboxes) => app.close(sandboxes),
    [Symbol.asyncDispose]: async () => {
      await app.close('remove');
      if (options.data === undefined) data[Symbol.dispose]();
    },
  };
}
