import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';
import { LABEL, ownedBy } from '../sandbox-server/backend/docker/labels.ts';
import { PATHS } from '../sandbox-server/backend/paths.ts';
import type { BenchServer } from './bed.ts';
import { execToEnd } from './exec.ts';
import { execLine, printed } from './line.ts';

/** The settings of a sandbox's two containers, read off one that runs. */
export interface Model {
  engine: Docker.ContainerInspectInfo;
  shell: Docker.ContainerInspectInfo;
}

/** Of any sandbox of the server. */
export async function modelOf(docker: Docker, server: BenchServer): Promise<Model> {
  const containers = await docker.listContainers({ filters: ownedBy(server.data.owner) });
  const inspect = async (role: string) => {
    const found = containers.find(({ Labels }) => Labels[LABEL.role] === role);
    if (found === undefined) throw new Error(`the server has no container ${role}`);
    return await docker.getContainer(found.Id).inspect();
  };
  return { engine: await inspect('engine'), shell: await inspect('shell') };
}

/**
 * The same two containers by the engine's API alone, one call after the other, until the inner engine answers and a shell
 * shows a prompt. Returns milliseconds; removes what it made.
 */
export async function engineToPrompt(docker: Docker, model: Model, labels: Record<string, string>): Promise<number> {
  const name = `bench-${randomBytes(4).toString('hex')}`;
  const identity = `drydock-identity ${model.engine.Config.User.split(':')[0]}`;
  const begun = performance.now();
  const network = await docker.createNetwork({ Name: name, Internal: true, Labels: labels });
  // A folder of the image belongs to root, and an engine wants its data's folder for its own: so one inside of it.
  const dataRoot = ['--data-root', `${PATHS.engineData}/data`];
  const engine = await docker.createContainer({ ...copyOf(model.engine, name, name, labels), Cmd: dataRoot });
  await engine.start();
  await asRoot(docker, engine.id, `${identity} && chmod 666 /dev/net/tun`);
  const shell = await docker.createContainer(copyOf(model.shell, name, `container:${engine.id}`, labels));
  await shell.start();
  await asRoot(docker, shell.id, identity);
  const isUp = `until docker -H unix://${PATHS.controlSocket} version > /dev/null 2>&1; do sleep 0.05; done`;
  await execToEnd(docker, engine.id, ['sh', '-c', isUp]);
  const line = await execLine(docker, shell.id);
  await printed(line, '$ ');
  const took = performance.now() - begun;
  line.close();
  await shell.remove({ force: true });
  await engine.remove({ force: true });
  await network.remove();
  for (const use of ['home', 'run']) await docker.getVolume(`${name}-${use}`).remove();
  return took;
}

function copyOf(
  { Config, HostConfig }: Docker.ContainerInspectInfo,
  name: string,
  network: string,
  labels: Record<string, string>,
): Docker.ContainerCreateOptions {
  const Mounts = (HostConfig.Mounts ?? []).map((mount) => {
    const isHome = mount.Target === PATHS.home;
    const Options = isHome ? {} : (mount.VolumeOptions?.DriverConfig.Options ?? {});
    return {
      ...mount,
      Source: `${name}-${isHome ? 'home' : 'run'}`,
      VolumeOptions: { NoCopy: !isHome, Labels: labels, DriverConfig: { Name: 'local', Options } },
    };
  });
  // A container in another one's network has the other one's name and ports.
  const { Hostname, ExposedPorts, ...config } = Config;
  const own = network.startsWith('container:') ? {} : { Hostname, ExposedPorts };
  return { ...config, ...own, Labels: labels, HostConfig: { ...HostConfig, NetworkMode: network, Mounts } };
}

function asRoot(docker: Docker, container: string, line: string): Promise<void> {
  return execToEnd(docker, container, ['sh', '-c', line], { user: '0:0' });
}
