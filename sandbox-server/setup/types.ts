/** A container engine that answers. */
export interface EngineHandle {
  /** Where it listens, when that is a socket of this machine. */
  socketPath?: string;
  /** For `new Docker(…)`. */
  dockerodeOptions: object;
  version: string;
  /** Ours: started by the project, and stopped when nothing uses it any more. */
  owned: boolean;
  /** For people: `Docker Engine 26.1.5 at /var/run/docker.sock`. */
  description: string;
  /** Says that this process needs it no more. Safe to call twice. */
  release(): Promise<void>;
}

/** What stands in the way, and the command or the step that mends it. */
export interface Problem {
  what: string;
  fix: string;
}

/** Full tags of the images that sandboxes are made of. */
export interface ImageSet {
  base: string;
  /** The authority that sandboxes trust; the others are made with it. */
  ca: string;
  engine: string;
  shell: string;
  mirror: string;
  /** What labs can pull, by its name on Docker Hub: `busybox:1.37`. */
  labImages: LabImage[];
}

export interface LabImage {
  name: string;
  /** `registry`: Docker Hub's own; `built`: made here from Debian's and npm's packages. */
  source: 'registry' | 'built';
}

/** Tells a person what goes on. */
export interface Progress {
  /** A step that may take long begins. The function that is returned ends it. */
  step(title: string): (outcome?: string) => void;
  note(line: string): void;
}

/** The platform, as far as setup needs to know it; given in so that tests can vary it. */
export interface Host {
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  arch: string;
  uid: number;
  homeDir: string;
}
