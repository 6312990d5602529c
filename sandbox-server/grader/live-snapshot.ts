import type { LiveContainer, LiveImage, LiveView } from '../protocol/live.ts';
import type { EngineApi } from './engine-api.ts';
import * as schemas from './engine-schemas.ts';
import { imageSteps, shortId } from './image-facts.ts';
import { plain } from './verdict.ts';

/** More of one kind than anybody can look at. */
const MAX_SHOWN = 100;
/** Networks that every engine has and no lesson is about. */
const HIDDEN_NETWORKS = new Set(['host', 'none']);
/** An instruction is a caption. */
const MAX_INSTRUCTION_CHARS = 160;

/** What is known of an image by its id, which names its content: it never changes. */
export type ImageCache = Map<string, Pick<LiveImage, 'layers' | 'createdAt'>>;

/** A snapshot of one machine's engine. Images that are in the cache are not asked for again; those that are gone leave it. */
export async function buildLiveView(
  engine: EngineApi,
  signal: AbortSignal,
  cache: ImageCache = new Map(),
): Promise<LiveView> {
  const [images, containers, networks, volumes] = await Promise.all([
    engine.json('/images/json', schemas.imageSummaries, { signal }),
    engine.json('/containers/json', schemas.containerSummaries, { signal, query: { all: '1' } }),
    engine.json('/networks', schemas.networks, { signal }),
    engine.json('/volumes', schemas.volumes, { signal }),
  ]);
  const shown = images.slice(0, MAX_SHOWN);
  await Promise.all(shown.filter(({ Id }) => !cache.has(Id)).map(({ Id }) => remember(engine, signal, Id, cache)));
  const ids = new Set(images.map(({ Id }) => Id));
  for (const id of cache.keys()) if (!ids.has(id)) cache.delete(id);
  return {
    machine: engine.machine,
    images: shown.flatMap(({ Id, RepoTags, Size }) => {
      const known = cache.get(Id);
      return known ? [{ id: Id, tags: RepoTags.filter((tag) => tag !== '<none>:<none>'), size: Size, ...known }] : [];
    }),
    containers: containers.slice(0, MAX_SHOWN).map(liveContainer),
    networks: networks
      .filter(({ Name }) => !HIDDEN_NETWORKS.has(Name))
      .slice(0, MAX_SHOWN)
      .map(({ Id, Name, Driver, IPAM }) => {
        const subnet = IPAM?.Config[0]?.Subnet;
        return { id: Id, name: Name, driver: Driver, ...(subnet ? { subnet } : {}) };
      })
      .sort((a, b) => a.name.localeCompare(b.name)),
    volumes: volumes.Volumes.slice(0, MAX_SHOWN)
      .map(({ Name, Driver }) => ({ name: Name, driver: Driver }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}

async function remember(engine: EngineApi, signal: AbortSignal, id: string, cache: ImageCache): Promise<void> {
  try {
    const [image, history] = await Promise.all([
      engine.json(`/images/${id}/json`, schemas.imageInspect, { signal }),
      engine.json(`/images/${id}/history`, schemas.imageHistory, { signal }),
    ]);
    const layers = imageSteps(history, image.RootFS?.Layers ?? []).map(({ diffId, instruction, size }) => ({
      diffId,
      instruction: plain(instruction).slice(0, MAX_INSTRUCTION_CHARS),
      size,
    }));
    cache.set(id, { layers, createdAt: Date.parse(image.Created) || 0 });
  } catch (error) {
    // Removed since the list was made: the next snapshot will not have it.
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 404;
}

function liveContainer(container: ReturnType<typeof schemas.containerSummaries.parse>[number]): LiveContainer {
  const exitCode = /^Exited \((\d+)\)/.exec(container.Status)?.[1];
  const ports = new Map(
    container.Ports.map(({ PrivatePort, PublicPort, Type }) => [
      `${PublicPort ?? ''}:${PrivatePort}/${Type}`,
      { ...(PublicPort ? { host: PublicPort } : {}), container: PrivatePort, protocol: Type },
    ]),
  );
  return {
    id: container.Id,
    name: container.Names[0]?.replace(/^\//, '') ?? shortId(container.Id),
    image: container.Image,
    imageId: container.ImageID,
    state: container.State,
    status: container.Status,
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
    ports: [...ports.values()],
    networks: container.NetworkSettings?.Networks.map(({ name }) => name) ?? [],
    volumes: container.Mounts.flatMap(({ Type, Name }) => (Type === 'volume' ? [Name] : [])),
  };
}
