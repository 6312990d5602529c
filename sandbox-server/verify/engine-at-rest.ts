import { z } from 'zod';
import { type EngineReader, readJson } from '../grader/engine-reader.ts';

const info = z.object({ Swarm: z.object({ LocalNodeState: z.string() }).nullish() });
const summaries = z.array(z.object({ Id: z.string(), State: z.string() })).nullish();
const container = z.object({
  HostConfig: z.object({ AutoRemove: z.boolean().nullish(), RestartPolicy: z.object({ Name: z.string() }).nullish() }),
});

/** Nothing runs on it, and started again it would neither start nor remove anything: all of it is on its disk. */
export async function isAtRest(engine: EngineReader, signal: AbortSignal): Promise<boolean> {
  const all = (await readJson(engine, '/containers/json', summaries, { signal, query: { all: '1' } })) ?? [];
  if (all.some(({ State }) => State !== 'exited' && State !== 'created')) return false;
  const { Swarm } = await readJson(engine, '/info', info, { signal });
  if ((Swarm?.LocalNodeState ?? 'inactive') !== 'inactive') return false;
  for (const { Id } of all) {
    const { HostConfig } = await readJson(engine, `/containers/${Id}/json`, container, { signal });
    if (HostConfig.AutoRemove === true) return false;
    if (!['', 'no'].includes(HostConfig.RestartPolicy?.Name ?? '')) return false;
  }
  return true;
}
