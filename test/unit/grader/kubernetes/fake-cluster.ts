import { PassThrough } from 'node:stream';
import type { KubernetesError } from '../../../../sandbox-server/cluster/kubernetes-error.ts';
import type { ApiQuestion, ApiServer } from '../../../../sandbox-server/grader/kubernetes/kind-watch.ts';

/** One watch that was begun, to be told by hand. */
class FakeWatch {
  readonly path: string;
  readonly query: Record<string, string>;
  readonly accept: string | undefined;
  readonly stream = new PassThrough();

  constructor(path: string, { signal, query, accept }: ApiQuestion) {
    this.path = path;
    this.query = query;
    this.accept = accept;
    signal.addEventListener('abort', () => this.stream.destroy());
    // Whoever reads it hears of its end.
    this.stream.on('error', () => undefined);
  }

  get isOpen(): boolean {
    return !this.stream.destroyed;
  }

  tell(type: string, object: object): void {
    this.stream.write(`${JSON.stringify({ type, object })}\n`);
  }

  /** Objects that are there already, and that these are all. */
  tellAll(version: string, ...objects: object[]): void {
    for (const object of objects) this.tell('ADDED', object);
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    this.tell('BOOKMARK', { metadata: { resourceVersion: version, annotations } });
  }
}

/** An API server whose watches are told by hand. */
export class FakeCluster implements ApiServer {
  readonly watches: FakeWatch[] = [];
  /** What the next request is refused with. */
  refusal: KubernetesError | undefined;

  ask(path: string, question: ApiQuestion): Promise<AsyncIterable<Buffer>> {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal !== undefined) return Promise.reject(refusal);
    const watch = new FakeWatch(path, question);
    this.watches.push(watch);
    return Promise.resolve(watch.stream);
  }

  get open(): FakeWatch[] {
    return this.watches.filter(({ isOpen }) => isOpen);
  }

  /** The one of a kind that is open. */
  of(plural: string): FakeWatch {
    const found = this.open.find(({ path }) => path.endsWith(`/${plural}`));
    if (found === undefined) throw new Error(`no watch of ${plural} is open`);
    return found;
  }
}
