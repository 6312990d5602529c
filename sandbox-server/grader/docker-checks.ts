import type { z } from 'zod';
import type { ContainerEvent, DockerChecks, NetworkFacts, VolumeFacts } from '../lab/docker-checks.ts';
import { NotYet } from '../lab/not-yet.ts';
import { containerFacts } from './container-facts.ts';
import { EngineError, type EngineReader, readJson } from './engine-reader.ts';
import * as schemas from './engine-schemas.ts';
import { imageFacts, shortId } from './image-facts.ts';

/** More objects than this of one kind are not looked at: each costs a request. */
const MAX_OBJECTS = 200;

/** Docker as one run of a check sees it. */
export function dockerChecks(engine: EngineReader, signal: AbortSignal): DockerChecks {
  const get = <T>(path: string, schema: z.ZodType<T>, query: Record<string, string> = {}) =>
    readJson(engine, path, schema, { signal, query });

  /** Undefined when there is no such object. */
  const find = async <T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> => {
    try {
      return await get(path, schema);
    } catch (error) {
      // 400: not a name that such an object can have.
      if (error instanceof EngineError && (error.status === 404 || error.status === 400)) return undefined;
      throw error;
    }
  };

  /** Objects may vanish between the list and a look at each. */
  const findAll = async <T>(paths: string[], schema: z.ZodType<T>): Promise<T[]> => {
    const found = await Promise.all(paths.slice(0, MAX_OBJECTS).map((path) => find(path, schema)));
    return found.filter((object) => object !== undefined);
  };

  /** `kind`: `image`. The names that there are go into the verdict's observed. */
  const missing = async (kind: string, name: string, names: Promise<string[]>): Promise<never> => {
    const there = (await names).slice(0, 10).join(', ');
    const observed = there === '' ? `no ${kind}s at all` : `${kind}s: ${there}`;
    throw new NotYet(`There is no ${kind} ${name}.`, {
      subject: `${kind} ${name}`,
      expected: `${kind} ${name}`,
      observed,
      missing: true,
    });
  };

  const imageOf = async (image: schemas.ImageInspect, reference?: string) =>
    imageFacts(image, await get(`/images/${image.Id}/history`, schemas.imageHistory), reference);
  const allImages = async () => {
    const list = await get('/images/json', schemas.imageSummaries);
    return await findAll(
      list.map(({ Id }) => `/images/${Id}/json`),
      schemas.imageInspect,
    );
  };
  const listContainers = () => get('/containers/json', schemas.containerSummaries, { all: '1' });
  const allNetworks = () => get('/networks', schemas.networks);
  const allVolumes = async () => (await get('/volumes', schemas.volumes)).Volumes;

  return {
    image: async (reference) => {
      const image = await find(`/images/${encodeName(reference)}/json`, schemas.imageInspect);
      if (image) return await imageOf(image, reference);
      return await missing(
        'image',
        reference,
        allImages().then((images) => images.flatMap((other) => other.RepoTags)),
      );
    },
    hasImage: async (reference) =>
      (await find(`/images/${encodeName(reference)}/json`, schemas.imageInspect)) !== undefined,
    images: async () => await Promise.all((await allImages()).map((image) => imageOf(image))),
    container: async (name) => {
      const container = await find(`/containers/${encodeName(name)}/json`, schemas.containerInspect);
      if (container) return containerFacts(container, engine, signal);
      return await missing(
        'container',
        name,
        listContainers().then((all) => all.map(({ Names, Id }) => Names[0]?.replace(/^\//, '') ?? shortId(Id))),
      );
    },
    hasContainer: async (name) =>
      (await find(`/containers/${encodeName(name)}/json`, schemas.containerInspect)) !== undefined,
    containers: async () => {
      const list = await listContainers();
      const all = await findAll(
        list.map(({ Id }) => `/containers/${Id}/json`),
        schemas.containerInspect,
      );
      return all.map((container) => containerFacts(container, engine, signal));
    },
    network: async (name) => {
      const network = await find(`/networks/${encodeName(name)}`, schemas.networkInspect);
      if (network) return networkFacts(network);
      return await missing(
        'network',
        name,
        allNetworks().then((all) => all.map((other) => other.Name)),
      );
    },
    // The list leaves out who is attached.
    networks: async () => {
      const all = await findAll(
        (await allNetworks()).map(({ Id }) => `/networks/${Id}`),
        schemas.networkInspect,
      );
      return all.map(networkFacts);
    },
    volume: async (name) => {
      const volume = await find(`/volumes/${encodeName(name)}`, schemas.volumeInspect);
      if (volume) return volumeFacts(volume);
      return await missing(
        'volume',
        name,
        allVolumes().then((all) => all.map((other) => other.Name)),
      );
    },
    volumes: async () => (await allVolumes()).map(volumeFacts),
    containerEvents: async () => {
      // Up to now by the engine's clock: a later end would make the engine wait for it.
      const { SystemTime } = await get('/info', schemas.engineTime);
      const until = (Date.parse(SystemTime) / 1000).toFixed(3);
      const query = { since: '0', until, filters: JSON.stringify({ type: ['container'] }) };
      const lines = (await engine.bytes('/events', { signal, query })).toString('utf8').split('\n');
      return lines.filter((line) => line !== '').map((line) => containerEvent(JSON.parse(line)));
    },
  };
}

function networkFacts(network: schemas.NetworkInspect): NetworkFacts {
  return {
    subject: `network ${network.Name}`,
    id: network.Id,
    name: network.Name,
    driver: network.Driver,
    subnets: (network.IPAM?.Config ?? []).map(({ Subnet }) => Subnet),
    internal: network.Internal ?? false,
    containers: network.Containers.map(({ Name, IPv4Address }) => ({
      name: Name,
      ip: IPv4Address.replace(/\/\d+$/, ''),
    })),
  };
}

function volumeFacts({ Name, Driver, Labels }: schemas.VolumeInspect): VolumeFacts {
  return { subject: `volume ${Name}`, name: Name, driver: Driver, labels: Labels };
}

function containerEvent(line: unknown): ContainerEvent {
  const { Action, Actor } = schemas.engineEvent.parse(line);
  return { action: Action, id: Actor?.ID ?? '', name: Actor?.Attributes['name'] ?? '' };
}

/** Image names contain slashes, which the API takes as they are. */
function encodeName(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
