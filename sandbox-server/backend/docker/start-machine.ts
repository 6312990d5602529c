import type Docker from 'dockerode';
import { ignoreNotModified, isNotFound } from '../../container-engine/statuses.ts';
import { DrydockError } from '../../errors.ts';
import { PATHS } from '../paths.ts';
import { execInContainer } from './exec.ts';
import { engineContainer, shellContainer, type MachinePlan } from './machine.ts';
import type { namesFor } from './names.ts';
import { runLine } from './run-line.ts';

/** How long the inner engine may take to answer on a busy host. */
const ENGINE_START_MS = 60_000;

/** Asks inside the container, so that one call answers the moment the engine does. */
const WAIT_FOR_ENGINE = `until [ -S ${PATHS.controlSocket} ] && docker -H unix://${PATHS.controlSocket} version >/dev/null 2>&1; do sleep 0.05; done`;

/** Starts both containers of a machine and resolves to the one with the engine, which may still be starting. */
export async function startMachine(docker: Docker, plan: MachinePlan): Promise<Docker.Container> {
  const identity = `drydock-identity ${plan.uid}`;
  const engine = await docker.createContainer(engineContainer(plan));
  // The shell's volumes are the engine's: both may be created before either runs, in this order.
  const [shell] = await Promise.all([docker.createContainer(shellContainer(plan)), engine.start()]);
  await Promise.all([identify(engine, plan.uid), shell.start().then(() => runLine(shell, identity, 'root'))]);
  return engine;
}

/** Some hosts keep /dev/net/tun at 0600; slirp4netns runs as the learner and needs it. The engine waits for both. */
function identify(engine: Docker.Container, uid: number): Promise<void> {
  return runLine(engine, `drydock-identity ${uid} && chmod 666 /dev/net/tun`, 'root');
}

/** Starts what is stopped of a machine again and resolves when its engine answers. */
export async function restartMachine(
  docker: Docker,
  names: ReturnType<typeof namesFor>,
  machine: string,
  uid: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const engine = docker.getContainer(names.container(machine, 'engine'));
  const shell = docker.getContainer(names.container(machine, 'shell'));
  const [engineRuns, shellRuns, home] = await Promise.all([
    engine.inspect().then(({ State }) => State.Running),
    shell.inspect().then(({ State }) => State.Running),
    docker.getVolume(names.volume(machine, 'home')).inspect(),
  ]);
  // A disk goes away with its last mount, and its device may be another sandbox's by now: it must not be mounted again.
  if (home.Options?.['device'] !== undefined && !engineRuns && !shellRuns) throw new DrydockError('sandbox-lost');
  if (!engineRuns) {
    await engine.start().catch(ignoreNotModified);
    // It lived in the network namespace of the engine's container that is gone. The disk is the engine's now, too.
    await shell.stop({ t: 1 }).catch(ignoreNotModified);
  }
  const start = () => shell.start().catch(ignoreNotModified);
  await Promise.all([identify(engine, uid), start().then(() => runLine(shell, `drydock-identity ${uid}`, 'root'))]);
  await waitForEngine(engine, machine, signal);
}

/** Resolves when the engine answers. */
export async function waitForEngine(
  engine: Docker.Container,
  machine: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const timeout = AbortSignal.timeout(ENGINE_START_MS);
  const run = await execInContainer(engine, ['sh', '-c', WAIT_FOR_ENGINE], {
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  run.stream.resume();
  run.stderr.resume();
  const code = await run.exit;
  signal?.throwIfAborted();
  if (code === 0) return;
  const info = await engine.inspect().catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  const logs = info === undefined ? '' : (await engine.logs({ stdout: true, stderr: true, tail: 20 })).toString('utf8');
  throw new DrydockError('start-failed', {
    detail: `The Docker Engine of machine ${machine} did not start.`,
    cause: new Error(`exit ${String(code)}, container ${info?.State.Status ?? 'gone'}; it printed:\n${logs}`),
  });
}
