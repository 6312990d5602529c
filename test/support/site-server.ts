import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApp, type AppOptions } from '../../sandbox-server/app.ts';
import { defaultSessionLimits, type Config } from '../../sandbox-server/config.ts';
import { thisHost } from '../../sandbox-server/setup/host.ts';
import { silentProgress } from '../../sandbox-server/setup/progress.ts';
import { buildSite } from '../../scripts/site.ts';
import { RecordingLog } from './recording-log.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface SiteServer extends AsyncDisposable {
  url: string;
}

/** The built site on the real server, without an engine: everything is there but the labs. */
export async function siteServer(): Promise<SiteServer> {
  const host = thisHost({ HOME: homedir(), PATH: dirname(process.execPath) });
  const siteDir = await buildSite({ root: ROOT, host, progress: silentProgress });
  return await serverWithoutLabs({ siteDir, contentDir: join(ROOT, 'content') });
}

/** The real server without an engine. */
export async function serverWithoutLabs(
  options: Pick<Config, 'siteDir' | 'contentDir'> & Pick<AppOptions, 'authoring'>,
): Promise<SiteServer> {
  const { siteDir, contentDir, authoring } = options;
  const dataDir = mkdtempSync(join(tmpdir(), 'drydock-pages-'));
  const app = await createApp({
    config: {
      host: '127.0.0.1',
      port: 0,
      dataDir,
      siteDir,
      contentDir,
      sessions: defaultSessionLimits(),
      pool: { perKind: 0, total: 0 },
      logLevel: 'silent',
    },
    log: new RecordingLog(),
    engine: null,
    images: null,
    ...(authoring === undefined ? {} : { authoring }),
  });
  return {
    url: await app.listen(),
    [Symbol.asyncDispose]: async () => {
      await app.close('remove');
      rmSync(dataDir, { recursive: true });
    },
  };
}
