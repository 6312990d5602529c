/**
 * Docker as a check sees it. A getter for one object throws "not yet" when the object does not exist, in words that name
 * it and list what is there instead; the list functions never do.
 */
export interface DockerChecks {
  image: (reference: string) => Promise<ImageFacts>;
  /** Does it exist? For checks where absence is an answer. */
  hasImage: (reference: string) => Promise<boolean>;
  images: () => Promise<ImageFacts[]>;
  /** By name or id. */
  container: (name: string) => Promise<ContainerFacts>;
  hasContainer: (name: string) => Promise<boolean>;
  /** All of them, running or not. */
  containers: () => Promise<ContainerFacts[]>;
  network: (name: string) => Promise<NetworkFacts>;
  networks: () => Promise<NetworkFacts[]>;
  volume: (name: string) => Promise<VolumeFacts>;
  volumes: () => Promise<VolumeFacts[]>;
  /** What happened to containers, oldest first, as far back as the engine remembers (some 250 events of all kinds). */
  containerEvents: () => Promise<ContainerEvent[]>;
}

export interface ContainerEvent {
  /** `create`, `start`, `kill`, `die`, `stop`, `destroy`, … */
  action: string;
  /** Of the container. */
  id: string;
  name: string;
}

export interface ImageFacts {
  /** `image shop:1`, for verdicts. */
  subject: string;
  id: string;
  tags: string[];
  digests: string[];
  /** Bytes. */
  size: number;
  createdAt: Date;
  architecture: string;
  os: string;
  config: ImageConfig;
  /** DiffIds of the layers from the bottom up. */
  diffIds: string[];
  /** Every step of its history from the bottom up, with the layer it made, if any. */
  history: ImageStep[];
  layers: () => LayerList;
}

export interface ImageConfig {
  env: Record<string, string>;
  cmd: string[];
  entrypoint: string[];
  workingDir: string;
  user: string;
  labels: Record<string, string>;
  /** `80/tcp` */
  exposedPorts: string[];
  healthcheck: Healthcheck | undefined;
  /** `SIGQUIT`; empty when the image names none, which means SIGTERM. */
  stopSignal: string;
}

export interface Healthcheck {
  /** `['CMD', 'node', 'healthcheck.js']`, or `['CMD-SHELL', 'curl …']`. */
  test: string[];
  /** Milliseconds; 0 where Docker's default holds. */
  intervalMs: number;
  timeoutMs: number;
  /** Failures in a row that make it unhealthy; 0 where Docker's default holds. */
  retries: number;
}

export interface ImageStep {
  /** The instruction as a Dockerfile would say it: `RUN npm ci`, without BuildKit's decoration. */
  instruction: string;
  /** Null for a step that changed no files. */
  diffId: string | null;
  /** Bytes the layer added. */
  size: number;
  comment: string;
}

/** The steps of one image, bottom first, with look-ups that make good verdicts. */
export interface LayerList {
  steps: ImageStep[];
  /** The position of the first step whose instruction matches, counted from 0 at the bottom; -1 without one. */
  indexOfCommand: (pattern: RegExp) => number;
  /** How many layers from the bottom are the same in the other image. */
  sharedWith: (other: ImageFacts) => number;
}

export interface ContainerFacts {
  /** `container web` */
  subject: string;
  id: string;
  name: string;
  /** As it was asked for: `nginx:1.26`. */
  image: string;
  imageId: string;
  state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  exitCode: number;
  /** Of its first process, as the machine counts; 0 when it does not run. */
  pid: number;
  createdAt: Date;
  startedAt: Date | undefined;
  /** When it last ended; undefined for one that never did. */
  finishedAt: Date | undefined;
  /** How often its restart policy started it again. Started by hand, it counts from 0. */
  restarts: number;
  /** `retries` is what `on-failure:3` allows; 0 means no limit. */
  restartPolicy: { name: 'no' | 'always' | 'unless-stopped' | 'on-failure'; retries: number };
  /** A client waited for its output when it started: `docker run` without `-d`. */
  attached: boolean;
  env: Record<string, string>;
  cmd: string[];
  entrypoint: string[];
  hostname: string;
  user: string;
  labels: Record<string, string>;
  ports: { host?: number; container: number; protocol: string }[];
  mounts: { type: string; name?: string; source: string; destination: string; writable: boolean }[];
  /** `dnsNames`: what others on the network may call it: its name, aliases, and what Docker adds. */
  networks: { name: string; ip: string; dnsNames: string[] }[];
  /** `bridge`, `none`, `host`, a network's name, or `container:<id>`. */
  networkMode: string;
  limits: { memoryBytes: number; cpus: number; pids: number };
  health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  /** Its own or its image's. */
  healthcheck: Healthcheck | undefined;
  /** What the last health check printed. */
  healthOutput: string;
  /** The last lines it printed (default 200), standard output and error together. */
  logs: (lines?: number) => Promise<string>;
  /** Runs a command inside it. */
  exec: (command: readonly string[]) => Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
  /** A file inside it as text; "not yet" when it is not there. Works for stopped containers too. */
  readFile: (path: string) => Promise<string>;
}

export interface NetworkFacts {
  subject: string;
  id: string;
  name: string;
  driver: string;
  subnets: string[];
  internal: boolean;
  containers: { name: string; ip: string }[];
}

export interface VolumeFacts {
  subject: string;
  name: string;
  driver: string;
  labels: Record<string, string>;
}
