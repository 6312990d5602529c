import { z } from 'zod';
import { KubernetesError } from '../../cluster/kubernetes-error.ts';
import { NotYet } from '../../lab/not-yet.ts';
import { type KubernetesReader, readKubernetes } from '../kubernetes-reader.ts';
import { metadata, type Metadata } from './schemas.ts';

/** More objects than this of one kind are not looked at; a session's quota allows fewer. */
const MAX_OBJECTS = '500';
/** Names in a verdict. */
const MAX_NAMES = 10;

export interface Kind<T> {
  /** `pod`, as verdicts call it. */
  word: string;
  /** `/apis/apps/v1` */
  api: string;
  /** `deployments` */
  plural: string;
  schema: z.ZodType<T>;
  /** It belongs to no namespace. */
  isOfCluster?: true;
  /** What the platform or the cluster put there, which no learner made. */
  isHidden?: (name: string) => boolean;
}

/** Objects of one kind, as one run of a check sees them. */
export class Collection<T extends { metadata: Metadata }> {
  readonly #cluster: KubernetesReader;
  readonly #kind: Kind<T>;
  readonly #signal: AbortSignal;

  constructor(cluster: KubernetesReader, kind: Kind<T>, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#kind = kind;
    this.#signal = signal;
  }

  /** Of one object, or of all. */
  path(name?: string): string {
    const { api, plural, isOfCluster } = this.#kind;
    const where = isOfCluster ? [api] : [api, 'namespaces', this.#cluster.namespace];
    return [...where, plural, ...(name === undefined ? [] : [encodeURIComponent(name)])].join('/');
  }

  /** Undefined when there is no such object. */
  async find(name: string): Promise<T | undefined> {
    try {
      return await readKubernetes(this.#cluster, this.path(name), this.#kind.schema, { signal: this.#signal });
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** "Not yet" when there is no such object; what there is instead goes into the verdict. */
  async get(name: string): Promise<T> {
    const found = await this.find(name);
    if (found !== undefined) return found;
    const { word } = this.#kind;
    const names = await this.#names();
    const there = names.slice(0, MAX_NAMES).join(', ');
    throw new NotYet(`There is no ${word} ${name}.`, {
      subject: `${word} ${name}`,
      expected: `${word} ${name}`,
      observed: there === '' ? `no ${word}s at all` : `${word}s: ${there}`,
      missing: true,
    });
  }

  /** In the order of names. `labels`: those that have all of these. */
  async list(query: { labels?: Record<string, string>; fieldSelector?: string } = {}): Promise<T[]> {
    const { labels, fieldSelector } = query;
    const selector = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
    const { items } = await readKubernetes(
      this.#cluster,
      this.path(),
      z.object({ items: z.array(this.#kind.schema) }),
      {
        signal: this.#signal,
        query: {
          limit: MAX_OBJECTS,
          ...(selector.length > 0 ? { labelSelector: selector.join(',') } : {}),
          ...(fieldSelector === undefined ? {} : { fieldSelector }),
        },
      },
    );
    return items
      .filter((object) => this.#kind.isHidden?.(object.metadata.name) !== true)
      .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  }

  /** Also of objects that this version can't read. */
  async #names(): Promise<string[]> {
    const named = new Collection(this.#cluster, { ...this.#kind, schema: z.object({ metadata }) }, this.#signal);
    return (await named.list()).map((object) => object.metadata.name);
  }
}
