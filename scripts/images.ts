import { ensureEngine } from '../sandbox-server/setup/engine.ts';
import { ensureImages } from '../sandbox-server/setup/images.ts';
import { lineProgress } from '../sandbox-server/setup/progress.ts';
import { consent, dataFolder, host, options, ROOT } from './options.ts';

const given = options({ data: { type: 'string' }, yes: { type: 'boolean', short: 'y' }, rebuild: { type: 'boolean' } });
const dataDir = dataFolder(given.data);
const progress = lineProgress(process.stdout);
const { engine, problem } = await ensureEngine({ host, dataDir, progress, confirm: consent(given.yes === true) });
if (engine === null) {
  console.error(`${problem.what}\n${problem.fix}`);
  process.exit(1);
}
try {
  const images = await ensureImages({
    engine,
    imagesDir: `${ROOT}images`,
    dataDir,
    host,
    progress,
    rebuild: given.rebuild === true,
  });
  console.log(`\n  On ${engine.description}:`);
  for (const tag of [images.base, images.engine, images.shell, images.mirror]) console.log(`  ${tag}`);
  console.log(`\n  Labs can pull: ${images.labImages.map(({ name }) => name).join(', ')}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await engine.release();
}
if (process.connected) process.disconnect?.();
