import type Docker from 'dockerode';
import type { Duplex } from 'node:stream';

export interface ExecSettings {
  user?: string;
}

/** Runs a command in a container by the engine's API alone; resolves when it has ended. Rejects unless it succeeded. */
export async function execToEnd(
  docker: Docker,
  container: string,
  command: readonly string[],
  { user }: ExecSettings = {},
): Promise<void> {
  const exec = await docker.getContainer(container).exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
    ...(user === undefined ? {} : { User: user }),
  });
  const stream: Duplex = await exec.start({});
  const output: Buffer[] = [];
  for await (const chunk of stream) output.push(chunk as Buffer);
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0)
    throw new Error(`${command.join(' ')} ended with ${String(ExitCode)}: ${Buffer.concat(output).toString()}`);
}
