import { z } from 'zod';
import { list, number, text, textMap, texts } from './go-json.ts';

/* Answers of the engine's API (https://docs.docker.com/reference/api/engine/version/v1.44/), as far as they are used. */
const keys = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => Object.keys(value ?? {}));
const healthcheck = z.object({ Test: texts, Interval: number, Timeout: number, Retries: number }).nullish();
export type HealthcheckConfig = z.infer<typeof healthcheck>;

/** How an image wants to be run: the engine and a registry say it in the same words. */
export const runConfig = z
  .object({
    Env: texts,
    Cmd: texts,
    Entrypoint: texts,
    WorkingDir: text,
    User: text,
    Labels: textMap,
    ExposedPorts: keys,
    Healthcheck: healthcheck,
    StopSignal: text,
  })
  .nullish();
export type RunConfig = z.infer<typeof runConfig>;

export const imageSummaries = list(z.object({ Id: z.string(), RepoTags: texts, Size: number }));

export const imageInspect = z.object({
  Id: z.string(),
  RepoTags: texts,
  RepoDigests: texts,
  Size: number,
  Created: text,
  Architecture: text,
  Os: text,
  Config: runConfig,
  RootFS: z.object({ Layers: texts }).nullish(),
});
export type ImageInspect = z.infer<typeof imageInspect>;

/** The newest step first. */
export const imageHistory = list(z.object({ CreatedBy: text, Size: number, Comment: text }));
export type ImageHistory = z.infer<typeof imageHistory>;

const containerState = z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']);
const mount = z.object({ Type: text, Name: text, Source: text, Destination: text, RW: z.boolean().nullish() });
const endpoints = z
  .record(z.string(), z.object({ IPAddress: text, DNSNames: texts }).nullish())
  .nullish()
  .transform((value) =>
    Object.entries(value ?? {}).map(([name, endpoint]) => ({
      name,
      ip: endpoint?.IPAddress ?? '',
      dnsNames: endpoint?.DNSNames ?? [],
    })),
  );
const portBindings = z
  .record(z.string(), list(z.object({ HostPort: text })))
  .nullish()
  .transform((value) => value ?? {});

export const containerSummaries = list(
  z.object({
    Id: z.string(),
    Names: texts,
    Image: text,
    ImageID: text,
    State: containerState,
    Status: text,
    Ports: list(z.object({ PrivatePort: z.number(), PublicPort: z.number().nullish(), Type: text })),
    NetworkSettings: z.object({ Networks: endpoints }).nullish(),
    Mounts: list(mount),
  }),
);

export const containerInspect = z.object({
  Id: z.string(),
  Name: text,
  Image: text,
  Created: text,
  RestartCount: number,
  State: z.object({
    Status: containerState,
    ExitCode: number,
    Pid: number,
    StartedAt: text,
    FinishedAt: text,
    Health: z
      .object({ Status: z.enum(['none', 'starting', 'healthy', 'unhealthy']), Log: list(z.object({ Output: text })) })
      .nullish(),
  }),
  Config: z.object({
    Image: text,
    Env: texts,
    Cmd: texts,
    Entrypoint: texts,
    Hostname: text,
    User: text,
    Labels: textMap,
    Tty: z.boolean().nullish(),
    Healthcheck: healthcheck,
    AttachStdout: z.boolean().nullish(),
  }),
  HostConfig: z.object({
    Memory: number,
    NanoCpus: number,
    CpuQuota: number,
    CpuPeriod: number,
    PidsLimit: number,
    PortBindings: portBindings,
    NetworkMode: text,
    RestartPolicy: z
      .object({ Name: z.enum(['', 'no', 'always', 'unless-stopped', 'on-failure']), MaximumRetryCount: number })
      .nullish(),
  }),
  NetworkSettings: z.object({ Networks: endpoints, Ports: portBindings }),
  Mounts: list(mount),
});
export type ContainerInspect = z.infer<typeof containerInspect>;

export const networkInspect = z.object({
  Id: z.string(),
  Name: z.string(),
  Driver: text,
  Internal: z.boolean().nullish(),
  IPAM: z.object({ Config: list(z.object({ Subnet: text })) }).nullish(),
  Containers: z
    .record(z.string(), z.object({ Name: text, IPv4Address: text }))
    .nullish()
    .transform((value) => Object.values(value ?? {})),
});
export type NetworkInspect = z.infer<typeof networkInspect>;
export const networks = list(networkInspect);

export const volumeInspect = z.object({ Name: z.string(), Driver: text, Labels: textMap });
export type VolumeInspect = z.infer<typeof volumeInspect>;
export const volumes = z.object({ Volumes: list(volumeInspect) });

export const execCreated = z.object({ Id: z.string() });
export const execInspect = z.object({ ExitCode: z.number().nullish() });

/** One line of `/events`. */
export const engineEvent = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: text, Attributes: textMap }).nullish(),
});

/** RFC 3339, by the engine's own clock. */
export const engineTime = z.object({ SystemTime: z.string() });
