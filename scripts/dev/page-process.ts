import { dev } from 'astro';

/** What this process says to its parent. */
export interface PagesReady {
  port: number;
}

/** A file that did not grow for this long has been written to its end. */
const WRITTEN_MS = 40;

// The pages, made when they are asked for: Astro's development server in a process of its own, so that nothing that happens
// to it reaches the labs. It ends with its parent.
const [root = '.', modules = root] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
// A terminal's Ctrl-C reaches this process too; it is needed until the labs have ended.
process.on('SIGINT', () => undefined);
const server = await dev({
  root,
  logLevel: 'error',
  server: { host: '127.0.0.1', port: 0 },
  vite: {
    clearScreen: false,
    server: {
      fs: { allow: [root, modules] },
      watch: { awaitWriteFinish: { stabilityThreshold: WRITTEN_MS, pollInterval: WRITTEN_MS / 2 } },
    },
  },
});
process.send?.({ port: server.address.port } satisfies PagesReady);
