import { z } from 'zod';
import { readJson } from '../grader/engine-reader.ts';
import { type Container, inspectAll, type RunningContainer, whatRuns, type Where } from './running-containers.ts';

const info = z.object({ Swarm: z.object({ LocalNodeState: z.string() }).nullish() });
const summaries = z.array(z.object({ Id: z.string() })).nullish();

/**
 * What runs on an engine of which all else is on its disk: an engine that begins with a copy of it starts and removes nothing by itself, and is
 * the same once these were started. Undefined while there is more.
 */
export async function runsAtRest(where: Where): Promise<RunningContainer[] | undefined> {
  const { engine, signal } = where;
  const listed = (await readJson(engine, '/containers/json', summaries, { signal, query: { all: '1' } })) ?? [];
  const all = await inspectAll(
    listed.map(({ Id }) => Id),
    where,
  );
  if (all.some(({ State }) => !['exited', 'created', 'running'].includes(State.Status))) return undefined;
  const { Swarm } = await readJson(engine, '/info', info, { signal });
  if ((Swarm?.LocalNodeState ?? 'inactive') !== 'inactive') return undefined;
  const actsByItself = ({ HostConfig }: Container) =>
    HostConfig.AutoRemove === true || !['', 'no'].includes(HostConfig.RestartPolicy?.Name ?? '');
  if (all.some(actsByItself)) return undefined;
  return await whatRuns(
    all.filter(({ State }) => State.Status === 'running'),
    where,
  );
}
