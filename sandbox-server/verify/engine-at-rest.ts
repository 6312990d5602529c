import { z } from 'zod';
import { readJson } from '../grader/engine-reader.ts';
import { type RunningContainer, whatRuns, type Where } from './running-containers.ts';

const info = z.object({ Swarm: z.object({ LocalNodeState: z.string() }).nullish() });
const summaries = z.array(z.object({ Id: z.string(), State: z.string() })).nullish();
const container = z.object({
  HostConfig: z.object({ AutoRemove: z.boolean().nullish(), RestartPolicy: z.object({ Name: z.string() }).nullish() }),
});

/**
 * What runs on an engine of which all else is on its disk: an engine that begins with a copy of it starts and removes nothing by itself, and is
 * the same once these were started. Undefined while there is more.
 */
export async function runsAtRest(where: Where): Promise<RunningContainer[] | undefined> {
  const { engine, signal } = where;
  const all = (await readJson(engine, '/containers/json', summaries, { signal, query: { all: '1' } })) ?? [];
  if (all.some(({ State }) => !['exited', 'created', 'running'].includes(State))) return undefined;
  const { Swarm } = await readJson(engine, '/info', info, { signal });
  if ((Swarm?.LocalNodeState ?? 'inactive') !== 'inactive') return undefined;
  for (const { Id } of all) {
    const { HostConfig } = await readJson(engine, `/containers/${Id}/json`, container, { signal });
    if (HostConfig.AutoRemove === true) return undefined;
    if (!['', 'no'].includes(HostConfig.RestartPolicy?.Name ?? '')) return undefined;
  }
  const running = all.filter(({ State }) => State === 'running').map(({ Id }) => Id);
  return await whatRuns(running, where);
}
