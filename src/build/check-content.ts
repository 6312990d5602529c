import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { AuthorReport } from './author-report.ts';
import { LastGood, showLastGood } from './last-good.ts';
import { formatProblem, validateContent } from '../../sandbox-server/lab/validate.ts';

/** Fails the build when a lesson has a fault, and names file and line; in development it only says so. */
export function checkContent(folder: string): AstroIntegration {
  let contentFolder = folder;
  let imageManifest: string | undefined;
  const lastGood = new LastGood();
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
      'astro:config:setup': ({ command, config, updateConfig }) => {
        if (command !== 'dev') return;
        const absolute = fileURLToPath(new URL(folder, config.root));
        updateConfig({ vite: { plugins: [showLastGood(absolute, lastGood)] } });
      },
      'astro:server:setup': ({ server }) => {
        const report = new AuthorReport({
          server,
          contentFolder,
          problems,
          lastGood,
          say: (text) => console.log(`  ${text.replaceAll('\n', '\n  ')}`),
        });
        report.start();
      },
    },
  };
}

function count(problems: number): string {
  return problems === 1 ? 'one problem' : `${problems} problems`;
}
