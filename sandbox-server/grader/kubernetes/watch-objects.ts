import { z } from 'zod';
import { KubernetesError } from '../../cluster/kubernetes-error.ts';
import type { Clock } from '../../clock.ts';
import { boundedLines } from '../bounded-lines.ts';
import { keepFollowing } from '../keep-following.ts';
import type { KubernetesReader } from '../kubernetes-reader.ts';
import { metadata, type Metadata } from './schemas.ts';

export interface WatchObjectsOptions<T> {
  cluster: KubernetesReader;
  /** Of all objects of a kind. */
  path: string;
  schema: z.ZodType<T>;
  clock: Clock;
  signal: AbortSignal;
  /** Called with all there are, by name, once they are known and after every change. */
  onObjects: (objects: ReadonlyMap<string, T>) => void;
  onLost?: ((error: unknown) => void) | undefined;
}

/** The API server itself ends a watch after this; it is then begun again. */
const WATCH_SECONDS = '1800';
/** One object on one line; the API server takes none larger than 1.5 MiB. */
const MAX_LINE_CHARS = 2 * 1024 ** 2;
/** Says in a bookmark that what came so far is all there was. */
const ALL_TOLD = 'k8s.io/initial-events-end';

const watchEvent = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});
const named = z.object({ metadata });
const bookmark = z.object({ metadata: metadata.pick({ annotations: true }) });
const failure = z.object({ code: z.number(), message: z.string() });

/** Follows all objects of one kind until aborted; reconnects by itself. Resolves when aborted, never rejects. */
export async function watchObjects<T extends { metadata: Metadata }>(options: WatchObjectsOptions<T>): Promise<void> {
  const { clock, signal, onLost } = options;
  await keepFollowing({ clock, signal, onLost, follow: (onWord) => follow(options, onWord) });
}

async function follow<T extends { metadata: Metadata }>(
  { cluster, path, schema, signal, onObjects }: WatchObjectsOptions<T>,
  onWord: () => void,
): Promise<void> {
  const query = {
    watch: 'true',
    // A list and what changes after it, as one stream.
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
    allowWatchBookmarks: 'true',
    timeoutSeconds: WATCH_SECONDS,
  };
  const stream = await cluster.stream(path, { signal, query });
  const objects = new Map<string, T>();
  let isComplete = false;
  for await (const line of boundedLines(stream, MAX_LINE_CHARS)) {
    if (line === '') continue;
    onWord();
    const { type, object } = watchEvent.parse(JSON.parse(line));
    if (type === 'ERROR') {
      const { code, message } = failure.parse(object);
      throw new KubernetesError(code, message);
    }
    if (type === 'BOOKMARK') {
      const isLast = bookmark.parse(object).metadata.annotations[ALL_TOLD] === 'true';
      if (!isLast || isComplete) continue;
      isComplete = true;
    } else if (type === 'DELETED') objects.delete(named.parse(object).metadata.name);
    else keep(objects, schema.safeParse(object));
    if (isComplete) onObjects(objects);
  }
}

/** One that this version can't read is as good as absent. */
function keep<T extends { metadata: Metadata }>(objects: Map<string, T>, read: z.ZodSafeParseResult<T>): void {
  if (read.success) objects.set(read.data.metadata.name, read.data);
}
