import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createApp } from './app.ts';
import { configFromEnvironment, defaultSessionLimits, type Config } from './config.ts';
import type { EngineHandle, ImageSet, Problem } from './setup/types.ts';

export interface MainOptions {
  host: string;
  port: number;
  dataDir: string;
  /** The built site. */
  siteDir: string;
  /** Null: no engine; the site is there to read, and the labs say `engineProblem`. */
  engine: EngineHandle | null;
  engineProblem?: Problem;
  images: ImageSet | null;
  /** Default this checkout's. */
  contentDir?: string;
}

const CONTENT = fileURLToPath(new URL('../content', import.meta.url));

/**
 * Runs the server until it is told to stop: SIGINT, SIGTERM, or the end of the process that started it. Resolves when
 * everything of it is gone. Rejects when it cannot start.
 */
export async function main(options: MainOptions): Promise<void> {
  const config: Config = {
    host: options.host,
    port: options.port,
    dataDir: options.dataDir,
    siteDir: options.siteDir,
    contentDir: options.contentDir ?? CONTENT,
    sessions: defaultSessionLimits(),
    logLevel: 'warn',
    ...configFromEnvironment(process.env),
  };
  const log = pino({ level: config.logLevel, base: null }, pino.destination(2));
  const app = await createApp({
    config,
    log,
    engine: options.engine,
    images: options.images,
    ...(options.engineProblem === undefined ? {} : { engineProblem: options.engineProblem }),
  });

  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    // The bootstrap died without a word: nobody could stop this server any more.
    process.once('disconnect', () => resolve());
  });
  try {
    const address = await app.listen();
    console.log(`\n  Drydock is ready: ${address}\n`);
    if (options.engineProblem)
      console.log(`  Labs are off: ${options.engineProblem.what} ${options.engineProblem.fix}\n`);
    await stopped;
    console.log('\n  Stopping: removing sandboxes…');
  } finally {
    await app.close('remove');
    await options.engine?.release();
  }
}
