/**
 * What the figure uses of the package. Its own types import files without their extension, which TypeScript does not follow
 * here: everything would be `any`. Objects have the shape of the Kubernetes API.
 */
declare module '@ngrok/webernetes' {
  export interface ObjectMeta {
    name: string;
    uid: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    deletionTimestamp?: Date;
  }

  export interface Condition {
    type: string;
    status: 'True' | 'False' | 'Unknown';
    reason?: string;
  }

  export interface Pod {
    metadata: ObjectMeta;
    spec: { nodeName?: string; containers: { image: string }[] };
    status?: {
      phase?: string;
      conditions?: Condition[];
      containerStatuses?: { state?: { waiting?: { reason?: string } } }[];
    };
  }

  export interface ReplicaSet {
    metadata: ObjectMeta;
    spec: { replicas?: number; template: { spec: { containers: { image: string }[] } } };
    status?: { readyReplicas?: number };
  }

  export interface ClusterEvent {
    metadata: ObjectMeta;
    involvedObject: { kind?: string; name?: string };
    reason?: string;
    message?: string;
  }

  interface Resources {
    pods: Pod;
    replicasets: ReplicaSet;
    events: ClusterEvent;
  }

  export type Change = 'add' | 'update' | 'delete';

  /** Time in the simulation: it stands still while the cluster is paused. */
  export interface Clock {
    setTimeout(callback: () => void, delayMs: number): number;
  }

  export interface ProcessContext {
    listenHttp(port: number, handler: () => Promise<{ status: number; body: string }>): void;
    waitUntilKilled(): Promise<number>;
  }

  export abstract class BaseImage {
    readonly defaultCommand?: readonly string[];
    exec(context: ProcessContext, command: readonly string[]): Promise<number>;
  }

  export interface ImageConstructor {
    new (): BaseImage;
    readonly imageName: string;
    readonly imageVersion: string;
  }

  interface Named {
    name: string;
    namespace: string;
  }

  export class Cluster {
    constructor(options: { nodes: number; latencyProvider: LatencyProvider });
    readonly clock: Clock;
    readonly servers: { name: string; close(): Promise<void> }[];
    readonly api: {
      corev1: {
        listNamespacedPod(request: { namespace: string }): Promise<{ items: Pod[] }>;
        deleteNamespacedPod(request: Named): Promise<unknown>;
        patchNamespacedPodStatus(request: Named & { body: object }, options: HeaderOptions): Promise<unknown>;
        deleteNode(request: { name: string }): Promise<unknown>;
      };
    };
    init(): Promise<void>;
    registerImage(image: ImageConstructor): void;
    apply(objects: readonly object[]): Promise<unknown>;
    informer<Name extends keyof Resources>(
      resource: Name,
      callback: (change: Change, object: Resources[Name]) => void,
      options: { namespace: string; onError: (error: unknown) => void },
    ): { stop(): Promise<void> };
    pause(): void;
    resume(): void;
    isPaused(): boolean;
    close(): Promise<void>;
  }

  export interface LatencyProvider {
    containerTerminationLatency(): number;
  }

  export function newLatencyProvider(options: LatencyProvider): LatencyProvider;

  export interface HeaderOptions {
    middleware?: unknown[];
  }

  export const PatchStrategy: { readonly MergePatch: string };

  export function setHeaderOptions(name: string, value: string): HeaderOptions;
}
