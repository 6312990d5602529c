/** The sandbox as a picture: what the live view draws. A whole snapshot each time; it is small. */
export interface LiveView {
  machine: string;
  images: LiveImage[];
  containers: LiveContainer[];
  networks: LiveNetwork[];
  volumes: LiveVolume[];
}

export interface LiveImage {
  /** `sha256:…` */
  id: string;
  /** `shop:1`; empty for an untagged image. */
  tags: string[];
  size: number;
  createdAt: number;
  /** From the bottom up. Two images share a layer when the diffIds are equal and so are all below it. */
  layers: LiveLayer[];
}

export interface LiveLayer {
  /** `sha256:…` of the layer's uncompressed archive; null for a step that changed no files. */
  diffId: string | null;
  /** The instruction, shortened: `COPY . .` */
  instruction: string;
  size: number;
}

export interface LiveContainer {
  id: string;
  name: string;
  image: string;
  imageId: string;
  state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  /** `Up 4 seconds`, `Exited (0) 2 minutes ago` */
  status: string;
  exitCode?: number;
  ports: { host?: number; container: number; protocol: string }[];
  networks: string[];
  volumes: string[];
}

export interface LiveNetwork {
  id: string;
  name: string;
  driver: string;
  subnet?: string;
}

export interface LiveVolume {
  name: string;
  driver: string;
}
