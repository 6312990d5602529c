import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Backend, SandboxRef } from '../backend/backend.ts';
import { type EngineReader, readJson } from '../grader/engine-reader.ts';
import { processesOf } from './processes-of.ts';

/** A container that was running when a disk was copied; the copy has it, ended. */
export interface RunningContainer {
  id: string;
  /** What it did (processesOf) and how healthy it was. */
  does: string;
}

const LOOK_AGAIN_MS = 250;

const container = z.object({
  Id: z.string(),
  ExecIDs: z.array(z.string()).nullish(),
  State: z.object({
    Status: z.string(),
    Pid: z.number(),
    StartedAt: z.string(),
    Health: z.object({ Status: z.string() }).nullish(),
  }),
  HostConfig: z.object({
    AutoRemove: z.boolean().nullish(),
    RestartPolicy: z.object({ Name: z.string() }).nullish(),
    Tmpfs: z.record(z.string(), z.string()).nullish(),
  }),
});
export type Container = z.infer<typeof container>;

export interface Where {
  engine: EngineReader;
  backend: Backend;
  sandbox: SandboxRef;
  machine: string;
  signal: AbortSignal;
}

/** In the order in which they were started. Undefined when one has more than a start gives it (something in memory, a second command), or has not started to the end. */
export async function whatRuns(all: readonly Container[], where: Where): Promise<RunningContainer[] | undefined> {
  const hasMore = ({ ExecIDs, HostConfig, State }: Container) =>
    (ExecIDs ?? []).length > 0 || Object.keys(HostConfig.Tmpfs ?? {}).length > 0 || State.Health?.Status === 'starting';
  if (all.some(hasMore)) return undefined;
  const does = await whatTheyDo(all, where);
  return all
    .toSorted((a, b) => (a.State.StartedAt < b.State.StartedAt ? -1 : 1))
    .map(({ Id }) => ({ id: Id, does: does.get(Id) ?? '' }));
}

/** Starts them in their order, and waits until all do what they did. False when they don't within `patience` milliseconds. */
export async function runAgain(
  containers: readonly RunningContainer[],
  where: Where,
  patience: number,
): Promise<boolean> {
  const { engine, signal } = where;
  for (const { id } of containers) await engine.bytes(`/containers/${id}/start`, { signal, method: 'POST' });
  const deadline = performance.now() + patience;
  const ids = containers.map(({ id }) => id);
  while (performance.now() < deadline) {
    const now = await whatTheyDo(await inspectAll(ids, where), where);
    if (containers.every(({ id, does }) => now.get(id) === does)) return true;
    await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }
  return false;
}

export async function inspectAll(ids: readonly string[], { engine, signal }: Where): Promise<Container[]> {
  return await Promise.all(ids.map((id) => readJson(engine, `/containers/${id}/json`, container, { signal })));
}

async function whatTheyDo(all: readonly Container[], where: Where): Promise<ReadonlyMap<string, string>> {
  const processes = await processesOf(
    all.map(({ State }) => State.Pid),
    where,
  );
  const health = ({ State }: Container) => State.Health?.Status ?? 'no health check';
  return new Map(all.map((one) => [one.Id, `${health(one)}\n${processes.get(one.State.Pid) ?? ''}`]));
}
