import type Docker from 'dockerode';
import { text } from 'node:stream/consumers';
import type { HostRoom } from '../backend.ts';
import { execInContainer } from './exec.ts';

/** A host that cannot say this in time is on its knees. */
const ANSWER_MS = 15_000;

/** /proc/meminfo tells of the whole host in any container; `/` lies on the file system that sandboxes write to. */
const READ = ['/bin/sh', '-c', 'cat /proc/meminfo && df -B1 --output=size,avail /'];

/** What the engine's host has left. Asked inside a container of ours, so that it holds for an engine anywhere. */
export async function readHostRoom(docker: Docker, container: Docker.Container): Promise<HostRoom> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const [info, run] = await Promise.all([
    docker.info() as Promise<{ NCPU: number }>,
    execInContainer(container, READ, { signal }),
  ]);
  run.stderr.resume();
  run.stream.end();
  const read = await text(run.stream);
  return { cpus: info.NCPU, ...parseHostRoom(read) };
}

/** Throws when it is not what those commands print. */
export function parseHostRoom(read: string): Pick<HostRoom, 'memory' | 'disk'> {
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(read)?.[1]) * 1024;
  const disk = /^\s*(\d+)\s+(\d+)\s*$/m.exec(read);
  const room = {
    memory: { totalBytes: kibibytes('MemTotal'), availableBytes: kibibytes('MemAvailable') },
    disk: { totalBytes: Number(disk?.[1]), availableBytes: Number(disk?.[2]) },
  };
  const numbers = Object.values(room).flatMap((kind) => Object.values(kind));
  if (numbers.some(Number.isNaN)) throw new Error(`the host’s memory and disk could not be read from: ${read}`);
  return room;
}
