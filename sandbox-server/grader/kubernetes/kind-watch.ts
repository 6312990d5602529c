import { z } from 'zod';
import { KubernetesError } from '../../cluster/kubernetes-error.ts';
import type { Clock } from '../../clock.ts';
import { boundedLines } from '../bounded-lines.ts';
import { keepFollowing } from '../keep-following.ts';
import { metadata, type Metadata } from './schemas.ts';

/** An API server as a whole, with the platform's own credentials. What it says is of all sessions: no check may ask it. */
export interface ApiServer {
  /** An answer that goes on until the signal, or until the API server ends it. Rejects with KubernetesError when it refuses. */
  ask(path: string, options: ApiQuestion): Promise<AsyncIterable<Buffer>>;
}

export interface ApiQuestion {
  signal: AbortSignal;
  query: Record<string, string>;
  accept?: string;
}

export interface KindWatchOptions<T> {
  /** The cluster of just now; another one when it was started again. Throws while there is none. */
  source: () => ApiServer;
  /** Of all objects of the kind: `/apis/apps/v1/deployments`. */
  path: string;
  /** As `kubectl get --field-selector` has it. Default: all of them. */
  fieldSelector?: string;
  /** Without one, nothing is kept, and the API server sends no more than metadata. */
  schema?: z.ZodType<T>;
  /** Is it one that somebody may watch? Nothing else is kept. What belongs to no namespace counts as of `''`. */
  isOurs: (namespace: string) => boolean;
  clock: Clock;
  /** In one namespace, or anywhere. */
  onChange: (namespace: string | undefined) => void;
  onLost: (error: unknown) => void;
}

type ByNamespace<T> = Map<string, Map<string, T>>;

/** The API server itself ends a watch after this; it then goes on where it was. */
const WATCH_SECONDS = '1800';
/** One object on one line; the API server takes none larger than 1.5 MiB. */
const MAX_LINE_CHARS = 2 * 1024 ** 2;
/** More objects than this in one namespace are not kept; a session's quota allows fewer. */
const MAX_OBJECTS = 500;
/** Says in a bookmark that what came so far is all there was. */
const ALL_TOLD = 'k8s.io/initial-events-end';
/** A list and what changes after it, as one stream. */
const FROM_NOTHING = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

const watchEvent = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});
const named = z.object({ metadata: metadata.pick({ name: true, namespace: true, resourceVersion: true }) });
const bookmark = z.object({ metadata: metadata.pick({ annotations: true, resourceVersion: true }) });
const failure = z.object({ code: z.number(), message: z.string() });
const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** All objects of one kind in a cluster, by namespace and name, as of their last change. One watch, whoever wants to know. */
export class KindWatch<T extends { metadata: Metadata }> {
  readonly #options: KindWatchOptions<T>;
  #objects: ByNamespace<T> = new Map();
  #isKnown = false;
  #source: ApiServer | undefined;
  /** Of the last change that was seen: where to go on after a break. Undefined: from nothing. */
  #version: string | undefined;

  constructor(options: KindWatchOptions<T>) {
    this.#options = options;
  }

  /** Undefined until all are known. */
  of(namespace: string): ReadonlyMap<string, T> | undefined {
    return this.#isKnown ? (this.#objects.get(namespace) ?? NONE) : undefined;
  }

  /** Follows until aborted; connects again by itself. Resolves when aborted, never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    const { clock, onLost } = this.#options;
    await keepFollowing({ clock, signal, onLost, follow: (onWord) => this.#follow(signal, onWord) });
  }

  async #follow(signal: AbortSignal, onWord: () => void): Promise<void> {
    try {
      await this.#read(this.#begin(), signal, onWord);
    } catch (error) {
      // A version that is too old, or whatever else it does not like: the API server tells all from the start.
      if (error instanceof KubernetesError) this.#version = undefined;
      throw error;
    }
  }

  /** One that was started again may be another cluster, with versions of its own. */
  #begin(): ApiServer {
    const source = this.#options.source();
    if (source !== this.#source) this.#version = undefined;
    this.#source = source;
    return source;
  }

  async #read(source: ApiServer, signal: AbortSignal, onWord: () => void): Promise<void> {
    const { path, fieldSelector, schema, onChange } = this.#options;
    let isComplete = this.#version !== undefined;
    // What was known stays until all is told anew.
    const objects: ByNamespace<T> = isComplete ? this.#objects : new Map();
    const stream = await source.ask(path, {
      signal,
      query: {
        ...{ watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: WATCH_SECONDS },
        ...(fieldSelector === undefined ? {} : { fieldSelector }),
        ...(this.#version === undefined ? FROM_NOTHING : { resourceVersion: this.#version }),
      },
      ...(schema === undefined ? { accept: METADATA_ONLY } : {}),
    });
    for await (const line of boundedLines(stream, MAX_LINE_CHARS)) {
      if (line === '') continue;
      onWord();
      const { type, object } = watchEvent.parse(JSON.parse(line));
      if (type === 'ERROR') {
        const { code, message } = failure.parse(object);
        throw new KubernetesError(code, message);
      }
      if (type === 'BOOKMARK') {
        const { annotations, resourceVersion } = bookmark.parse(object).metadata;
        const isLast = annotations[ALL_TOLD] === 'true';
        if (isLast) {
          this.#objects = objects;
          this.#isKnown = isComplete = true;
          onChange(undefined);
        }
        if (isComplete) this.#version = resourceVersion;
        continue;
      }
      const { name, namespace, resourceVersion } = named.parse(object).metadata;
      if (this.#options.isOurs(namespace)) {
        if (type === 'DELETED') remove(objects, namespace, name);
        else if (schema !== undefined) keep(objects, namespace, schema.safeParse(object));
        if (isComplete) onChange(namespace);
      }
      // Before, they come in no order.
      if (isComplete) this.#version = resourceVersion;
    }
  }
}

/** One that this version can't read is as good as absent. */
function keep<T extends { metadata: Metadata }>(
  objects: ByNamespace<T>,
  namespace: string,
  read: z.ZodSafeParseResult<T>,
): void {
  if (!read.success) return;
  const { name } = read.data.metadata;
  const own = objects.get(namespace) ?? new Map<string, T>();
  if (own.size >= MAX_OBJECTS && !own.has(name)) return;
  objects.set(namespace, own.set(name, read.data));
}

function remove<T>(objects: ByNamespace<T>, namespace: string, name: string): void {
  const own = objects.get(namespace);
  own?.delete(name);
  if (own?.size === 0) objects.delete(namespace);
}
