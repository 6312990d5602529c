import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { formatProblem, validateContent } from '../../sandbox-server/lab/validate.ts';

/** Fails the build when a lesson has a fault, and names file and line; in development it only says so. */
export function checkContent(folder: string): AstroIntegration {
  let contentFolder = folder;
  let imageManifest: string | undefined;
  const problems = async () =>
    await validateContent(contentFolder, imageManifest === undefined ? {} : { imageManifest });
  return {
    name: 'check-content',
    hooks: {
      'astro:config:done': ({ config }) => {
        contentFolder = fileURLToPath(new URL(folder, config.root));
        const manifest = fileURLToPath(new URL('images/lab/manifest.json', config.root));
        if (existsSync(manifest)) imageManifest = manifest;
      },
      'astro:build:start': async () => {
        const found = await problems();
        if (found.length === 0) return;
        throw new Error(`The content has ${count(found.length)}:\n\n${found.map(formatProblem).join('\n\n')}\n`);
      },
      'astro:server:setup': async ({ server, logger }) => {
        const report = async () => {
          for (const problem of await problems()) logger.warn(formatProblem(problem));
        };
        await report();
        server.watcher.on('change', (file) => {
          if (file.startsWith(contentFolder)) report().catch((error: unknown) => logger.error(String(error)));
        });
      },
    },
  };
}

function count(problems: number): string {
  return problems === 1 ? 'one problem' : `${problems} problems`;
}
