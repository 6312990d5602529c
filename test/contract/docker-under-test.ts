import type Docker from 'dockerode';
import type { DockerBackend } from '../../sandbox-server/backend/docker/docker-backend.ts';
import { LABEL, ownedBy } from '../../sandbox-server/backend/docker/labels.ts';
import { leftovers } from '../support/engine.ts';
import type { BackendUnderTest } from './backend.contract.ts';

export interface DockerParts {
  backend: DockerBackend;
  docker: Docker;
  owner: string;
  dispose: () => PromiseLike<void>;
}

/** A Docker backend, as the contract's suite wants it. */
export function dockerUnderTest({ backend, docker, owner, dispose }: DockerParts): BackendUnderTest {
  return {
    backend,
    leftovers: (sandbox) => leftovers(docker, owner, sandbox),
    crash: async (sandbox, machine) => {
      const filters = ownedBy(owner, sandbox);
      filters.label.push(`${LABEL.machine}=${machine}`, `${LABEL.role}=engine`);
      const [engine] = await docker.listContainers({ filters });
      await docker.getContainer(engine!.Id).kill();
    },
    [Symbol.asyncDispose]: async () => dispose(),
  };
}
