import type Docker from 'dockerode';
import { execInContainer } from './exec.ts';

/** Runs a shell line of ours in a container to its end; that it fails is told with what it printed. Default as the container's user. */
export async function runLine(container: Docker.Container, line: string, user?: 'root'): Promise<void> {
  const asWhom = user === undefined ? {} : { user: '0:0' };
  const run = await execInContainer(container, ['sh', '-c', line], { ...asWhom, workingDir: '/' });
  let complaint = '';
  for (const output of [run.stream, run.stderr]) output.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await run.exit;
  // Null: the container ended meanwhile, which whoever waits for its engine tells in better words.
  if (code !== 0 && code !== null) throw new Error(`\`${line}\` ended with ${code}: ${complaint}`);
}
