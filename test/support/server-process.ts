import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { PoolLimits, SessionLimits } from '../../sandbox-server/config.ts';
import type { ClusterMaterials } from '../../sandbox-server/setup/kubernetes/cluster-materials.ts';
import { CONTENT, siteFolder, type DataFolder } from './test-server.ts';

/** What the process is told; see run-server.ts. */
export interface ServerProcessOptions {
  dataDir: string;
  siteDir: string;
  contentDir: string;
  port: number;
  dockerodeOptions: object;
  images: object;
  cluster?: ClusterMaterials;
  sessions?: Partial<SessionLimits>;
  /** Default none are made ahead, so that a test knows what there is. */
  pool?: Partial<PoolLimits>;
  /** Takes the place of the server that runs on the data folder. */
  replace?: boolean;
}

/** The server as a process of its own, that can be interrupted and killed. */
export class ServerProcess implements AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.child = child;
  }

  static async start(data: DataFolder, options: Partial<ServerProcessOptions> = {}): Promise<ServerProcess> {
    const told: ServerProcessOptions = {
      dataDir: data.path,
      siteDir: siteFolder(data.path),
      contentDir: CONTENT,
      port: 0,
      pool: { total: 0 },
      ...options,
      // Outside of Vitest, which has both, they are given.
      dockerodeOptions: options.dockerodeOptions ?? inject('dockerodeOptions'),
      images: options.images ?? inject('images'),
    };
    const child = fork(join(import.meta.dirname, 'run-server.ts'), [JSON.stringify(told)], { silent: true });
    let output = '';
    const url = await new Promise<string>((resolve, reject) => {
      const onText = (chunk: Buffer) => {
        output += chunk.toString();
        const match = /ready: (http:\/\/\S+)/.exec(output);
        if (match) resolve(match[1]!);
      };
      child.stdout?.on('data', onText);
      child.stderr?.on('data', onText);
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
    });
    return new ServerProcess(url, child);
  }

  /** Ends it as `kill` would; resolves to its exit code when it is gone. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGTERM');
  }
}
