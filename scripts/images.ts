import { ensureEngine } from '../sandbox-server/setup/engine.ts';
import { ensureImages } from '../sandbox-server/setup/images.ts';
import { lineProgress } from '../sandbox-server/setup/progress.ts';
import { ensureKind } from '../sandbox-server/setup/kubernetes/kind-binary.ts';
import { ensureNodeImage, goProgramsOptions } from '../sandbox-server/setup/kubernetes/node-image.ts';
import { consent, dataFolder, host, optionsAndWord, ROOT } from './options.ts';

const { values: given, word } = optionsAndWord(
  { data: { type: 'string' }, yes: { type: 'boolean', short: 'y' }, rebuild: { type: 'boolean' } },
  ['kubernetes'],
);
const dataDir = dataFolder(given.data);
const progress = lineProgress(process.stdout);
const { engine, problem } = await ensureEngine({ host, dataDir, progress, confirm: consent(given.yes === true) });
if (engine === null) {
  console.error(`${problem.what}\n${problem.fix}`);
  process.exit(1);
}
try {
  const making = { engine, imagesDir: `${ROOT}images`, dataDir, host, progress };
  const images = await ensureImages({ ...making, rebuild: given.rebuild === true });
  console.log(`\n  On ${engine.description}:`);
  for (const tag of [images.base, images.engine, images.shell, images.mirror]) console.log(`  ${tag}`);
  console.log(`\n  Labs can pull: ${images.labImages.map(({ name }) => name).join(', ')}`);
  if (word === 'kubernetes') {
    const node = await ensureNodeImage({ ...making, base: images.base });
    const kind = await ensureKind(await goProgramsOptions(making));
    console.log(`\n  Nodes of clusters: ${node.tag}, Kubernetes ${node.version}, ${origin(node.from)}`);
    console.log(`  kind ${kind.version} (${kind.path})`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await engine.release();
}
if (process.connected) process.disconnect?.();

function origin(from: 'registry' | 'built'): string {
  return from === 'registry' ? 'kind’s own from a registry' : 'built from Go modules and Debian’s packages';
}
