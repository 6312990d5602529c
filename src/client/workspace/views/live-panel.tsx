/** @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LiveView } from '../../../../sandbox-server/protocol/live.ts';
import { formatBytes } from '../format-bytes.ts';
import { spokenChanges } from '../live/live-words.ts';
import { ClusterPicture } from './cluster-picture.tsx';
import { ImageStacks } from './image-stacks.tsx';
import { Networks } from './networks.tsx';
import { Volumes } from './volumes.tsx';

/** The sandbox as a picture that follows what the learner does. */
export function LivePanel({ live }: { live: LiveView | undefined }) {
  const spoken = useSpokenChanges(live);
  return (
    <>
      <p class="visually-hidden" role="status">
        {spoken}
      </p>
      {live ? <Picture live={live} /> : <p class="ws-empty">Looking at the machine…</p>}
    </>
  );
}

function Picture({ live }: { live: LiveView }) {
  const { cluster } = live;
  // Where there is a cluster, Docker's part is drawn once it is used.
  const showsDocker = !cluster || live.images.length + live.containers.length + live.volumes.length > 0;
  return (
    <div class="ws-live">
      {cluster && <ClusterPicture cluster={cluster} />}
      {showsDocker && <DockerPicture live={live} />}
    </div>
  );
}

function DockerPicture({ live: { images, containers, networks, volumes } }: { live: LiveView }) {
  return (
    <>
      <section class="ws-live-images" aria-labelledby="ws-live-images">
        <h3 id="ws-live-images">
          Images <span class="ws-count">{images.length}</span>
        </h3>
        {images.length === 0 ? (
          <p class="ws-empty">
            No images yet. <code>docker pull</code> or <code>docker build</code> brings one.
          </p>
        ) : (
          <>
            <ImageStacks images={images} />
            {images.length > 1 && (
              <p class="ws-total">{formatBytes(onDisk({ images }))} on disk, each shared layer once</p>
            )}
          </>
        )}
      </section>
      <section class="ws-live-containers" aria-labelledby="ws-live-containers">
        <h3 id="ws-live-containers">
          Containers <span class="ws-count">{containers.length}</span>
        </h3>
        <Networks networks={networks} containers={containers} />
        {volumes.length > 0 && (
          <>
            <h3>
              Volumes <span class="ws-count">{volumes.length}</span>
            </h3>
            <Volumes volumes={volumes} containers={containers} />
          </>
        )}
      </section>
    </>
  );
}

/** Layers that several images have are stored once. */
function onDisk({ images }: Pick<LiveView, 'images'>): number {
  const sizes = new Map<string, number>();
  for (const { layers } of images) {
    for (const { diffId, size } of layers) {
      if (diffId !== null) sizes.set(diffId, size);
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function useSpokenChanges(live: LiveView | undefined): string {
  const before = useRef<LiveView | undefined>(undefined);
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    if (before.current && live) {
      const changes = spokenChanges(before.current, live);
      if (changes) setSpoken(changes);
    }
    before.current = live;
  }, [live]);
  return spoken;
}
