import type { ContainerSpec, ProbeFacts } from '../../lab/kubernetes-workloads.ts';
import { NotYet } from '../../lab/not-yet.ts';
import { quantity } from './quantity.ts';
import type { Container, Probe } from './schemas.ts';

export function containerSpec(container: Container): ContainerSpec {
  const { resources, livenessProbe, readinessProbe, startupProbe } = container;
  return {
    name: container.name,
    image: container.image,
    command: container.command,
    args: container.args,
    env: Object.fromEntries(
      container.env.flatMap(({ name, value, valueFrom }) => (valueFrom ? [] : [[name, value ?? '']])),
    ),
    envFrom: Object.fromEntries(
      container.env.flatMap(({ name, valueFrom }) => {
        if (!valueFrom) return [];
        const { configMapKeyRef, secretKeyRef, fieldRef } = valueFrom;
        if (configMapKeyRef) return [[name, `config map ${configMapKeyRef.name}/${configMapKeyRef.key}`]];
        if (secretKeyRef) return [[name, `secret ${secretKeyRef.name}/${secretKeyRef.key}`]];
        return [[name, fieldRef ? `field ${fieldRef.fieldPath}` : 'elsewhere']];
      }),
    ),
    ports: container.ports.map(({ name, containerPort, protocol }) => ({ name, port: containerPort, protocol })),
    mounts: container.volumeMounts.map(({ name, mountPath, readOnly }) => ({
      volume: name,
      path: mountPath,
      readOnly,
    })),
    probes: {
      ...(livenessProbe && { liveness: probeFacts(livenessProbe) }),
      ...(readinessProbe && { readiness: probeFacts(readinessProbe) }),
      ...(startupProbe && { startup: probeFacts(startupProbe) }),
    },
    requests: amounts(resources?.requests),
    limits: amounts(resources?.limits),
  };
}

/** By name, or the first. */
export function pick<T extends { name: string }>(
  containers: readonly T[],
  name: string | undefined,
  subject: string,
): T {
  const found = name === undefined ? containers[0] : containers.find((container) => container.name === name);
  if (found !== undefined) return found;
  throw new NotYet(`The ${subject} has no container ${name ?? ''}.`, {
    subject,
    expected: `a container ${name ?? ''}`,
    observed: `containers: ${containers.map((container) => container.name).join(', ')}`,
  });
}

function probeFacts(probe: NonNullable<Probe>): ProbeFacts {
  const { httpGet, tcpSocket, grpc, exec } = probe;
  return {
    kind: httpGet ? 'http' : tcpSocket ? 'tcp' : grpc ? 'grpc' : 'exec',
    path: httpGet?.path ?? '',
    port: (httpGet ?? tcpSocket ?? grpc)?.port ?? 0,
    command: exec?.command ?? [],
    initialDelaySeconds: probe.initialDelaySeconds,
    periodSeconds: probe.periodSeconds,
    timeoutSeconds: probe.timeoutSeconds,
    failureThreshold: probe.failureThreshold,
  };
}

function amounts(given: Record<string, string> | undefined): ContainerSpec['requests'] {
  return { cpus: quantity(given?.['cpu']), memoryBytes: quantity(given?.['memory']) };
}
