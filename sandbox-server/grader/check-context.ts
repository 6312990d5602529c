import type { CheckContext } from '../lab/check-context.ts';
import { expect } from '../lab/expect.ts';
import { NotYet } from '../lab/not-yet.ts';
import { dockerChecks } from './docker-checks.ts';
import { execCheck } from './exec-check.ts';
import { fileChecks } from './file-checks.ts';
import { httpCheck } from './http-check.ts';
import { kubernetesChecks } from './kubernetes/kubernetes-checks.ts';
import type { Probes } from './probes.ts';
import { registryChecks } from './registry-checks.ts';

/** What one run of one check sees. */
export function checkContext(
  probes: Probes,
  { signal, answer }: { signal: AbortSignal; answer?: string },
): CheckContext {
  const { machines } = probes;
  const [first] = machines;
  if (first === undefined) throw new Error('a sandbox has at least one machine');
  const of = (machine: string) => {
    if (!machines.includes(machine))
      throw new Error(`this lab has no machine "${machine}"; it has ${machines.join(', ')}`);
    const run = probes.run(machine);
    return {
      docker: dockerChecks(probes.engine(machine), signal),
      http: httpCheck(run, signal),
      files: fileChecks(run, signal),
      exec: execCheck(run, signal),
    };
  };
  return {
    ...of(first),
    kubernetes: kubernetesChecks(probes.cluster, signal),
    registry: registryChecks(probes.run(''), signal),
    machine: of,
    expect,
    notYet: (message, details) => {
      throw new NotYet(message, details);
    },
    answer: answer?.trim(),
    signal,
  };
}
