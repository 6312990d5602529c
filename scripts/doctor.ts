import Docker from 'dockerode';
import { ROOTLESS } from '../sandbox-server/backend/docker/tier.ts';
import { ensureEngine } from '../sandbox-server/setup/engine.ts';
import { findImages } from '../sandbox-server/setup/images.ts';
import { silentProgress } from '../sandbox-server/setup/progress.ts';
import type { EngineHandle } from '../sandbox-server/setup/types.ts';
import { engineChecks, type EngineInfo } from './doctor/engine-checks.ts';
import { kubernetesCheck } from './doctor/kubernetes-check.ts';
import { ok, problem, type Finding } from './doctor/finding.ts';
import { diskCheck, kernelChecks } from './doctor/host-checks.ts';
import { examineTier } from './doctor/tier-check.ts';
import { trial } from './doctor/trial.ts';
import { dataFolder, host, options, ROOT } from './options.ts';

const given = options({ json: { type: 'boolean' }, data: { type: 'string' }, tier: { type: 'string' } });
const dataDir = dataFolder(given.data);
const show = given.json === true ? () => undefined : print;
const findings: Finding[] = [];

for await (const finding of examine()) {
  findings.push(finding);
  show(finding);
}
const able = findings.every(({ status }) => status !== 'problem');
if (given.json === true) console.log(JSON.stringify({ labsCanRun: able, findings }, undefined, 2));
else
  console.log(able ? '\n  Labs can run here.' : '\n  Labs can’t run here yet. The lessons can be read all the same.');
process.exitCode = able ? 0 : 1;
if (process.connected) process.disconnect?.();

async function* examine(): AsyncGenerator<Finding> {
  yield ok('Node', `${process.versions.node} on ${process.platform} ${process.arch}`);
  yield diskCheck(dataDir);
  // Installs nothing. One of our own that is installed but rests is started for the time of the examination.
  const found = await ensureEngine({ host, dataDir, progress: silentProgress, confirm: () => Promise.resolve(false) });
  if (found.engine === null) {
    yield problem('engine', found.problem.what, found.problem.fix);
    if (host.platform === 'linux') yield* await kernelChecks();
    return;
  }
  try {
    yield* examineEngine(found.engine);
  } finally {
    await found.engine.release();
  }
}

async function* examineEngine(engine: EngineHandle): AsyncGenerator<Finding> {
  const info = (await new Docker(engine.dockerodeOptions).info()) as EngineInfo & { KernelVersion: string };
  yield* engineChecks(engine, info);
  // A socket of this machine may still lead to an engine in a virtual machine, which has its own kernel.
  if (host.platform === 'linux' && engine.socketPath !== undefined) yield* await kernelChecks();
  const making = { engine, imagesDir: `${ROOT}images`, dataDir, host, progress: silentProgress };
  const images = await findImages(making);
  if (images === null) {
    yield problem('images', 'Not all of this version’s images are on the engine.', 'npm run images');
    return;
  }
  const labs = images.labImages.map(({ name }) => name).join(', ');
  yield ok('images', `${[images.base, images.engine, images.shell, images.mirror].join(', ')}; labs can pull ${labs}`);
  yield kubernetesCheck(making, info);
  const docker = new Docker(engine.dockerodeOptions);
  const choice = await examineTier(given.tier ?? ROOTLESS.name, info, docker, images);
  yield choice.finding;
  if (choice.works) yield trial(docker, images, choice.tried);
}

function print({ name, status, says, fix }: Finding): void {
  const mark = { ok: '✓', note: '!', problem: '✗' }[status];
  console.log(`  ${mark} ${name}: ${says}`);
  if (fix !== undefined) console.log(`      → ${fix}`);
}
